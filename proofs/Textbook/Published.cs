using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Textbook;

namespace Verify.Proofs.Textbook;

/// <summary>Models with published counts or answers, which ours can be compared to.</summary>
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
        new Claim
        {
            Id = "DINING-MIXED",
            Sentence = "If some philosopher always takes the left fork first and some other the right one, they never all wait, "
                + "whatever the others do.",
            Family = new DiningPhilosophers(),
            Choices = Choices.Default.Size("seats", 4).With(DiningPhilosophers.Mixed),
            Property = "no deadlock",
            Expected = new Expectation.Proved(),
            Sources =
            [
                new Source("Hierarchical Ordering of Sequential Processes", "Dijkstra, Acta Informatica 1, 1971"),
            ],
            Finding = "One search covers the 14 mixtures of four philosophers, as they start with any of them. All on one side is "
                + "what it leaves out, and there each waits for the next one after four steps.",
        },
        new Claim
        {
            Id = "DINING-SAME-SIDE",
            Sentence = "Philosophers who all take the left fork first never all wait.",
            Family = new DiningPhilosophers(),
            Choices = Choices.Default.Size("seats", 4).With(DiningPhilosophers.SameSide),
            Property = "no deadlock",
            Expected = new Expectation.Refuted(4),
            Sources =
            [
                new Source("Hierarchical Ordering of Sequential Processes", "Dijkstra, Acta Informatica 1, 1971"),
            ],
        },
    ];
}
