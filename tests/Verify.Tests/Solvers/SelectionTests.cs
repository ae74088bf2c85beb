using Verify.Cli.Engines;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Symbolic;
using Verify.Tests.Cli;
using Verify.Tests.TraceTexts;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Tests.Solvers;

/// <summary>
/// Engines that select another engine report the choice and the reason, and contradictions between engines are
/// detected.
/// </summary>
public sealed class SelectionTests
{
    // A search that ends at its maximum number of states, whatever the instance.
    private static readonly Pretender Full = Pretender.FullAt(AutoEngine.MaxStates);
    private static readonly Pretender Clueless = new("clueless", _ => new Verdict.Unknown("no idea", Evidence.Nothing));

    [Fact]
    public void Auto_turns_to_bounded_search_when_an_instance_is_large()
    {
        var found = Decide(Auto(Full), Small(isBroken: true));
        Assert.IsType<Verdict.Refuted>(found);
        Assert.Equal("bmc (more than 5,000,000 states)", found.Evidence.Selection);
    }

    [Fact]
    public void Auto_turns_to_a_proof_when_bounded_search_finds_nothing()
    {
        var found = Decide(new AutoEngine(Full, Clueless, new PdrEngine(RealSolver.OrSkip())), Small());
        Assert.IsType<Verdict.Proved>(found);
        Assert.Equal("pdr (more than 5,000,000 states)", found.Evidence.Selection);
        Assert.Equal(EvidenceKind.Inductive, found.Evidence.Kind);
    }

    [Fact]
    public void Auto_reports_when_no_engine_decides()
    {
        var found = Decide(new AutoEngine(Full, Clueless, Clueless), Small());
        Assert.IsType<Verdict.HoldsUpTo>(found);
        Assert.EndsWith("(more than 5,000,000 states, and no proof)", found.Evidence.Selection);
    }

    [Fact]
    public void Auto_searches_on_without_a_solver()
    {
        var asked = new List<long?>();
        var search = new Pretender("search", _ =>
        {
            asked.Add(null);
            return Full.Decide(Small(), Small().Properties[0], EngineOptions.Default);
        });
        var missing = new Pretender("bmc", _ => throw new NotSupportedException(), "no solver is available");
        var found = Decide(new AutoEngine(search, missing, missing), Small());
        Assert.Equal(2, asked.Count);
        Assert.Equal("search (no solver is available)", found.Evidence.Selection);
    }

    [Fact]
    public void Auto_keeps_to_a_budget_of_states_that_is_given()
    {
        var model = Small();
        var found = new AutoEngine(new ExplicitEngine(), Clueless, Clueless)
            .Decide(model, model.Property("I-ENTRY"), new EngineOptions(new Budget(States: 5)));
        Assert.IsType<Verdict.HoldsUpTo>(found);
        Assert.Equal("explicit (a budget ended it)", found.Evidence.Selection);
    }

    [Fact]
    public void The_first_to_decide_is_the_winner_and_is_named()
    {
        var found = Decide(new PortfolioEngine([Clueless, new ExplicitEngine(), Full]), Small());
        Assert.IsType<Verdict.Proved>(found);
        Assert.Equal("explicit (the first of clueless, explicit, search)", found.Evidence.Selection);
    }

    [Fact]
    public void Without_a_decision_the_engine_that_covered_the_most_is_named()
    {
        var found = Decide(new PortfolioEngine([Clueless, Full]), Small());
        Assert.IsType<Verdict.HoldsUpTo>(found);
        Assert.Equal("search (it covered the most; undecided by clueless, search)", found.Evidence.Selection);
    }

    [Fact]
    public void An_unavailable_engine_does_not_race()
    {
        var missing = new Pretender("absent", _ => throw new NotSupportedException(), "it is not installed");
        Assert.Equal("bfs (the first of bfs)", Decide(new PortfolioEngine([missing, new Bfs()]), Small()).Evidence.Selection);
    }

    [Fact]
    public void A_proof_against_a_refutation_is_our_mistake()
    {
        // Both engines decide before the race ends.
        using var both = new Barrier(2);
        Pretender Late(IEngine engine) => new(engine.Name, model =>
        {
            var verdict = engine.Decide(model, model.Property("I-ENTRY"), EngineOptions.Default);
            both.SignalAndWait(TestContext.Current.CancellationToken);
            return verdict;
        });

        var race = new PortfolioEngine([Late(new Bfs()), Late(Pretender.Optimist)]);
        var mistake = Assert.Throws<UnreachableException>(() => Decide(race, Small(isBroken: true)));
        Assert.Equal("engine 'bfs' says 'refuted', engine 'optimist' says 'proved'", mistake.Message);
    }

    // On a separate thread the exception would end the process and lose the other results.
    [Fact]
    public void An_exception_of_an_engine_in_a_race_is_thrown_by_the_race()
    {
        var race = new PortfolioEngine([new Pretender("broken", _ => throw new InvalidProgramException("no code"))]);
        Assert.Equal("no code", Assert.Throws<InvalidProgramException>(() => Decide(race, Small())).Message);
    }

    [Fact]
    public void A_proof_where_another_meets_what_is_undefined_is_our_mistake()
    {
        using var both = new Barrier(2);
        Pretender Late(string name, Func<Verdict> say) => new(name, _ =>
        {
            both.SignalAndWait(TestContext.Current.CancellationToken);
            return say();
        });

        var undefined = UserErrorException.At(null, ErrorCodes.NoValue, "the value of 'o' is read, but it is empty here");
        var race = new PortfolioEngine([Late("careful", () => throw undefined), Late("bold", () => new Verdict.Proved(Evidence.Nothing))]);
        var mistake = Assert.Throws<UnreachableException>(() => Decide(race, Small()));
        Assert.Equal(
            "engine 'bold' says 'proved', and engine 'careful' that the model is undefined: the value of 'o' is read, but it is empty here",
            mistake.Message);
    }

    private static AutoEngine Auto(IEngine search)
    {
        SolverProgram z3 = RealSolver.OrSkip();
        return new AutoEngine(search, new BmcEngine(z3), new PdrEngine(z3));
    }

    private static Verdict Decide(IEngine engine, Model model) => engine.Decide(model, model.Property("I-ENTRY"), EngineOptions.Default);

    private static Model Small(bool isBroken = false) =>
        new Shootdown().Build(isBroken ? Choices.Default.With(Shootdown.LocalFlush) : Choices.Default);
}
