using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Explicit;
using Verify.Lowering;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Symbolic;
using Verify.Tests.Solvers;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Core;

/// <summary>A quantifier may range over very many values; no pass recurses once per value.</summary>
public sealed class ManyMembersTests
{
    private const int Many = 30_000;

    [Theory]
    [InlineData(30_000)]
    [InlineData(100_000)]
    public void Terms_are_nested_a_little_deeper_for_many_more(int members)
    {
        var model = Described(members);
        var lowered = new LoweredModel(model);
        Assert.All(model.Properties.SelectMany(property => property.Predicates),
            predicate => Assert.InRange(lowered.Lower(predicate).Holds.Depth, 1, 100));
        Assert.All(lowered.Rules, rule => Assert.InRange(rule.Guard.Depth, 1, 100));
    }

    [Fact]
    public void Search_and_interpreter_agree()
    {
        var model = Described(Many);
        var interpreter = new Interpreter(model);
        Assert.Equal(2, new ReachableWalk(interpreter).NearestFirst().Count());
        foreach (var property in model.Properties)
        {
            var verdict = new ExplicitEngine().Decide(model, property, new EngineOptions(Budget.Unlimited, Threads: 1));
            Assert.IsType<Verdict.Proved>(verdict);
            Assert.Equal(2, verdict.Evidence.States);
        }
    }

    [Fact]
    public void Solvers_are_listed()
    {
        var model = Described(Many);
        var engine = new KInductionEngine(RealSolver.OrSkip());
        var verdict = engine.Decide(model, model.Property("fine"), new EngineOptions(new Budget(Seconds: 100)));
        Assert.IsType<Verdict.Proved>(verdict);
    }

    [Fact]
    public void Every_writer_writes_it()
    {
        var model = Described(Many);
        Assert.All(ModelWriters.All, writer => Assert.NotEmpty(writer.Export(model, model.Property("fine"))[0].Text));
    }

    // If an option is empty, the quantifier is undefined at its first value and stops there, so each value depends on
    // all before.
    [Fact]
    public void Nesting_by_evaluation_order_has_a_bound()
    {
        var m = new ModelBuilder("in turn");
        var x = m.Var("x", Sort.Option(Sort.Range(0, Many - 1)));
        m.Rule("look", s => s.When(ForAll(Sort.Range(0, Many - 1), i => x.Value != i)).Set(x, 1));
        m.Always("any", true);
        var error = Assert.Throws<UserErrorException>(() => new LoweredModel(m.Build())).Diagnostic;
        Assert.Equal(ErrorCodes.TooLarge, error.Code);
        Assert.Contains("rule 'look' is nested", error.Message, StringComparison.Ordinal);
    }

    private static Model Described(int members)
    {
        var m = new ModelBuilder("many");
        var range = Sort.Range(0, members - 1);
        var (x, y, on) = (m.Var("x", range, 7), m.Var("y", range, 8), m.Var("on", Sort.Bool));
        m.Rule("turn", s => s.When(ForAll(range, i => (x != i) | !on)).Set(on, true));
        m.Rule("back", s => s.When(Exists(range, i => (x == i) & on)).Set(on, false));
        m.Always("fine", ForAll(range, i => (x != i) | (y != i)));
        m.Always("one", Count(range, i => (x == i) & on) <= 1);
        m.Reachable("on", Exists(range, i => (x == i) & on));
        return m.Build();
    }
}
