using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Disk;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;

namespace Verify.Tests.Laws;

/// <summary>The explicit engine against the toy, a one-page engine.</summary>
public sealed class EngineLaws
{
    private static readonly ExplicitEngine Engine = new();
    private static readonly EngineOptions OneThread = new(Budget.Unlimited, Threads: 1);

    /// <summary>The verdict, the counts and the length of traces.</summary>
    internal static readonly Law SameAsToy = new(typeof(EngineLaws), nameof(The_engine_agrees_with_the_toy), 4, (sample, tally) =>
    {
        foreach (var property in sample.OfStates)
        {
            var expected = sample.OracleOf(property);
            tally.Compare();
            if (expected.Errors.IsEmpty)
            {
                CompareVerdict(sample.Toy, property, expected, sample.Whole(property));
            }
            else
            {
                var error = Undefined(sample, () => Engine.Decide(sample.Model, property, OneThread));
                Assert.Contains(error.Diagnostic.Code.Id, expected.Errors);
                if (error is UndefinedException met)
                {
                    CheckWay(sample.Interpreter, met, expected);
                }

                tally.Note("undefined");
            }
        }
    });

    internal static readonly Law SameOnThreads = new(typeof(EngineLaws), nameof(Threads_change_nothing), 20, (sample, tally) =>
    {
        foreach (var (property, _) in sample.Decided)
        {
            var two = Engine.Decide(sample.Model, property, OneThread with { Threads = 2 });
            Assert.Equal(Text(sample.Toy, sample.Whole(property)), Text(sample.Toy, two));
            tally.Compare();
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law InSmallTables = new(typeof(EngineLaws), nameof(A_table_that_grows_loses_nothing), 20, (sample, tally) =>
    {
        var engine = new ExplicitEngine { Tuning = new StorageTuning { MinCapacity = 16 } };
        foreach (var (property, _) in sample.Decided)
        {
            Assert.Equal(Text(sample.Toy, sample.Whole(property)), Text(sample.Toy, engine.Decide(sample.Model, property, OneThread)));
            tally.Compare();
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law Repeats = new(typeof(EngineLaws), nameof(A_run_repeats_itself), 20, (sample, tally) =>
    {
        var again = sample.Again();
        Assert.Equal(sample.Model.Identity, again.Identity);
        foreach (var (property, _) in sample.Decided)
        {
            var second = Engine.Decide(again, again.Property(property.Name), OneThread);
            Assert.Equal(Text(sample.Toy, sample.Whole(property)), Text(sample.Toy, second));
            tally.Compare();
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law FewestSwitches = new(
        typeof(EngineLaws), nameof(A_trace_changes_between_actors_as_seldom_as_any_shortest_one), 4, (sample, tally) =>
        {
            foreach (var (property, expected) in sample.Decided)
            {
                if (expected.Level is { } level && TraceOf(sample.Whole(property)) is { } trace)
                {
                    Assert.Equal(Switches.Fewest(sample.Toy, property, level), Switches.Of(sample.Interpreter, trace));
                    tally.Compare();
                }
            }
        })
    { IsOfUndefined = false };

    internal static readonly Law SurvivesText = new(typeof(EngineLaws), nameof(A_trace_survives_its_text), 10, (sample, tally) =>
    {
        foreach (var (property, _) in sample.Decided)
        {
            if (TraceOf(sample.Whole(property)) is { } trace)
            {
                var again = Replay.Decode(sample.Interpreter, Replay.Encode(sample.Interpreter, trace));
                Assert.Equal(trace.States.AsEnumerable(), again.States);
                Assert.Equal(trace.Steps.AsEnumerable(), again.Steps);
                tally.Compare();
            }
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law CutByDepth = new(typeof(EngineLaws), nameof(A_depth_budget_never_overstates), 40, (sample, tally) =>
    {
        foreach (var (property, expected) in sample.Decided)
        {
            for (var depth = 1; depth <= Math.Min(6, sample.Toy.Depth + 1); depth++)
            {
                var found = Engine.Decide(sample.Model, property, OneThread with { Budget = new Budget(Depth: depth) });
                CheckCut(sample.Toy, property, expected, found);
                tally.Compare();
                if (expected.Level < depth)
                {
                    Assert.Equal(expected.Level, TraceOf(found)?.Length);
                }
            }
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law CutByStates = new(typeof(EngineLaws), nameof(A_budget_of_states_never_overstates), 40, (sample, tally) =>
    {
        var count = sample.Toy.Nodes.Count;
        foreach (var (property, expected) in sample.Decided)
        {
            foreach (var states in new[] { 1, 2, 5, 20, count - 1, count, count + 1 }.Where(n => n > 0))
            {
                var found = Engine.Decide(sample.Model, property, OneThread with { Budget = new Budget(States: states) });
                CheckCut(sample.Toy, property, expected, found);
                tally.Compare();
                if (states > count)
                {
                    Assert.Equal(expected.States, found.Evidence.States);
                }
            }
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law Cancelled = new(
        typeof(EngineLaws), nameof(A_run_cancelled_before_its_start_proves_nothing), 30, (sample, tally) =>
        {
            foreach (var (property, expected) in sample.Decided)
            {
                using var cancelled = new CancellationTokenSource();
                cancelled.Cancel();
                var found = Engine.Decide(sample.Model, property, OneThread with { Cancellation = cancelled.Token });
                if (expected.Level != 0)
                {
                    Assert.IsType<Verdict.Unknown>(found);
                }

                CheckCut(sample.Toy, property, expected, found);
                tally.Compare();
            }
        })
    { IsOfUndefined = false };

    [Fact]
    public void The_engine_agrees_with_the_toy() => Law.Holds(SameAsToy, 2000);

    [Fact]
    public void A_model_without_variables_has_one_state()
    {
        var m = new ModelBuilder("none");
        m.Rule("go", step => step.By("an actor"));
        m.Always("always", true);
        m.NoDeadlock("no deadlock");
        m.Reachable("reachable", false);
        var sample = new Sample(m.Build);
        SameAsToy.Try(sample, new Tally());
        Assert.Single(sample.Toy.Nodes);
        Assert.Equal(1, sample.Toy.Transitions);
    }

    [Fact]
    public void Threads_change_nothing() => Law.Holds(SameOnThreads, 150);

    [Fact]
    public void A_table_that_grows_loses_nothing() => Law.Holds(InSmallTables, 100);

    [Fact]
    public void A_run_repeats_itself() => Law.Holds(Repeats, 80);

    [Fact]
    public void A_trace_changes_between_actors_as_seldom_as_any_shortest_one() => Law.Holds(FewestSwitches, 400);

    [Fact]
    public void A_trace_survives_its_text() => Law.Holds(SurvivesText, 120);

    [Fact]
    public void A_depth_budget_never_overstates() => Law.Holds(CutByDepth, 120);

    [Fact]
    public void A_budget_of_states_never_overstates() => Law.Holds(CutByStates, 120);

    [Fact]
    public void A_run_cancelled_before_its_start_proves_nothing() => Law.Holds(Cancelled, 80);

    // A result that may be incomplete must be true of the whole graph.
    private static void CheckCut(Toy toy, Property property, Oracle expected, Verdict found)
    {
        var isReachable = property is Property.Reachable;
        switch (found)
        {
            case Verdict.Proved when !isReachable:
                Assert.Equal((EvidenceKind.Exhaustive, (long)toy.Nodes.Count), (found.Evidence.Kind, found.Evidence.States));
                Assert.Null(expected.Level);
                break;
            case Verdict.Refuted { Trace: null }:
                Assert.Equal((EvidenceKind.Exhaustive, (long)toy.Nodes.Count), (found.Evidence.Kind, found.Evidence.States));
                Assert.True(isReachable && expected.Level is null);
                break;
            case Verdict.HoldsUpTo cut:
                Assert.NotEqual(EvidenceKind.Exhaustive, found.Evidence.Kind);
                Assert.True(expected.Level is null || expected.Level > cut.Bound.Depth,
                    $"'{property.Name}' fails in level {expected.Level}, but is reported to hold up to depth {cut.Bound.Depth}");
                Assert.True(toy.Nodes.Count(node => node.Level <= cut.Bound.Depth) <= cut.Bound.States);
                break;
            case Verdict.Unknown:
                Assert.NotEqual(EvidenceKind.Exhaustive, found.Evidence.Kind);
                break;
            default:
                Assert.Equal(expected.Level, TraceOf(found)!.Length);
                Assert.True(Replay.Decides(toy.Interpreter, property, TraceOf(found)!));
                break;
        }

        Assert.True(found.Evidence.States <= toy.Nodes.Count);
    }

    // Everything that must not depend on threads, byte for byte.
    private static string Text(Toy toy, Verdict verdict)
    {
        var evidence = verdict.Evidence;
        return $"""
            {verdict.Word} {evidence.Kind} {evidence.States} {evidence.Transitions} {evidence.Depth}
            {string.Join(' ', evidence.RuleCounts)} {string.Join(' ', evidence.Witnesses)}
            {(TraceOf(verdict) is { } trace ? Replay.Encode(toy.Interpreter, trace) : "no trace")}
            """;
    }

    // The report includes a shortest run, which the interpreter replays up to the same error.
    /// <summary>
    /// The error that an engine reports for an undefined model, with a run to it unless the initial states are
    /// undefined.
    /// </summary>
    internal static UserErrorException Undefined(Sample sample, Func<Verdict> decide) => sample.Toy.Nodes.Count == 0
        ? Assert.ThrowsAny<UserErrorException>(decide)
        : Assert.Throws<UndefinedException>(decide);

    private static void CheckWay(Interpreter interpreter, UndefinedException error, Oracle expected)
    {
        Assert.Equal(expected.UndefinedAt, error.Run.Trace.Length);
        Assert.Null(Replay.WhyNot(interpreter, error.Run.Trace));
        Assert.True(Verify.Rendering.Undefined.Is(interpreter, error.Run.Trace.Last, error.Run));
    }

    private static void CompareVerdict(Toy toy, Property property, Oracle expected, Verdict found)
    {
        var holds = property is Property.Reachable == expected.Level is not null;
        Assert.Equal((property.Name, holds ? "proved" : "refuted"), (property.Name, found.Word));
        var evidence = found.Evidence;
        Assert.Equal(expected.Level is null ? EvidenceKind.Exhaustive : EvidenceKind.Partial, evidence.Kind);
        Assert.Equal(
            (property.Name, expected.States, expected.RuleCounts.Sum(), expected.Depth),
            (property.Name, evidence.States, evidence.Transitions, evidence.Depth));
        Assert.Equal(expected.RuleCounts, evidence.RuleCounts);
        Assert.Equal(expected.Witnesses, evidence.Witnesses.Select(witness => witness.Depth));
        Assert.Equal(expected.Level, TraceOf(found)?.Length);
        if (TraceOf(found) is { } trace)
        {
            Assert.Null(Replay.WhyNot(toy.Interpreter, trace));
            Assert.True(Replay.Decides(toy.Interpreter, property, trace));
        }
    }

    private static Traces.Trace? TraceOf(Verdict verdict) => verdict switch
    {
        Verdict.Refuted refuted => refuted.Trace,
        Verdict.Proved proved => proved.Witness,
        _ => null,
    };
}
