using System.Collections.Immutable;

namespace Verify.Proofs.Shootdowns;

/// <summary>A design that is one combination of the grid, and the claim about the design itself.</summary>
/// <param name="Cell">The identifier of the combination, without the property.</param>
/// <param name="Design">The design, in words.</param>
/// <param name="Claim">The claim that decides it in the model of the design; null if it has no other model.</param>
public sealed record DeferralInstance(string Cell, string Design, string? Claim)
{
    /// <summary>The designs, in the order of the grid. Each claim has the verdict of its combination.</summary>
    public static ImmutableArray<DeferralInstance> All { get; } =
    [
        new("DF-FREE-IPI-ONCE", "mmu_gather that frees before it flushes", "B-GATHER/buggy:I-FREE"),
        new("DF-FREE-IPI-ONCE", "reclaim that frees before try_to_unmap_flush()", "B-BATCH/free-first:I-FREE"),
        new("DF-FREE-IPI-WAIT", "mmu_gather", "B-GATHER:I-ENTRY"),
        new("DF-FREE-IPI-WAIT", "batched unmap (tlb_ubc)", "B-BATCH:I-ENTRY"),
        new("DF-FREE-IPI-WAIT", "munmap() upstream, against VM_LOCAL_CPU", "VL-FULL:I-ENTRY"),
        new("DF-FREE-IPI-WAIT", "VM_LOCAL_CPU with a reference to each buffer until a full flush", "VL-PTELEFT-HOLD:I-ENTRY"),
        new("DF-FREE-IPI-WAIT", "LUF: the flush is done when the page is about to be allocated again", null),
        new("DF-FREE-NEVER-ONCE", "VM_LOCAL_CPU with a local munmap()", "VL-MARK:I-ENTRY"),
        new("DF-FREE-NEVER-ONCE", "a shootdown on the own CPU only", "TLB-SHOOTDOWN/buggy"),
        new("DF-REUSE-IPI-WAIT", "munmap() and mmap()", "B-GATHER:I-USE"),
        new("DF-REUSE-AT-LOAD-ONCE", "VM_LOCAL_CPU as posted: the PTE is overwritten, and the generation raised",
            "VL-OVERWRITE-x86:I-ENTRY"),
        new("DF-REUSE-AT-LOAD-ONCE", "text_poke() on two CPUs at a time", "RW-POKE-2CPU:I-WALIAS"),
        new("DF-REUSE-AT-LOAD-IDLE", "text_poke(): the generation is raised when the mm is loaded nowhere", "RW-POKE:I-WALIAS"),
        new("DF-REUSE-NEVER-ONCE", "VM_LOCAL_CPU with a local munmap(), and the address mapped again", "VL-MARK:I-USE"),
        new("DF-REUSE-NEVER-IDLE", "text_poke() that does not raise the generation", "RW-POKE-NOBUMP:I-WALIAS"),
        new("DF-REUSE-KERNEL-IPI-WAIT", "lazy vunmap(): an address is free after the purge", "RW-VMAP-NOWILD:I-RO"),
        new("DF-HAND-OUT-IPI-WAIT", "XPFO, full flush", "XP-SYNC:I-RET2DIR"),
        new("DF-HAND-OUT-AT-SWITCH-ONCE", "XPFO v9", "XP-V9:I-RET2DIR"),
        new("DF-HAND-OUT-AT-SWITCH-ONCE", "XPFO v9, flags set atomically", "XP-V9-ATOMIC:I-RET2DIR"),
        new("DF-HAND-OUT-AT-ENTRY-ONCE", "XPFO, flush at kernel entry", "XP-ENTRY:I-RET2DIR"),
        new("DF-HAND-OUT-AT-ENTRY-IDLE", "XPFO, flush at kernel entry, posted while no other CPU is inside", "XP-ENTRY-OUTSIDE:I-RET2DIR"),
        new("DF-HAND-OUT-NEVER-ONCE", "XPFO v7, on a CPU that does not run the task", "XP-V7:I-RET2DIR"),
        new("DF-READ-ONLY-IPI-ONCE", "rare_protect() that returns before the flush is over", "RW-ALLOC-EARLY:I-RO"),
        new("DF-READ-ONLY-IPI-ONCE", "lazy vunmap() of a writable alias", "RW-VMAP:I-WALIAS-AFTER"),
        new("DF-READ-ONLY-IPI-WAIT", "rare_protect()", "RW-ALLOC-IPI:I-WALIAS"),
        new("DF-READ-ONLY-IPI-WAIT", "set_memory_ro()", "RW-FLIP:I-WALIAS-AFTER"),
        new("DF-READ-ONLY-AT-SWITCH-ONCE", "rare_protect() with a flush at the next switch", "RW-ALLOC-DEFER:I-RO"),
        new("DF-READ-ONLY-NEVER-ONCE", "rare_protect() with a local flush", "RW-ALLOC-NOIPI:I-RO"),
        new("DF-READ-ONLY-NEVER-ONCE", "set_memory_ro() with a local flush", "RW-FLIP-LOCAL:I-WALIAS-AFTER"),
    ];
}
