using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>Dirty file pages between the zap and the flush.</summary>
public sealed class Dirty : ClaimList
{
    private static readonly Source Flush = Source.Kernel("tlb_flush_rmaps", "mm/mmu_gather.c", "06d074298583");

    private static readonly MmInstance Delayed = Of("B-DIRTY", Choices.Default);
    private static readonly MmInstance DelayedOnArm = Of("B-DIRTY-ARM", Choices.Default.On(Architecture.Arm64.Profile));
    private static readonly MmInstance Early = Of("B-DIRTY/buggy", Choices.Default.With(DelayedRmap.EarlyRmap));

    private static readonly MmInstance Unflushed = Of("B-DIRTY/clean", Choices.Default.With(DelayedRmap.CleanUnflushed));

    public override IEnumerable<Claim> Claims =>
    [
        Delayed.Claim("I-LOST", Proved,
            "If the rmap of a dirty page stays until its zap has flushed, no store to the file is lost."),
        Delayed.Claim("I-FREE", Proved,
            "Under delayed rmap a page of the file is freed only after every TLB that might hold it has been invalidated."),
        Delayed.Claim("I-ENTRY", Proved,
            "Under delayed rmap no TLB entry is from before the last free of its page."),
        Delayed.Claim("I-USE", Proved,
            "Under delayed rmap no load and no store goes through a stale TLB entry."),
        Delayed.Claim("I-PTE", Proved,
            "Under delayed rmap no PTE names a page that was dropped from the page cache."),
        DelayedOnArm.Claim("I-LOST", Proved,
            "If the rmap of a dirty page stays until its zap has flushed, no store to the file is lost, on Arm too."),
        Early.Claim("I-LOST", Refuted(15),
            "The rmap of a page can go with its PTE, as the page itself is freed only after the flush.",
            "Writeback finds the page unmapped, does not wait for the page-table lock, cleans the page and writes it; "
                + "another CPU stores through a dirty entry until the flush; the page is clean, and reclaim drops it. "
                + "Flushing before freeing is not enough: B-DIRTY/buggy:I-FREE."),
        Early.Claim("I-FREE", Proved,
            "The rmap of a page can go with its PTE, and still no page is freed before its flush.",
            "So it takes I-LOST to see the bug: what is broken is not where stores go, but whether the kernel knows of them."),
        Early.Claim("I-USE", Proved,
            "The rmap of a page can go with its PTE, and still no load and no store goes through a stale TLB entry."),
        Unflushed.Claim("I-FREE", Refuted(15),
            "The zap of a clean PTE needs no flush before its page is freed."),
        Unflushed.Claim("I-ENTRY", Refuted(15),
            "The zap of a clean PTE needs no flush, as long as only entries after the free count."),
    ];

    private static MmInstance Of(string id, Choices choices) =>
        new(id, choices, Flush, DelayedRmap.EarlyRmap.Source!) { Family = new DelayedRmap() };
}
