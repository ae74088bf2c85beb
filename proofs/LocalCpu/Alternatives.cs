using Verify.Claims;
using Verify.Modelling;
using Verify.Models.LocalCpu;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.LocalCpu;

/// <summary>The proposed alternatives, and the claims about the lifetime of a stale entry.</summary>
public sealed class Alternatives : ClaimList
{
    private static readonly MmInstance PerCpu = new(
        "VL-PERCPU-PT",
        MmInstance.Upstream.With(LocalCpuFlag.LocalMunmap, LocalCpuFlag.PerCpuTables).Assume(LocalCpuFlag.Pinned),
        Mails.PerCpu);

    private static readonly MmInstance CatchUp = new(
        "VL-CATCHUP",
        MmInstance.Upstream.Size("gens", 2).Size("frame", 1)
            .With(LocalCpuFlag.LocalMunmap).Assume(LocalCpuFlag.OnlyOwner, LocalCpuFlag.Pinned),
        Mails.Cpumask, Source.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "016c4d92cd16"));

    public override IEnumerable<Claim> Claims =>
    [
        PerCpu.Claim("I-ENTRY", ProvedIf,
            "With page tables for each CPU a local munmap leaves no stale TLB entry, if threads are pinned.",
            "Other CPUs cannot walk to the address, so neither speculation nor a wrong-CPU touch is a danger; a thread "
                + "that moves leaves its entry behind."),
        PerCpu.Claim("I-USE", ProvedIf,
            "With page tables for each CPU a local munmap lets no access go wrong, if threads are pinned."),
        CatchUp.Claim("L-CATCHUP", Proved,
            "A CPU that leaves the mm with a stale TLB entry loses it by its next switch into the mm, because a local "
                + "munmap raises the generation all the same.",
            "The bound is in events: see VL-CATCHUP:L-GONE. That the switch drops the entry, and does not merely happen, "
                + "is VL-CATCHUP:I-CATCHUP.")
            with { Id = "VL-CATCHUP" },
        CatchUp.Claim("I-CATCHUP", Proved,
            "A switch into the mm keeps no TLB entry that was stale when it began.",
            "What becomes stale during the switch, after it has read the generation, stays until the one after it."),
        CatchUp.Claim("L-GONE", new Expectation.Refuted(),
            "A stale TLB entry disappears in time.",
            "Nothing makes a CPU switch: it can go idle on the mm and come back, for ever, and lazy TLB mode compares no "
                + "generation on the way back (Linux of that time)."),
    ];
}
