using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.TraceTexts;

/// <summary>The smallest possible engine: breadth-first search with the reference interpreter.</summary>
internal sealed class Bfs : IEngine
{
    public string Name => "bfs";

    public string Summary => "breadth-first search over the reference interpreter";

    public string? Unavailable => null;

    public string? WhyNot(Model model, Property property) =>
        property is Property.LeadsTo ? "it decides no LeadsTo" : null;

    public Verdict Decide(Model model, Property property, EngineOptions run)
    {
        var interpreter = new Interpreter(model);
        var cameFrom = new Dictionary<State, (State From, Step Step)?>();
        var queue = new Queue<(State State, int Depth)>();
        var counts = new long[model.Rules.Length];
        var (transitions, depth) = (0L, 0);
        var witnesses = model.Properties.OfType<Property.Reachable>().ToDictionary(p => p, _ => (int?)null);
        foreach (var state in interpreter.InitialStates().Where(state => cameFrom.TryAdd(state, null)))
        {
            queue.Enqueue((state, 0));
        }

        Evidence Done(EvidenceKind kind) => new()
        {
            Kind = kind,
            States = cameFrom.Count,
            Transitions = transitions,
            Depth = depth,
            RuleCounts = [.. counts],
            Witnesses = [.. witnesses.Select(pair => new Witness(pair.Key.Name, pair.Value))],
        };
        while (queue.TryDequeue(out var next))
        {
            depth = next.Depth;
            foreach (var witness in witnesses.Keys.Where(p => interpreter.Holds(next.State, p.Holds, p.Where)))
            {
                witnesses[witness] ??= depth;
            }

            var trace = TraceTo(next.State, cameFrom);
            if (Replay.Decides(interpreter, property, trace))
            {
                return property is Property.Reachable
                    ? new Verdict.Proved(Done(EvidenceKind.Partial), trace)
                    : new Verdict.Refuted(trace, Done(EvidenceKind.Partial));
            }

            if (run.Cancellation.IsCancellationRequested)
            {
                return new Verdict.HoldsUpTo(new ExplorationBound("interrupted", depth, cameFrom.Count), Done(EvidenceKind.Partial));
            }

            if (cameFrom.Count > run.Budget.States)
            {
                return new Verdict.HoldsUpTo(new ExplorationBound("states", depth, cameFrom.Count), Done(EvidenceKind.Partial));
            }

            foreach (var step in interpreter.Enabled(next.State))
            {
                (transitions, counts[step.Rule]) = (transitions + 1, counts[step.Rule] + 1);
                var successor = interpreter.Successor(next.State, step);
                if (cameFrom.TryAdd(successor, (next.State, step)))
                {
                    queue.Enqueue((successor, next.Depth + 1));
                }
            }
        }

        var all = new StateList(cameFrom.Keys);
        var whole = Done(EvidenceKind.Exhaustive);
        whole = whole with { Checked = SearchCheck.Check(model, property, whole, run with { Reductions = Reductions.None }, all) };
        return property is Property.Reachable ? new Verdict.Refuted(null, whole) : new Verdict.Proved(whole);
    }

    /// <summary>The trace of a violation; fails the test if there is none.</summary>
    public static Trace Refute(Model model, string property) =>
        new Bfs().Decide(model, model.Property(property), EngineOptions.Default) switch
        {
            Verdict.Refuted { Trace: { } trace } => trace,
            Verdict.Proved { Witness: { } trace } => trace,
            var other => throw new InvalidOperationException($"'{property}' is {other.Word}"),
        };

    private static Trace TraceTo(State state, Dictionary<State, (State From, Step Step)?> cameFrom)
    {
        var (states, steps) = (new List<State> { state }, new List<Step>());
        while (cameFrom[states[^1]] is var (from, step))
        {
            states.Add(from);
            steps.Add(step);
        }

        states.Reverse();
        steps.Reverse();
        return new Trace([.. states], [.. steps]);
    }
}
