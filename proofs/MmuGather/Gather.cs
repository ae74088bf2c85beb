using Verify.Claims;
using Verify.Mechanisms;
using Verify.Modelling;

namespace Verify.Proofs;

/// <summary>The order of mmu_gather: unhook, invalidate, free.</summary>
public sealed class Gather : ClaimList
{
    private static readonly Anchor Order =
        new("struct mmu_gather", "include/asm-generic/tlb.h, 0758cd830494");
    private static readonly Anchor Finish = Anchor.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583");

    /// <inheritdoc/>
    public override IEnumerable<Claim> Claims =>
    [
        Of("B-GATHER:I-FREE", Choices.Default, "I-FREE", new Expectation.Proved(),
            "mmu_gather frees a frame only after every TLB that might hold it has been invalidated."),
        Of("B-GATHER:I-ENTRY", Choices.Default, "I-ENTRY", new Expectation.Proved(),
            "mmu_gather leaves no stale TLB entry."),
        Of("B-GATHER:I-USE", Choices.Default, "I-USE", new Expectation.Proved(),
            "Under mmu_gather no access goes through a stale TLB entry."),
        Of("B-GATHER/buggy:I-FREE", Choices.Default.With(MmuGather.FreeFirst), "I-FREE", new Expectation.Refuted(4),
            "It does not matter whether the batch is freed before or after the TLBs are invalidated."),
    ];

    private static Claim Of(string id, Choices choices, string property, Expectation expected, string sentence) => new()
    {
        Id = id,
        Sentence = sentence,
        Family = new MmuGather(),
        Choices = choices,
        Property = property,
        Expected = expected,
        Sources = [Order, Finish],
        NotCovered = ["context switches: the mm stays loaded on every CPU"],
    };
}
