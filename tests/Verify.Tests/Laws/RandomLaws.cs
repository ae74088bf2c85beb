using Verify.Coyote;
using Verify.Engines;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Scheduling;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;
using Verify.Tests.Laws.Reduced;
using Verify.Traces;

namespace Verify.Tests.Laws;

/// <summary>Random walks and schedules of every strategy report only facts, and are repeatable.</summary>
public sealed class RandomLaws
{
    private static readonly EngineOptions Short = new(new Budget(Depth: 30), Threads: 1);

    public static TheoryData<string> OwnWays => ["walks", .. new ScheduleEngine().Strategies];

    // Coyote starts a thread for each actor of each run, so few of its runs are made, without threads of our own.
    public static TheoryData<string> Ways => [.. OwnWays.Select(row => row.Data), "coyote"];

    internal static Law AgreesBy(string way) => new(
        typeof(RandomLaws), nameof(A_run_never_contradicts_the_whole_graph), 40, (sample, tally) =>
    {
        var (toy, engine) = (sample.Toy, Engine(way, way == "coyote" ? 3 : 20));
        foreach (var property in sample.Model.Properties.Where(p => engine.WhyNot(sample.Model, p) is null))
        {
            tally.Compare();
            Verdict found;
            try
            {
                found = engine.Decide(sample.Model, property, Short);
            }
            catch (UserErrorException e)
            {
                // A walk ends at an error, which the oracle knows too. The oracle stops at the nearest error, but a
                // walk may reach another one.
                Assert.True(toy.Errors.Count > 0 || IsUndefinedSomewhere(toy, property, e.Diagnostic.Code), e.Message);
                tally.Note("undefined");
                continue;
            }

            tally.Note(Compare(toy, property, found));
        }
    })
    { Kind = way };

    internal static Law RepeatsBy(string way) => new(
        typeof(RandomLaws), nameof(A_seed_gives_the_same_result_on_any_number_of_threads), 300, (sample, tally) =>
    {
        foreach (var (property, _) in sample.Decided)
        {
            // A walk may reach an undefined state that a search does not visit.
            string Text(int threads, ulong seed)
            {
                try
                {
                    return Told(sample.Toy, Engine(way, 100).Decide(sample.Model, property, Short with { Threads = threads, Seed = seed }));
                }
                catch (UserErrorException e)
                {
                    return e.Message;
                }
            }

            Assert.Equal(Text(1, 7), Text(1, 7));
            Assert.Equal(Text(1, 7), Text(2, 7));
            Assert.Equal(Text(1, 7), Text(3, 7));
            tally.Compare(3);
        }
    })
    { Kind = way, IsOfUndefined = false };

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_run_never_contradicts_the_whole_graph(string way)
    {
        var few = way == "coyote";
        _ = Engine(way, 1); // skips the whole test, not a single model
        var tally = Law.Holds(AgreesBy(way), way == "walks" ? 1500 : few ? 15 : 250);
        var least = few ? 2 : 20;
        Assert.True(Law.IsAlone || (tally["refuted"] > least && tally["not reached"] > least && tally["witnessed"] > least
            && tally["undefined"] > (few ? 0 : 5)), $"{tally}");
    }

    [Theory]
    [MemberData(nameof(OwnWays))]
    public void A_seed_gives_the_same_result_on_any_number_of_threads(string way) => Law.Holds(RepeatsBy(way), way == "walks" ? 150 : 15);

    [Fact]
    public void Walks_meet_what_a_search_would_take_long_for()
    {
        var model = new TlbShootdown().Build(Choices.Default.Size("cpu", 5).Size("page", 4).Size("frame", 4));
        var found = new RandomEngine(100).Decide(model, model.Property("the kernel gets a frame"), EngineOptions.Default);
        Assert.IsType<Verdict.Proved>(found);
        var always = Assert.IsType<Verdict.HoldsUpTo>(
            new RandomEngine(200).Decide(model, model.Property("I-ENTRY"), new EngineOptions(new Budget(Depth: 200))));
        Assert.Equal("200 walks of at most 200 steps", always.Bound.Cause);
        Assert.Equal((40_000, 200), (always.Evidence.Transitions, always.Evidence.Depth));
        Assert.All(always.Evidence.Witnesses, witness => Assert.NotNull(witness.Depth));
    }

    [Fact]
    public void Walks_that_are_interrupted_decide_nothing()
    {
        var model = new TlbShootdown().Build(Choices.Default.Size("cpu", 5));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var found = new RandomEngine().Decide(model, model.Property("I-ENTRY"),
            new EngineOptions(Budget.Unlimited, Cancellation: cancelled.Token));
        Assert.IsType<Verdict.Unknown>(found);
        Assert.Contains("time budget", Assert.IsType<Verdict.HoldsUpTo>(
            new RandomEngine(long.MaxValue).Decide(model, model.Property("I-ENTRY"),
                new EngineOptions(new Budget(Seconds: 0.2)))).Bound.Cause,
            StringComparison.Ordinal);
    }

    private static string Compare(Toy toy, Property property, Verdict found)
    {
        Assert.Equal(EvidenceKind.Sampled, found.Evidence.Kind);
        Assert.Equal(found.Evidence.Transitions, found.Evidence.RuleCounts.Sum());
        var rules = toy.Interpreter.Model.Rules.Length;
        Assert.InRange(found.Evidence.RulePairs!.Value, 0, Math.Min(found.Evidence.Transitions, rules * rules));
        switch (found)
        {
            case Verdict.Refuted { Trace: { } trace }:
                Check(toy, property, trace);
                return "refuted";
            case Verdict.Proved { Witness: { } trace }:
                Assert.IsType<Property.Reachable>(property);
                Check(toy, property, trace);
                return "witnessed";
            default:
                Assert.True(found is Verdict.HoldsUpTo { Bound.Depth: 0 } || property is Property.Reachable);
                Assert.True(toy.Errors.Count > 0 || found.Evidence.States <= toy.Nodes.Count);
                return "not reached";
        }
    }

    // True if a state behind the first violation is undefined; the oracle stops there, but a run may not.
    private static bool IsUndefinedSomewhere(Toy toy, Property property, ErrorCode code)
    {
        bool IsUndefined(State state, Property asked)
        {
            try
            {
                Replay.Decides(toy.Interpreter, asked, new Traces.Trace([state], []));
                return false;
            }
            catch (UserErrorException e)
            {
                return e.Diagnostic.Code == code;
            }
        }

        var asked = toy.Interpreter.Model.Properties.OfType<Property.Reachable>().Append(property).ToList();
        return toy.Nodes.Any(node => asked.Any(one => IsUndefined(node.State, one)));
    }

    private static IEngine Engine(string way, long runs) => way == "walks" ? new RandomEngine(runs)
        : way == "coyote" ? new CoyoteEngine("random", runs)
        : new ScheduleEngine(way, runs);

    private static void Check(Toy toy, Property property, Traces.Trace trace)
    {
        Assert.Null(Replay.WhyNot(toy.Interpreter, trace));
        Assert.True(Replay.Decides(toy.Interpreter, property, trace));
        Assert.True(trace.Length <= Short.Budget.Depth);
    }

    private static string Told(Toy toy, Verdict verdict)
    {
        var evidence = verdict.Evidence;
        return $"""
            {verdict.Word} {evidence.States} {evidence.Transitions} {evidence.Depth} {evidence.Schedules} {evidence.RulePairs}
            {string.Join(' ', evidence.RuleCounts)} {string.Join(' ', evidence.Witnesses)}
            {(ReductionLaws.TraceOf(verdict) is { } trace ? Replay.Encode(toy.Interpreter, trace) : "no trace")}
            """;
    }
}
