using Verify.Claims;
using Verify.Modelling;

namespace Mine;

public sealed class LateFlushClaims : ClaimList
{
    public override IEnumerable<Claim> Claims =>
    [
        new Claim
        {
            Id = "LF-FREE-FIRST",
            Sentence = "Freeing the page before the flush is fine: the PTE is gone.",
            Family = new LateFlush(),
            Choices = Choices.Default.With(LateFlush.FreeFirst),
            Property = "I-ENTRY",
            Expected = new Expectation.Refuted(),
            Sources = [Source.Mail("a reviewer", "in a review", "message id")],
        },
        new Claim
        {
            Id = "LF-FLUSH-FIRST",
            Sentence = "Flushing first is.",
            Family = new LateFlush(),
            Choices = Choices.Default,
            Property = "I-ENTRY",
            Expected = new Expectation.Proved(),
            Sources = [Source.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583")],
        },
    ];
}
