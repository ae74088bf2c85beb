using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>The order of mmu_gather: unhook, invalidate, free; and gathers that overlap.</summary>
public sealed class Gather : ClaimList
{
    private static readonly Source Order =
        new("struct mmu_gather", "include/asm-generic/tlb.h, 0758cd830494");
    private static readonly Source Finish = Source.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583");

    private static readonly Choices OnArm = Choices.Default.On(Architecture.Arm64.Profile);
    private static readonly Choices Nested = Choices.Default.With(MmuGather.Madvise).Size("va", 1);
    private static readonly Choices NestedOnArm = Nested.On(Architecture.Arm64.Profile);
    private static readonly Choices NestedWide = Nested.Size("va", 2);

    public override IEnumerable<Claim> Claims =>
    [
        Of("B-GATHER", Choices.Default).Claim("I-FREE", Proved,
            "mmu_gather frees a frame only after every TLB that might hold it has been invalidated."),
        Of("B-GATHER", Choices.Default).Claim("I-ENTRY", Proved,
            "Where no page table is freed, mmu_gather leaves no stale TLB entry for a page that it frees."),
        Of("B-GATHER", Choices.Default).Claim("I-USE", Proved,
            "Where no page table is freed, no access under mmu_gather goes through a stale TLB entry."),
        Of("B-GATHER", Choices.Default).Claim("I-LEAK", Proved,
            "munmap gives each page back that it unhooks, and a page fault takes no page's place."),
        Of("B-GATHER-ARM", OnArm).Claim("I-FREE", Proved,
            "With a broadcast TLBI in place of the IPI, mmu_gather frees a frame only after the invalidation."),
        Of("B-GATHER-ARM", OnArm).Claim("I-LEAK", Proved,
            "With a broadcast TLBI in place of the IPI, munmap gives each page back that it unhooks."),
        Of("B-GATHER/buggy", Choices.Default.With(MmuGather.FreeFirst)).Claim("I-FREE", Refuted(4),
            "It does not matter whether the batch is freed before or after the TLBs are invalidated."),
        Of("B-GATHER/buggy", Choices.Default.With(MmuGather.FreeFirst)).Claim("I-USE", Refuted(5),
            "It does not matter whether the batch is freed before or after the TLBs are invalidated, as long as only accesses count."),
        Of("B-GATHER-BATCH", Nested).Claim("I-FREE", Proved,
            "Gathers that overlap free a frame only after every TLB that might hold it has been invalidated."),
        Of("B-GATHER-BATCH", Nested).Claim("I-USE", Proved,
            "When madvise(MADV_DONTNEED) returns, no access reaches the old page, even if another gather had unhooked it "
                + "and has not flushed yet.",
            "Because tlb_finish_mmu asks mm_tlb_flush_nested, and then flushes for the other one as well."),
        Of("B-GATHER-BATCH-ARM", NestedOnArm).Claim("I-USE", Proved,
            "When madvise(MADV_DONTNEED) returns on Arm, no access reaches the old page, even if gathers overlap."),
        Of("B-GATHER-BATCH-WIDE", NestedWide).Claim("I-USE", Proved,
            "When madvise(MADV_DONTNEED) of several pages returns, no access reaches an old page, even if gathers overlap."),
        Of("B-GATHER-BATCH-WIDE", NestedWide).Claim("I-LEAK", Proved,
            "madvise(MADV_DONTNEED) gives each page back that it unhooks, even if gathers overlap."),
        Of("B-GATHER-BATCH/buggy", Nested.With(MmuGather.IgnoreNested)).Claim("I-ENTRY", Refuted(8),
            "A gather that finds every PTE cleared has nothing to flush."),
        Of("B-GATHER-BATCH/buggy", Nested.With(MmuGather.IgnoreNested)).Claim("I-USE", Refuted(9),
            "A gather that finds every PTE cleared has nothing to flush, as long as only accesses count.",
            "The second gather sees pte_none, flushes nothing and returns to the user before the first gather has "
                + "flushed: the page is said to be gone, and is still there."),
    ];

    private static MmInstance Of(string id, Choices choices) => new(id, choices, Order, Finish) { Family = new MmuGather() };
}
