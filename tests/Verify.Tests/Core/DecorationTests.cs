using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.Core;

/// <summary>Actors, arguments and marks are for readers only: an undefined one does not affect a verdict.</summary>
public sealed class DecorationTests
{
    public static TheoryData<int> Reductions => [.. Enumerable.Range(0, 8)];

    [Theory]
    [MemberData(nameof(Reductions))]
    public void An_actor_or_an_argument_outside_of_the_keys_of_a_map_is_a_question_mark(int reductions)
    {
        var (model, trace) = Refuted((Reductions)reductions, (m, cpu, at, _) =>
        {
            var owner = m.Map("owner", Sort.Range(0, 1), Sort.Option(cpu));
            return s => s.By(owner[at]).Shows(owner[at], at);
        });
        var told = Narration.Of(new Interpreter(model), trace).Steps;
        Assert.Equal("?", told[^1].Actor);
        Assert.Equal("step(?, 2)", told[^1].Name);
    }

    [Theory]
    [MemberData(nameof(Reductions))]
    public void An_actor_or_an_argument_that_an_option_does_not_hold_is_a_question_mark(int reductions)
    {
        var (model, trace) = Refuted((Reductions)reductions, (_, _, _, last) => s => s.By(last.Value).Shows(last.Value, last));
        var told = Narration.Of(new Interpreter(model), trace).Steps;
        Assert.All(told, step => Assert.Equal("?", step.Actor));
        Assert.Equal("step(?, None)", told[^1].Name);
    }

    [Theory]
    [MemberData(nameof(Reductions))]
    public void An_option_may_be_an_actor(int reductions)
    {
        var (model, trace) = Refuted((Reductions)reductions, (_, _, _, last) => s => s.By(last));
        Assert.Equal("None", Narration.Of(new Interpreter(model), trace).Steps[0].Actor);
    }

    [Fact]
    public void A_mark_that_is_undefined_is_left_out_and_said_once_with_its_line()
    {
        var (model, trace) = Refuted(Engines.Reductions.None, (m, cpu, at, last) =>
        {
            var owner = m.Map("owner", Sort.Range(0, 1), Sort.Bool);
            m.Mark("lost", Sort.Bool, x => (at, last.Value == last.Value));
            m.Mark("beyond", Sort.Bool, x => (owner[at], at == 2));
            m.Mark("far", Sort.Bool, x => (at, owner[at] | !owner[at]));
            m.Mark("fine", Sort.Bool, x => (at, at == 1));
            return s => s;
        });
        var narration = Narration.Of(new Interpreter(model), trace);
        Assert.Equal(3, narration.Notes.Length);
        Assert.Contains("'lost'", narration.Notes[0], StringComparison.Ordinal);
        Assert.Contains("'beyond'", narration.Notes[1], StringComparison.Ordinal);
        Assert.Contains("'far'", narration.Notes[2], StringComparison.Ordinal);
        Assert.All(narration.Notes, note => Assert.Contains("DecorationTests.cs(", note, StringComparison.Ordinal));
        Assert.Equal("far, fine", narration.Steps[0].Changes.Single().Mark);
        var run = CheckedTrace.Check(new Interpreter(model), model.Properties[0], trace, out _)!;
        var text = ColumnTrace.Of(run, new Caption("X", "x", []));
        Assert.Contains("note: the mark 'lost'", text, StringComparison.Ordinal);
    }

    private static (Model Model, Trace Trace) Refuted(
        Reductions reductions, Func<ModelBuilder, Sort, Expr, Expr, Func<StepBuilder, StepBuilder>> decorate)
    {
        var m = new ModelBuilder("decorated");
        var cpu = m.Processors("cpu", 2);
        var at = m.Var("at", Sort.Range(0, 3));
        var last = m.Var("last", Sort.Option(cpu));
        var decoration = decorate(m, cpu, at, last);
        m.Rule("step", s => decoration(s.When(at < 3).Set(at, at + 1)));
        m.Rule("take", cpu, (s, c) => s.When(at == 3).Set(last, c));
        m.Always("below", at < 3);
        var model = m.Build();
        var run = new EngineOptions(Budget.Unlimited, Threads: 1, Reductions: reductions);
        var found = Assert.IsType<Verdict.Refuted>(new ExplicitEngine().Decide(model, model.Properties[0], run));
        Assert.Equal(3, found.Trace!.Length);
        return (model, found.Trace);
    }
}
