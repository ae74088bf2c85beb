using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Core;

/// <summary>"Never reached" is a statement about all states, like a proof, so it can be vacuous as well.</summary>
public sealed class NeverReachedTests
{
    private const string NoOther =
        "vacuous: the model has no other Reachable property, so the answer may be vacuous";

    public static TheoryData<Reductions> All =>
        [.. Enumerable.Range(0, 1 + (int)(Reductions.Symmetry | Reductions.ConeOfInfluence | Reductions.PartialOrder)).Cast<Reductions>()];

    [Theory]
    [MemberData(nameof(All))]
    public void In_a_model_that_does_not_move_it_is_vacuous(Reductions reductions) => Assert.Equal(
        ["vacuous: 'far' is not reachable", "vacuous: rule 'go' never fires", "vacuous: rule 'light' never fires"],
        Decide(reductions, withWitness: true, first: 2).Problems);

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_shows_what_it_is_about_without_another_witness(Reductions reductions) =>
        Assert.Equal([NoOther], Decide(reductions, withWitness: false, first: 0).Problems);

    [Theory]
    [MemberData(nameof(All))]
    public void In_one_that_moves_it_is_as_expected(Reductions reductions)
    {
        var report = Decide(reductions, withWitness: true, first: 0);
        Assert.Empty(report.Problems);
        Assert.False(report.IsUndecided);
        Assert.Equal(
            [new Witness("wrong", null), new Witness("far", 6)],
            report.Main!.Verdict.Evidence.Witnesses.OrderBy(witness => witness.Depth ?? -1));
    }

    // The cone has two states; the path to the witness exceeds the rest of the budget.
    [Fact]
    public void A_question_that_a_reduction_leaves_open_is_undecided()
    {
        var run = new EngineOptions(new Budget(States: 5), Threads: 1, Reductions: Reductions.ConeOfInfluence);
        var report = ClaimReport.Decide(ClaimOf(withWitness: true, first: 0), new CachingEngine(new ExplicitEngine()), run);
        Assert.Equal(["may be vacuous: not looked for: 'far'"], report.Problems);
        Assert.True(report.IsUndecided);
    }

    private static ClaimReport Decide(Reductions reductions, bool withWitness, int first) => ClaimReport.Decide(
        ClaimOf(withWitness, first), new ExplicitEngine(), new EngineOptions(Budget.Unlimited, Threads: 1, Reductions: reductions));

    private static Claim ClaimOf(bool withWitness, int first) => new()
    {
        Id = "NEVER",
        Sentence = "It never goes wrong.",
        Family = new Walk(withWitness, first),
        Choices = Choices.Default,
        Property = "wrong",
        Expected = new Expectation.Refuted(),
        Sources = [],
    };

    private sealed class Walk(bool withWitness, int first) : ModelFamily
    {
        public override string Name => "walk";

        public override string Summary => "A switch, and lamps beside it.";

        protected override void Describe(ModelBuilder m)
        {
            var (at, lamp) = (m.Var("at", Sort.Range(0, 2), first), Sort.Range(1, 6));
            var lit = m.Map("lit", lamp, Sort.Bool);
            m.Rule("go", s => s.When(at < 2).Set(at, If(at == 0, 1, 0)));
            m.Rule("light", lamp, (s, l) => s.When(at < 2).Set(lit[l], true));
            m.Reachable("wrong", (at == 2) & (first < 2));
            if (withWitness)
            {
                m.Reachable("far", ForAll(lamp, l => lit[l]));
            }
        }
    }
}
