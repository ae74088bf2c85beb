using Verify.Claims;
using Verify.Hardware;
using Verify.Mechanisms;
using Verify.Modelling;
using static Verify.Proofs.Variant;

namespace Verify.Proofs;

/// <summary>Dirty file pages between the zap and the flush.</summary>
public sealed class Dirty : ClaimList
{
    private static readonly Anchor Flush = Anchor.Kernel("tlb_flush_rmaps", "mm/mmu_gather.c", "06d074298583");

    private static readonly Variant Delayed = Of("B-DIRTY", Choices.Default);
    private static readonly Variant DelayedOnArm = Of("B-DIRTY-ARM", Choices.Default.On(Architecture.Arm64.Profile));
    private static readonly Variant Early = Of("B-DIRTY/buggy", Choices.Default.With(DelayedRmap.EarlyRmap));

    /// <inheritdoc/>
    public override IEnumerable<Claim> Claims =>
    [
        Delayed.Claim("I-LOST", Proved,
            "If the rmap of a dirty page stays until its zap has flushed, no store to the file is lost."),
        Delayed.Claim("I-USE", Proved,
            "Under delayed rmap no access goes through a stale TLB entry."),
        DelayedOnArm.Claim("I-LOST", Proved,
            "If the rmap of a dirty page stays until its zap has flushed, no store to the file is lost, on Arm too."),
        Early.Claim("I-LOST", Refuted(15),
            "The rmap of a page can go with its PTE, as the page itself is freed only after the flush.",
            "Writeback finds the page unmapped, does not wait for the page-table lock, cleans the page and writes it; "
                + "another CPU stores through a dirty entry until the flush; the page is clean, and reclaim drops it. "
                + "I-FREE, I-ENTRY and I-USE all hold in that run: flushing before freeing is not enough."),
        Early.Claim("I-USE", Proved,
            "The rmap of a page can go with its PTE, and still no access goes through a stale TLB entry.",
            "So it takes I-LOST to see the bug: what is broken is not where stores go, but who knows of them."),
    ];

    private static Variant Of(string id, Choices choices) =>
        new(id, choices, Flush, DelayedRmap.EarlyRmap.Source!) { Family = new DelayedRmap() };
}
