using Verify.Claims;
using Verify.Mechanisms;
using Verify.Mechanisms.LocalCpu;
using Verify.Modelling;
using static Verify.Proofs.Variant;

namespace Verify.Proofs;

/// <summary>What was offered instead, and what was said of how long a stale entry lives.</summary>
public sealed class Alternatives : ClaimList
{
    private static readonly Variant PerCpu = new(
        "VL-PERCPU-PT",
        Variant.Upstream.With(LocalCpuFlag.LocalMunmap, LocalCpuFlag.PerCpuTables).Assume(LocalCpuFlag.Pinned),
        Mails.PerCpu);

    private static readonly Variant CatchUp = new(
        "VL-CATCHUP",
        Variant.Upstream.Size("gens", 2).Size("frame", 1)
            .With(LocalCpuFlag.LocalMunmap).Assume(LocalCpuFlag.OnlyOwner, LocalCpuFlag.Pinned),
        Mails.Cpumask, Anchor.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "016c4d92cd16"));

    /// <inheritdoc/>
    public override IEnumerable<Claim> Claims =>
    [
        PerCpu.Claim("I-ENTRY", ProvedIf,
            "With page tables for each CPU a local munmap leaves no stale TLB entry, if threads are pinned.",
            "Other CPUs cannot walk to the address, so neither speculation nor a wrong-CPU touch is a danger; a thread "
                + "that moves leaves its entry behind."),
        PerCpu.Claim("I-USE", ProvedIf,
            "With page tables for each CPU a local munmap lets no access go wrong, if threads are pinned."),
        CatchUp.Claim("L-CATCHUP",
            new Expectation.Pending("fairness of the scheduler: the claim is about progress"),
            "A stale TLB entry disappears by the next context switch of its CPU, because a local munmap raises the "
                + "generation all the same.",
            "The bound is in events, not in time. A switch that has read the generation before it went up keeps the "
                + "entry: it takes the next one.")
            with { Id = "VL-CATCHUP" },
    ];
}
