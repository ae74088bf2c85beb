using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Disk;
using Verify.Modelling;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;

namespace Verify.Tests.Laws;

/// <summary>
/// LeadsTo properties, compared with two definitions over the whole graph that interpret fairness independently.
/// </summary>
public sealed class LivenessLaws
{
    private const int Most = 200; // states; reachability is computed for every pair

    private const int MostTried = 40; // every state is tried as the start of a loop

    private static readonly EngineOptions OneThread = new(Budget.Unlimited, Threads: 1);

    internal static readonly Law Lassos = new(typeof(LivenessLaws), nameof(A_lasso_is_found_exactly_if_there_is_one), 3, (sample, tally) =>
    {
        var (toy, model) = (sample.Toy, sample.Model);
        foreach (var property in model.Properties.OfType<Property.LeadsTo>().Where(_ => IsFit(toy)))
        {
            var isViolated = PlainFairness.CanFail(toy, property);
            Assert.Equal(isViolated, CanFail(toy, property));
            var found = new ExplicitEngine().Decide(model, property, OneThread);
            Assert.Equal(isViolated ? "refuted" : "proved", found.Word);
            Assert.Equal(toy.Nodes.Count, found.Evidence.States);
            tally.Compare();
            tally.Note(isViolated ? "refuted" : "proved");
            if (found is Verdict.Refuted { Trace: { } trace })
            {
                if (found.Evidence.IsShortestLasso && toy.Nodes.Count <= MostTried)
                {
                    Assert.Equal(PlainFairness.Shortest(toy, property), trace.Length);
                    tally.Note("shortest");
                }

                Assert.Null(Replay.WhyNot(toy.Interpreter, trace));
                Assert.True(Replay.Decides(toy.Interpreter, property, trace));
                Assert.Null(PlainFairness.WhyNot(toy, property, trace));
                tally.Note("unfair", model.Rules.Any(rule => rule.Fairness is null));
                tally.Note("rests", trace.LoopStart == trace.Length);
            }
        }
    })
    { IsOfUndefined = false, MaxStates = Most };

    internal static readonly Law OutOfMemory = new(
        typeof(LivenessLaws), nameof(Where_memory_ends_nothing_is_concluded), 40, (sample, tally) =>
    {
        var (toy, model) = (sample.Toy, sample.Model);
        foreach (var property in model.Properties.OfType<Property.LeadsTo>().Where(_ => IsFit(toy)))
        {
            var expected = new ExplicitEngine().Decide(model, property, OneThread).Word;
            // Budgets that end during the search, after it, and never.
            (long, long?)[] limits = [(1, null), (1 + (toy.Nodes.Count / 2), null), (1000, 1), (1000, null)];
            foreach (var (held, bytes) in limits)
            {
                var engine = new ExplicitEngine { Tuning = new StorageTuning { MaxHeld = held, MinCapacity = 64 } };
                var verdict = engine.Decide(model, property, OneThread with { MemoryBytes = bytes });
                tally.Compare();
                if (verdict is Verdict.Unknown unknown)
                {
                    Assert.True(held < 1000 || bytes is not null);
                    Assert.StartsWith("stopped by memory limit; ", unknown.Reason);
                    Assert.Equal(EvidenceKind.Partial, unknown.Evidence.Kind);
                    Assert.InRange(unknown.Evidence.States, 1, toy.Nodes.Count);
                    tally.Note("cut");
                }
                else
                {
                    Assert.Equal(expected, verdict.Word);
                    tally.Note("decided");
                }
            }
        }
    })
    { IsOfUndefined = false, MaxStates = Most };

    [Fact]
    public void A_lasso_is_found_exactly_if_there_is_one()
    {
        var tally = Law.Holds(Lassos, 1000);
        Assert.True(Law.IsAlone || (tally["refuted"] > 50 && tally["proved"] > 50), $"{tally}");
        var turns = Law.Holds(Lassos, 400, ModelSource.Turns);
        Assert.True(Law.IsAlone || (turns["refuted"] > 200 && turns["proved"] > 200), $"{turns}");
        Assert.True(Law.IsAlone || (turns["rests"] > 50 && turns["shortest"] > 100), $"{turns}");
    }

    // Steps of threads, and rules that are declared so, but for what is said to be put off.
    [Fact]
    public void What_is_fair_is_what_was_said_to_be()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var (model, putOff) = GeneratedTurns.WithFairness(seed);
            Assert.All(model.Rules, rule => Assert.Equal(putOff.Contains(rule.Name.Split('\'')[0]), rule.Fairness is null));
        }
    }

    [Fact]
    public void Where_memory_ends_nothing_is_concluded()
    {
        var tally = Law.Holds(OutOfMemory, 60);
        Assert.True(Law.IsAlone || (tally["cut"] > 50 && tally["decided"] > 20), $"{tally}");
    }

    private static bool IsFit(Toy toy) => toy.Interpreter.Model.Properties.OfType<Property.Reachable>().All(p => IsDefined(toy, p.Holds))
        && toy.Interpreter.Model.Properties.OfType<Property.LeadsTo>().All(p => IsDefined(toy, p.From) && IsDefined(toy, p.To));

    private static bool IsDefined(Toy toy, Expr expr) =>
        toy.Nodes.TrueForAll(node => Record.Exception(() => toy.Interpreter.Evaluate(node.State, expr, new SourceLocation("", 0))) is null);

    // True if some path leads from a state with the trigger, through states without the goal, to a place where a fair
    // run can stay.
    private static bool CanFail(Toy toy, Property.LeadsTo property)
    {
        var open = toy.Nodes.Where(node => !toy.Interpreter.Holds(node.State, property.To, property.Where)).ToHashSet();
        var reach = open.ToDictionary(node => node, node => Reach(node, open));
        return open.Where(node => toy.Interpreter.Holds(node.State, property.From, property.Where))
            .Any(node => reach[node].Append(node).Any(stay => CanRest(toy, stay) || CanTurn(toy, stay, reach)));
    }

    private static HashSet<Toy.Node> Reach(Toy.Node from, HashSet<Toy.Node> within)
    {
        var found = new HashSet<Toy.Node>();
        var queue = new Queue<Toy.Node>([from]);
        while (queue.TryDequeue(out var node))
        {
            foreach (var (_, to) in node.Next)
            {
                if (within.Contains(to) && found.Add(to))
                {
                    queue.Enqueue(to);
                }
            }
        }

        return found;
    }

    private static bool CanRest(Toy toy, Toy.Node node) => PlainFairness.In(toy.Interpreter.Model, node).Count == 0;

    // True if a fair run can visit all states of the component of this state infinitely often.
    private static bool CanTurn(Toy toy, Toy.Node node, Dictionary<Toy.Node, HashSet<Toy.Node>> reach)
    {
        var component = reach[node].Where(other => reach[other].Contains(node)).ToHashSet();
        if (component.Count == 0)
        {
            return false;
        }

        var always = component.Select(state => PlainFairness.In(toy.Interpreter.Model, state)).Aggregate((a, b) => [.. a.Intersect(b)]);
        var taken = component.SelectMany(state => state.Next).Where(next => component.Contains(next.To))
            .Select(next => PlainFairness.Of(toy.Interpreter.Model, next.Step)).OfType<PlainFairness.Thing>();
        return !always.Except(taken).Any();
    }
}
