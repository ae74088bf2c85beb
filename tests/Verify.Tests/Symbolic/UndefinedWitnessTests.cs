using Verify.Cli.Engines;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Tests.Solvers;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Symbolic;

/// <summary>
/// If a witness is undefined in a reachable state, the whole model is undefined, for solvers as for the search, however
/// far that state is behind the one where the witness is reached.
/// </summary>
public sealed class UndefinedWitnessTests
{
    private const int Steps = 24; // more steps than the search for witnesses after a proof uses

    public static TheoryData<string> Questions => ["never on", "on", "goes on"];

    [Theory]
    [MemberData(nameof(Questions))]
    public void No_engine_decides_what_the_search_calls_undefined(string property)
    {
        var model = ModelOf(isGuarded: false);
        Assert.Equal("VRF120", Said(new ExplicitEngine(), model, property));
        foreach (var engine in EngineTroubleTests.Engines(RealSolver.OrSkip()))
        {
            Assert.Equal("VRF120", Said(engine, model, property));
            Assert.Equal("VRF120", Said(new PortfolioEngine([engine]), model, property));
        }
    }

    // No control query uses a state in which a witness is undefined, not even the first state.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_honest_solver_is_believed_where_a_witness_is_undefined_at_once(bool isLater)
    {
        var m = new ModelBuilder("near");
        var x = m.Var("x", Sort.Option(Sort.Bool), isLater ? Some(true) : null);
        m.Rule("clear", s => s.Set(x, None));
        m.Always("any", x.HasValue | x.IsNone);
        m.Reachable("read", x.Value);
        var model = m.Build();
        foreach (var engine in EngineTroubleTests.Engines(RealSolver.OrSkip()))
        {
            Assert.Equal("VRF120", Said(engine, model, "any"));
        }
    }

    // A guarded read in a witness costs nothing.
    [Theory]
    [MemberData(nameof(Questions))]
    public void A_witness_that_is_guarded_leaves_the_answer_as_it_is(string property)
    {
        var model = ModelOf(isGuarded: true);
        var expected = Said(new ExplicitEngine(), model, property);
        foreach (var engine in EngineTroubleTests.Engines(RealSolver.OrSkip()).Where(engine => engine.Name is not "bmc"))
        {
            Assert.Equal(expected, Said(engine, model, property));
        }
    }

    private static Model ModelOf(bool isGuarded)
    {
        var m = new ModelBuilder("far");
        var at = m.Var("at", Sort.Range(0, Steps));
        var (seen, on) = (m.Var("seen", Sort.Option(Sort.Bool), Some(true)), m.Var("on", Sort.Bool));
        m.Rule("go", s => s.When(at < Steps).Set(at, at + 1).SetIf(at == Steps - 1, seen, None));
        m.Rule("rest", s => s.When(at == Steps).Set(at, at));
        m.Rule("off", s => s.When(on).Set(on, false));
        m.Always("never on", !on);
        m.Reachable("on", on);
        m.NoDeadlock("goes on");
        m.Reachable("seen", isGuarded ? seen.HasValue & seen.Value : seen.Value);
        return m.Build();
    }

    private static string Said(IEngine engine, Model model, string property)
    {
        try
        {
            return engine.Decide(model, model.Property(property), new EngineOptions(new Budget(Seconds: 60))).Word;
        }
        catch (UserErrorException e)
        {
            return e.Diagnostic.Code.Id;
        }
    }
}
