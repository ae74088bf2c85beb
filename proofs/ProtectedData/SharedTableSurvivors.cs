using System.Collections.Immutable;
using Verify.Models.ProtectedData;

namespace Verify.Proofs.ProtectedData;

/// <summary>The parts that no claim about writes through the kernel's page table needs.</summary>
public sealed class KernelAliasSurvivors() : SurvivorReasons(new KernelAlias())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.MoreFlushed, "writer.flush_tlb_others: flush_va[cpu] := writing_at[cpu]"),
        Because(CommonReasons.NextFlush, "writer.flush is complete: flush_va[cpu] := None"),
        Because(CommonReasons.FlushUnasked, "flush_tlb_func: pending[cpu2][cpu]"),
        Because("The worker then drops entries in the middle of a write on its CPU, as an eviction may.",
            "kworker.flush_tlb_func_local: !irqs_off[cpu]"),
        Because(CommonReasons.NothingToDo, "kworker.__purge_vmap_area_lazy: Exists va: va. vmap_area[va] == Lazy"),
        Because(CommonReasons.WalkAgain, "speculative walk: !tlb[cpu][frame].HasValue"),
        Because(CommonReasons.OtherFill, "writer.memcpy: tlb[cpu][writing_at[cpu].Value] := pte[…"),
        Because("The next write overwrites it. What reads it is refuted during the first one.",
            "writer.local_irq_restore: writing_at[cpu] := None",
            "writer.return: writing_at[cpu] := None",
            "writer.unlock: writing_at[cpu] := None"),
        Because(CommonReasons.LockStays, "writer.unlock: write_lock := false"),
        Because("Two calls hang at their first flush.", "writer.local_irq_restore: vmap_area[writing_at[cpu].Value] := Free"),
    ];
}

/// <summary>The parts that no claim about pages that become read-only needs.</summary>
public sealed class RareAllocSurvivors() : SurvivorReasons(new RareAlloc())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.MoreFlushed,
            "rare.flush_tlb_others: flush_va[cpu] := rare.page[cpu]",
            "rare.TLBI VAE1IS: flush_va[cpu] := rare.page[cpu]",
            "rare.sbi_remote_sfence_vma_asid: flush_va[cpu] := rare.page[cpu]"),
        Because(CommonReasons.NextFlush, "rare.flush is complete: flush_va[cpu] := None"),
        Because(CommonReasons.FlushUnasked,
            "flush_tlb_func: pending[cpu2][cpu]",
            "TLBI completes: pending[cpu2][cpu]",
            "sfence.vma (SBI): pending[cpu2][cpu]"),
        Because(CommonReasons.WalkAgain, "speculative walk: !tlb[cpu][frame].HasValue"),
        Because("A flush at the next switch comes too late whatever it does: the page is relied on before. What such a flush has to do is "
            + "decided for the family deferred-flush.",
            "rare.flush at next switch: flush_at_switch[each cpu] := true if !(each cpu == cpu)",
            "context switch: flush: flush_at_switch[cpu] := false if flush_at_switch[cpu]",
            "context switch: flush: tlb[cpu][each frame] := None if flush_at_switch[cpu]"),
        Because(CommonReasons.SplitAgain, "rare.set_memory_ro: is_block := false"),
    ];
}
