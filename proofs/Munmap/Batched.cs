using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>Reclaim that flushes late, against mprotect.</summary>
public sealed class Batched : ClaimList
{
    private static readonly Source Pending = Source.Kernel("flush_tlb_batched_pending", "mm/rmap.c", "0014dde7e945");

    private static readonly Choices TwoTables = Choices.Default.Size("va", 2);

    private static readonly MmInstance Upstream = Of("B-BATCH", TwoTables);
    private static readonly MmInstance OnArm = Of("B-BATCH-ARM", TwoTables.On(Architecture.Arm64.Profile));
    private static readonly MmInstance Flag = Of("B-BATCH/flag", TwoTables.With(BatchedUnmap.Flag), BatchedUnmap.Flag.Source!);
    private static readonly MmInstance Unaware = Of("B-BATCH/buggy", Choices.Default.With(BatchedUnmap.NoPendingFlush));
    private static readonly MmInstance Early = Of("B-BATCH/free-first", Choices.Default.With(BatchedUnmap.FreeFirst));

    public override IEnumerable<Claim> Claims =>
    [
        Upstream.Claim("I-FREE", Proved,
            "Reclaim that clears PTEs first and flushes once, before it frees, leaves no TLB with a freed page."),
        Upstream.Claim("I-ENTRY", Proved,
            "After mprotect(PROT_READ) has returned no TLB entry from before allows a store, even if reclaim had cleared "
                + "the PTE and not flushed."),
        Upstream.Claim("I-USE", Proved,
            "After mprotect(PROT_READ) has returned no store goes through, even if reclaim had cleared the PTE and not "
                + "flushed."),
        Upstream.Claim("I-PROT", Proved,
            "After mprotect(PROT_READ) no page fault makes a PTE writable again."),
        OnArm.Claim("I-USE", Proved,
            "After mprotect(PROT_READ) has returned no store goes through on Arm, even if reclaim had cleared the PTE and "
                + "not flushed, as mprotect flushes the mm.",
            "From 6.6 to 6.15 it only waited, by a DSB that does not cover what another CPU has issued: BATCHED-DSB-BUGGY."),
        Unaware.Claim("I-ENTRY", Refuted(6),
            "mprotect need not flush for a PTE that it finds cleared."),
        Unaware.Claim("I-USE", Refuted(7),
            "mprotect need not flush for a PTE that it finds cleared, as long as only accesses count.",
            "Reclaim has cleared it and put the flush off. mprotect finds nothing to change and returns, and another CPU "
                + "stores through the entry that it still has."),
        Flag.Claim("I-ENTRY", Refuted(23),
            "tlb_flush_batched can be a flag that is set with the unmap and cleared after the flush, both under the "
                + "page-table lock.",
            "It is one flag for the mm, and a lock for each page table. Reclaim clears a PTE of another table, and sets the "
                + "flag, after mprotect has sent its flush and before it clears the flag: that flush is forgotten. Since "
                + "5.17 the flag is a count of batches, and only the count that was seen is marked as flushed."),
        Flag.Claim("I-USE", Refuted(24),
            "tlb_flush_batched can be a flag, as long as only accesses count."),
        Early.Claim("I-FREE", Refuted(4),
            "Reclaim may free a page before try_to_unmap_flush."),
        Early.Claim("I-USE", Refuted(5),
            "Reclaim may free a page before try_to_unmap_flush, as long as only accesses count."),
    ];

    private static MmInstance Of(string id, Choices choices, params ImmutableArray<Source> sources) =>
        new(id, choices, [Pending, BatchedUnmap.NoPendingFlush.Source!, .. sources]) { Family = new BatchedUnmap() };
}
