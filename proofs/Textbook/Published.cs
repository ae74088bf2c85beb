using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Textbook;

namespace Verify.Proofs.Textbook;

/// <summary>Models with published counts, which our counts can be compared to.</summary>
public sealed class Published : ClaimList
{
    public override IEnumerable<Claim> Claims =>
    [
        new Claim
        {
            Id = "TWO-PHASE-COMMIT",
            Sentence = "No resource manager commits a transaction that another one aborts.",
            Family = new TwoPhaseCommit(),
            Choices = Choices.Default,
            Property = "consistent",
            Expected = new Expectation.Proved(),
            Sources =
            [
                new Source("Consensus on Transaction Commit", "Gray and Lamport, ACM TODS 31(1), 2006, section 3"),
            ],
            Finding = "288 states for three resource managers and 8,832 for five, as stateright counts.",
        },
    ];
}
