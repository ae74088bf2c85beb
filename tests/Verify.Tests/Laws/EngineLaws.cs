using System.Globalization;
using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Tests.Laws;

/// <summary>The explicit engine against the page that does the same in the plainest way.</summary>
public sealed class EngineLaws
{
    private static readonly ExplicitEngine Engine = new();
    private static readonly Run OneThread = new(Budget.Unlimited, Threads: 1);

    [Fact]
    public void The_engine_says_what_the_toy_says() => Law.Holds(2000, toy =>
    {
        foreach (var property in toy.Interpreter.Model.Properties.Where(p => p is not Property.LeadsTo))
        {
            var expected = Oracle.Of(toy, property);
            if (expected.Errors.IsEmpty)
            {
                CompareVerdict(toy, property, expected, Engine.Decide(toy.Interpreter.Model, property, OneThread));
            }
            else
            {
                var error = Assert.Throws<ModelException>(() => Engine.Decide(toy.Interpreter.Model, property, OneThread));
                Assert.Contains(error.Diagnostic.Code.Id, expected.Errors);
            }
        }
    });

    [Fact]
    public void Threads_change_nothing() => Law.Holds(150, toy => ForEachDecided(toy, (property, _) =>
    {
        var one = Engine.Decide(toy.Interpreter.Model, property, OneThread);
        var two = Engine.Decide(toy.Interpreter.Model, property, OneThread with { Threads = 2 });
        Assert.Equal(Text(toy, one), Text(toy, two));
    }));

    [Fact]
    public void A_run_repeats_itself() => Law.Holds(80, toy => ForEachDecided(toy, (property, _) =>
    {
        var again = GeneratedModel.From(int.Parse(toy.Interpreter.Model.Name.Split(' ')[^1], CultureInfo.InvariantCulture));
        Assert.Equal(toy.Interpreter.Model.Digest, again.Digest);
        var first = Engine.Decide(toy.Interpreter.Model, property, OneThread);
        var second = Engine.Decide(again, again.Property(property.Name), OneThread);
        Assert.Equal(Text(toy, first), Text(toy, second));
    }));

    [Fact]
    public void A_trace_changes_between_actors_as_seldom_as_any_shortest_one() => Law.Holds(400, toy =>
        ForEachDecided(toy, (property, expected) =>
        {
            if (expected.Level is { } level && TraceOf(Engine.Decide(toy.Interpreter.Model, property, OneThread)) is { } trace)
            {
                Assert.Equal(Switches.Fewest(toy, property, level), Switches.Of(toy.Interpreter, trace));
            }
        }));

    [Fact]
    public void A_trace_survives_its_text() => Law.Holds(120, toy => ForEachDecided(toy, (property, _) =>
    {
        if (TraceOf(Engine.Decide(toy.Interpreter.Model, property, OneThread)) is { } trace)
        {
            var again = Replay.Decode(toy.Interpreter, Replay.Encode(toy.Interpreter, trace));
            Assert.Equal(trace.States.AsEnumerable(), again.States);
            Assert.Equal(trace.Steps.AsEnumerable(), again.Steps);
        }
    }));

    [Fact]
    public void A_depth_budget_never_overstates() => Law.Holds(120, toy => ForEachDecided(toy, (property, expected) =>
    {
        for (var depth = 1; depth <= Math.Min(6, toy.Depth + 1); depth++)
        {
            var found = Engine.Decide(toy.Interpreter.Model, property, OneThread with { Budget = new Budget(Depth: depth) });
            CheckCut(toy, property, expected, found);
            if (expected.Level < depth)
            {
                Assert.Equal(expected.Level, TraceOf(found)?.Length);
            }
        }
    }));

    [Fact]
    public void A_budget_of_states_never_overstates() => Law.Holds(120, toy => ForEachDecided(toy, (property, expected) =>
    {
        foreach (var states in new[] { 1, 2, 5, 20, toy.Nodes.Count - 1, toy.Nodes.Count, toy.Nodes.Count + 1 }.Where(n => n > 0))
        {
            var budget = new Budget(States: states);
            var found = Engine.Decide(toy.Interpreter.Model, property, OneThread with { Budget = budget });
            CheckCut(toy, property, expected, found);
            if (states > toy.Nodes.Count)
            {
                Assert.Equal(expected.States, found.Evidence.States);
            }
        }
    }));

    [Fact]
    public void A_run_cancelled_before_its_start_proves_nothing() => Law.Holds(80, toy =>
        ForEachDecided(toy, (property, expected) =>
        {
            using var cancelled = new CancellationTokenSource();
            cancelled.Cancel();
            var found = Engine.Decide(toy.Interpreter.Model, property, OneThread with { Cancellation = cancelled.Token });
            if (expected.Level != 0)
            {
                Assert.IsType<Verdict.Unknown>(found);
            }

            CheckCut(toy, property, expected, found);
        }));

    // What a run that may have been cut says is true of the whole graph.
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
                    $"'{property.Name}' fails in level {expected.Level}, and is said to hold up to {cut.Bound.Depth}");
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

    private static void ForEachDecided(Toy toy, Action<Property, Oracle> law)
    {
        foreach (var property in toy.Interpreter.Model.Properties.Where(p => p is not Property.LeadsTo))
        {
            if (Oracle.Of(toy, property) is { Errors.IsEmpty: true } expected && toy.Errors.Count == 0)
            {
                law(property, expected);
            }
        }
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
