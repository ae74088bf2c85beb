using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.ProtectedData;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.ProtectedData;

/// <summary>Writes through the page table that all CPUs share, and pages that become read-only there.</summary>
public sealed class SharedTables : ClaimList
{
    private static readonly Choices Plain = Choices.Default;
    private static readonly Choices Flipping = Plain.On(KernelAlias.Flip);

    private static readonly InstanceClaims Vmap = Writes("RW-VMAP", Plain, Mails.VmapIsABug);
    private static readonly InstanceClaims VmapFlush = Writes("RW-VMAP-FLUSH",
        Plain.With(KernelAlias.InterruptsOn, KernelAlias.FlushNow).Size("va", 2));
    private static readonly InstanceClaims VmapFlushLocal = Writes("RW-VMAP-FLUSH-LOCAL",
        Plain.With(KernelAlias.InterruptsOn, KernelAlias.FlushNow, KernelAlias.LocalFlush));
    private static readonly InstanceClaims VmapFlushNoIrqs = Writes("RW-VMAP-FLUSH-IRQSOFF",
        Plain.With(KernelAlias.FlushNow).Size("va", 2).Size("frame", 1), Mails.VmapIsABug,
        Source.Kernel("smp_call_function_many_cond", "kernel/smp.c", "v6.19"));
    private static readonly InstanceClaims VmapIrqs = Writes("RW-VMAP-IRQSON", Plain.With(KernelAlias.InterruptsOn).Size("frame", 1));
    private static readonly InstanceClaims VmapTrusted = Writes("RW-VMAP-NOWILD", Plain.Size("va", 2).Assume(KernelAlias.NoWild));
    private static readonly InstanceClaims Flip = Writes("RW-FLIP", Flipping);
    private static readonly InstanceClaims FlipLocal = Writes("RW-FLIP-LOCAL", Flipping.With(KernelAlias.LocalFlush));

    private static readonly InstanceClaims Alloc = Allocs("RW-ALLOC-IPI", Plain);
    private static readonly InstanceClaims AllocNoIpi = Allocs("RW-ALLOC-NOIPI", Plain.With(RareAlloc.NoIpi));
    private static readonly InstanceClaims AllocNoIpiTrusted = Allocs("RW-ALLOC-NOIPI-NOWILD",
        Plain.With(RareAlloc.NoIpi).Assume(RareAlloc.NoWild));
    private static readonly InstanceClaims AllocUnprotectedTrusted = Allocs("RW-ALLOC-UNPROTECTED-NOWILD",
        Plain.With(RareAlloc.Unprotected).Assume(RareAlloc.NoWild));
    private static readonly InstanceClaims AllocDeferred = Allocs("RW-ALLOC-DEFER", Plain.With(RareAlloc.Deferred));
    private static readonly InstanceClaims AllocAlias = Allocs("RW-ALLOC-ALIAS",
        Plain.With(RareAlloc.AliasOnly), Mails.DirectMapAlias);
    private static readonly InstanceClaims AllocEarly = Allocs("RW-ALLOC-EARLY", Plain.With(RareAlloc.PublishFirst));
    private static readonly InstanceClaims AllocArm = Allocs("RW-ALLOC-ARM",
        Plain.With(RareAlloc.BlockMapping).On(Architecture.Arm64.Profile));
    private static readonly InstanceClaims AllocArmPages = Allocs("RW-ALLOC-ARM-PAGES", Plain.On(Architecture.Arm64.Profile));
    private static readonly InstanceClaims AllocRiscV = Allocs("RW-ALLOC-RISCV", Plain.On(Architecture.RiscVSbi.Profile));
    private static readonly InstanceClaims AllocBlocks = Allocs("RW-ALLOC-BLOCK-X86", Plain.With(RareAlloc.BlockMapping));

    public override IEnumerable<Claim> Claims =>
    [
        Vmap.Claim("I-WALIAS", Refuted(3),
            "A vmap() alias that lives as long as one write, with interrupts off, is the writer's own.",
            "The kernel's page table is every CPU's: the alias is there for all while it is there."),
        Vmap.Claim("I-WALIAS-AFTER", Refuted(6),
            "After vunmap() nobody reaches protected data.",
            "vunmap() clears the PTE and leaves the flush to a purge, much later. TLBs keep the entry, the writer's first of all."),
        Vmap.Claim("I-RO", Refuted(4),
            "With a vmap() alias for each write, protected data changes only by the write that is meant for it."),
        Vmap.Claim("I-ATOMIC", Refuted(3),
            "vmap() and vunmap() may be called with interrupts off.",
            "Both may sleep. The purge cannot be waited for there either, so that no flush at vunmap() would help."),
        VmapTrusted.Claim("I-RO", Proved,
            "If no kernel code stores where it should not, a vmap() alias is as good as any.",
            "The purge keeps the writer's own entries right: an address is used again only after all CPUs have flushed it. As for "
                + "protection it says nothing, as A-NOWILD takes the attacker away."),
        VmapFlush.Claim("I-WALIAS", Refuted(2),
            "A vunmap() that flushes all CPUs makes the alias the writer's own."),
        VmapFlush.Claim("I-WALIAS-AFTER", Proved,
            "If vunmap() flushes all CPUs before it returns, nobody reaches protected data while nobody writes."),
        VmapFlush.Claim("I-RO", Refuted(3),
            "If vunmap() flushes all CPUs, protected data changes only by the write that is meant for it.",
            "A stray store of any CPU in the window is enough."),
        VmapFlush.Claim("L-PROG", Proved,
            "A vunmap() that flushes all CPUs ends, and its address can be used again."),
        VmapFlushLocal.Claim("I-WALIAS-AFTER", Refuted(7),
            "If vunmap() flushes its own CPU before it returns, nobody reaches protected data while nobody writes.",
            "Another CPU has walked in the window."),
        VmapFlushNoIrqs.Claim("L-PROG", Starves,
            "A vunmap() that flushes all CPUs can be called with interrupts off.",
            "Two CPUs that do so at a time wait for each other's answer."),
        VmapIrqs.Claim("L-PROG", Proved,
            "With interrupts on, an address that vunmap() has given up is purged and can be used again."),
        Flip.Claim("I-WALIAS", Refuted(3),
            "Between set_memory_rw() and set_memory_ro() the writer alone reaches the data.",
            "Not even a flush is needed for it to be otherwise: the other CPU walks."),
        Flip.Claim("I-WALIAS-AFTER", Proved,
            "After set_memory_ro(), which flushes all CPUs, nobody reaches the data."),
        Flip.Claim("I-CTX", Proved,
            "A writer between set_memory_rw() and set_memory_ro() does not fault, if one writes at a time."),
        FlipLocal.Claim("I-WALIAS-AFTER", Refuted(12),
            "After a set_memory_ro() that flushes the own CPU only, nobody reaches the data."),
        Alloc.Claim("I-RO", Proved,
            "A page that rare_protect() has made read-only in the direct map, with a flush of all CPUs before it returns, does not "
                + "change."),
        Alloc.Claim("I-WALIAS", Proved,
            "When rare_protect() returns after a flush of all CPUs, no CPU has a writable translation of the page."),
        Alloc.Claim("I-CTX", Proved,
            "A page that was protected and freed is writable again for its next owner."),
        AllocNoIpi.Claim("I-RO", Refuted(8),
            "rare_protect() can do without the global interrupt: a flush of the own CPU is enough."),
        AllocNoIpiTrusted.Claim("I-RO", Proved,
            "Without the global interrupt, a page that rare_protect() has made read-only does not change if no kernel code "
                + "stores where it should not.",
            "It does not change without rare_protect() either (RW-ALLOC-UNPROTECTED-NOWILD): the claim says nothing for the "
                + "design."),
        AllocUnprotectedTrusted.Claim("I-RO", Proved,
            "A page that is never made read-only does not change if no kernel code stores where it should not."),
        AllocDeferred.Claim("I-RO", Refuted(9),
            "The other CPUs can flush at their next context switch.",
            "Until then they have a writable entry, and everybody relies on the page: the same move as a deferred XPFO flush or a "
                + "lazy vunmap()."),
        AllocAlias.Claim("I-RO", Refuted(6),
            "set_memory_ro() of a vmalloc address protects the page.",
            "It made the alias in the direct map read-only and flushed the vmalloc address alone, from 2018 (935f5839827e) to "
                + "2020. A protectable allocator on top of vmalloc has just this call."),
        AllocEarly.Claim("I-RO", Refuted(6),
            "rare_protect() may hand out the read-only pointer before the flush is over."),
        AllocArm.Claim("I-BBM", Refuted(4),
            "On Arm, one page of a direct map with block or contiguous entries can be made read-only in place.",
            "A live block is split without break-before-make, which cannot be done for memory that the kernel runs from. Nothing "
                + "is promised from there on. Such features have the direct map made of pages."),
        AllocArmPages.Claim("I-RO", Proved,
            "On Arm, with a direct map of pages and a broadcast TLBI, a page that rare_protect() has made read-only does not change."),
        AllocRiscV.Claim("I-RO", Proved,
            "On RISC-V, where the firmware fences other harts, a page that rare_protect() has made read-only does not change."),
        AllocBlocks.Claim("I-RO", Proved,
            "On x86, where a live large page may be split, a page of it that rare_protect() has made read-only does not change."),
    ];

    private static InstanceClaims Writes(string id, Choices choices, params ImmutableArray<Source> sources) =>
        new(id, new KernelAlias(), choices, [Mails.Vmap, .. sources]);

    private static InstanceClaims Allocs(string id, Choices choices, params ImmutableArray<Source> sources) =>
        new(id, new RareAlloc(), choices, [Mails.Lutomirski, .. sources]);
}
