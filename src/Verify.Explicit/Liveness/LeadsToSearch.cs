using System.Collections;
using Verify.Engines;
using Verify.Explicit.Counterexamples;
using Verify.Explicit.Disk;
using Verify.Explicit.Exploration;
using Verify.Explicit.Storage;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Explicit.Liveness;

/// <summary>Decides a <c>LeadsTo</c> under weak fairness over the whole state graph.</summary>
/// <remarks>
/// A violation is a fair run that reaches the trigger and then never the goal. It ends in a strongly connected
/// component of the states where the goal is still pending. The run is fair if every fair unit is disabled in some
/// state of the component or takes a step in it; for weak fairness maximal components suffice. A state in which no fair
/// unit is enabled is such a component by itself, because the run may rest there.
/// </remarks>
internal sealed class LeadsToSearch(CompiledModel model, EngineOptions run, StorageTuning tuning, TimeSpan grace)
{
    // In addition to its words: numbers, flags, and its steps while a depth-first walk is below it.
    private const long MaxBytesAState = 300;

    private readonly FairSteps?[] fairOf = [.. model.Lowered.Rules.Select(rule =>
        FairSteps.OfStep(model.Model, new Step(rule.Rule, model.Lowered.ArgumentsOf(rule))))];

    private StateGraph graph = null!;
    private FairSteps[] fair = [];
    private int[] fairIndex = [];

    /// <summary>The verdict.</summary>
    public Verdict Decide()
    {
        var limit = MemoryLimit.Of(run);
        SearchResult result;
        // With one thread the numbers of the states, and so the trace, depend on the model alone.
        using (var search = new Search(model, run with { Threads = 1 }, tuning))
        {
            result = search.Execute(keepLevels: true, inMemory: true);
        }

        if (result.End == SearchEnd.Undefined)
        {
            throw UndefinedTrace.Explain(model, result, run, tuning, grace);
        }

        var evidence = result.ToEvidence(model);
        if (result.End != SearchEnd.Exhausted)
        {
            return NotDecided(result.Cause!, evidence);
        }

        if (!StateGraph.CanNumber(result.States, model.Layout.WordCount)
            || result.States * (MaxBytesAState + (model.Layout.WordCount * sizeof(ulong))) > limit)
        {
            return NotDecided("memory limit", evidence with { Kind = EvidenceKind.Partial });
        }

        graph = new StateGraph(model, result.Levels);
        fair = [.. fairOf.OfType<FairSteps>().Distinct()];
        fairIndex = [.. fairOf.Select(steps => steps is null ? -1 : Array.IndexOf(fair, steps))];
        var trigger = new Witness($"trigger of {model.Property.Name}", TriggerDepth(result.Levels)) { IsTrigger = true };
        evidence = evidence with { Witnesses = evidence.Witnesses.Add(trigger) };
        return FindViolation(out var isShortest) is { } trace
            ? new Verdict.Refuted(trace, evidence with { IsShortestLasso = isShortest })
            : InterpreterCheck.TryAdd(model, run, graph, ref evidence) ? new Verdict.Proved(evidence)
            : NotDecided("an interrupt", evidence);
    }

    private static Verdict.Unknown NotDecided(string cause, Evidence evidence) =>
        new($"stopped by {cause}; a LeadsTo property needs the whole state graph", evidence);

    // The depth of the first state where the trigger holds; without one, a proof would be vacuous.
    private int? TriggerDepth(IReadOnlyList<Frontier> levels)
    {
        var state = 0;
        for (var depth = 0; depth < levels.Count; depth++)
        {
            for (var i = 0L; i < levels[depth].Count; i++, state++)
            {
                if (IsTriggered(state))
                {
                    return depth;
                }
            }
        }

        return null;
    }

    private bool IsTriggered(int state) => graph.Check(state).HasQuestion;

    private bool IsAnswered(int state) => graph.Check(state)[model.Response];

    private Trace? FindViolation(out bool isShortest)
    {
        isShortest = false;
        var pending = PendingStates();
        var component = StronglyConnectedComponents.Find(graph, pending, out var count);
        var isFair = FairComponents(component, count);
        var paths = new PendingPaths(graph, pending, IsTriggered);
        var nearest = paths.Nearest(state => component[state] >= 0 && isFair[component[state]]);
        if (nearest < 0)
        {
            return null;
        }

        var (end, isTriggered, loop) = (nearest, true, FairLoop(nearest, component));
        if (ShortestLasso.CanCount(fair.Length))
        {
            var lasso = new ShortestLasso(graph, component, isFair, fairIndex, fair.Length, IsTriggered);
            (end, isTriggered, loop) = lasso.Find(paths.Untriggered, paths.Triggered, paths.Triggered[nearest] + loop.Count)
                ?? (end, isTriggered, loop);
            isShortest = lasso.IsComplete;
        }

        var (start, steps) = paths.To(end, isTriggered);
        var loopStart = steps.Count;
        steps.AddRange(loop);
        var trace = Trace.Along(new Interpreter(model.Model), model.Layout.Unpack(graph.Words(start)), steps.Select(edge =>
            new Step(model.Lowered.Rules[edge.Rule].Rule, model.Lowered.ArgumentsOf(model.Lowered.Rules[edge.Rule]))));
        return trace with { LoopStart = loopStart };
    }

    // The states that a run can reach after the trigger without passing the goal.
    private bool[] PendingStates()
    {
        var pending = new bool[graph.Count];
        var queue = new Queue<int>();
        for (var state = 0; state < graph.Count; state++)
        {
            if (IsTriggered(state) && !IsAnswered(state))
            {
                pending[state] = true;
                queue.Enqueue(state);
            }
        }

        while (queue.TryDequeue(out var state))
        {
            foreach (var edge in graph.Edges(state))
            {
                if (!pending[edge.To] && !IsAnswered(edge.To))
                {
                    pending[edge.To] = true;
                    queue.Enqueue(edge.To);
                }
            }
        }

        return pending;
    }

    private bool[] FairComponents(int[] component, int count)
    {
        var served = new BitArray[count];
        for (var state = 0; state < graph.Count; state++)
        {
            if (component[state] >= 0)
            {
                served[component[state]] = (served[component[state]] ?? new BitArray(fair.Length)).Or(ServedAt(state, component));
            }
        }

        return [.. served.Select(bits => bits.HasAllSet())];
    }

    // The fair units that a run through this state infinitely often does not starve: those disabled here and those that
    // take a step in the component.
    private BitArray ServedAt(int state, int[] component)
    {
        var served = new BitArray(fair.Length, defaultValue: true);
        var edges = graph.Edges(state);
        foreach (var edge in edges.Where(edge => fairIndex[edge.Rule] >= 0))
        {
            served[fairIndex[edge.Rule]] = false;
        }

        foreach (var edge in edges.Where(edge => fairIndex[edge.Rule] >= 0 && component[edge.To] == component[state]))
        {
            served[fairIndex[edge.Rule]] = true;
        }

        return served;
    }

    // A closed walk through the component that starves no fair unit: it visits the units that are still starved one
    // after the other.
    private List<Edge> FairLoop(int start, int[] component)
    {
        var loop = new List<Edge>();
        var served = DisabledAt(start);
        var at = start;
        while (!served.HasAllSet())
        {
            var part = Walk(at, component, (edge, to) =>
                (edge.Rule >= 0 && fairIndex[edge.Rule] is >= 0 and var index && !served[index])
                || ((BitArray)served.Clone()).Not().And(DisabledAt(to)).HasAnySet());
            foreach (var edge in part)
            {
                if (fairIndex[edge.Rule] is >= 0 and var index)
                {
                    served[index] = true;
                }

                served.Or(DisabledAt(edge.To));
            }

            loop.AddRange(part);
            at = part[^1].To;
        }

        if (at != start)
        {
            loop.AddRange(Walk(at, component, (_, to) => to == start));
        }

        return loop;
    }

    private BitArray DisabledAt(int state)
    {
        var disabled = new BitArray(fair.Length, defaultValue: true);
        foreach (var edge in graph.Edges(state).Where(edge => fairIndex[edge.Rule] >= 0))
        {
            disabled[fairIndex[edge.Rule]] = false;
        }

        return disabled;
    }

    // A shortest walk of at least one step within the component to a step that satisfies a condition.
    private List<Edge> Walk(int start, int[] component, Func<Edge, int, bool> isGoal)
    {
        var from = new Dictionary<int, (int State, Edge By)>();
        var queue = new Queue<int>([start]);
        while (queue.TryDequeue(out var state))
        {
            foreach (var edge in graph.Edges(state).Where(edge => component[edge.To] == component[start]))
            {
                if (isGoal(edge, edge.To))
                {
                    List<Edge> walk = [edge];
                    for (var back = state; back != start; back = from[back].State)
                    {
                        walk.Add(from[back].By);
                    }

                    walk.Reverse();
                    return walk;
                }

                if (edge.To != start && from.TryAdd(edge.To, (state, edge)))
                {
                    queue.Enqueue(edge.To);
                }
            }
        }

        throw new System.Diagnostics.UnreachableException("no path in a fair component serves one of its fair units");
    }
}
