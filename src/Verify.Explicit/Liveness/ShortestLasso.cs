namespace Verify.Explicit.Liveness;

/// <summary>
/// Finds a violating run that never ends and has the fewest steps, those before its loop and in it together.
/// </summary>
/// <remarks>
/// A shortest fair loop is as hard to find as a shortest round trip, so the search stops after a fixed number of steps of
/// the graph, whatever the machine, and the run that is known by then stays.
/// </remarks>
/// <param name="graph">The state graph.</param>
/// <param name="component">The component of each pending state, -1 for others.</param>
/// <param name="isFair">True for components with a fair run.</param>
/// <param name="fairIndex">The fair unit of each lowered rule; -1 for none.</param>
/// <param name="fairCount">The number of fair units.</param>
/// <param name="isTriggered">True if the trigger holds in a state.</param>
internal sealed class ShortestLasso(
    StateGraph graph, int[] component, bool[] isFair, int[] fairIndex, int fairCount, Func<int, bool> isTriggered)
{
    // Some seconds.
    private const long MaxWork = 4_000_000;

    private readonly Dictionary<int, Edge[]> edges = [];
    private readonly Dictionary<int, ulong> disabled = [];
    private long work;

    // One bit for each fair unit that is not starved, and one for the trigger.
    private readonly ulong all = ulong.MaxValue >> (63 - fairCount);

    /// <summary>True if the bits suffice for a number of fair units.</summary>
    public static bool CanCount(int fairCount) => fairCount < 63;

    /// <summary>Searches for a run with fewer steps than one that is known.</summary>
    /// <param name="untriggered">The steps to each state before which the trigger need not hold; -1 if none leads there.</param>
    /// <param name="triggered">The steps to each state on runs on which the trigger has held; -1 if none leads there.</param>
    /// <param name="known">The steps of the known run.</param>
    /// <returns>The state where the loop starts, whether the run to it has met the trigger, and the loop; null if no run
    /// has fewer steps, or if the work did not suffice.</returns>
    public (int Start, bool IsTriggered, List<Edge> Loop)? Find(int[] untriggered, int[] triggered, int known)
    {
        (int, bool, List<Edge>)? found = null;
        var starts = Enumerable.Range(0, graph.Count).Where(state => component[state] >= 0 && isFair[component[state]])
            .SelectMany(state => new (int State, bool IsTriggered, int Steps)[]
            {
                (state, true, triggered[state]), (state, false, untriggered[state]),
            })
            .Where(start => start.Steps >= 0).OrderBy(start => start.Steps);
        foreach (var (state, isMet, steps) in starts)
        {
            if (steps >= known || work > MaxWork)
            {
                break;
            }

            if (Loop(state, isMet, known - steps - 1) is { } loop)
            {
                (known, found) = (steps + loop.Count, (state, isMet, loop));
            }
        }

        return found;
    }

    /// <summary>True if the last search looked at everything, so that no run has fewer steps than the one that is known.</summary>
    public bool IsComplete => work <= MaxWork;

    // A shortest closed walk of at most so many steps that starves no unit and meets the trigger; without steps for a
    // state in which the run may rest.
    private List<Edge>? Loop(int start, bool isMet, int most)
    {
        var first = (State: start, Bits: DisabledAt(start) | TriggerAt(start, isMet));
        if (first.Bits == all)
        {
            return [];
        }

        var from = new Dictionary<(int, ulong), ((int, ulong) Node, Edge By)> { [first] = default };
        var level = new List<(int State, ulong Bits)> { first };
        for (var steps = 1; steps <= most && level.Count > 0; steps++)
        {
            var next = new List<(int State, ulong Bits)>();
            foreach (var node in level)
            {
                foreach (var edge in EdgesOf(node.State).Where(edge => component[edge.To] == component[start]))
                {
                    if (++work > MaxWork)
                    {
                        return null;
                    }

                    var to = (edge.To, Bits: node.Bits | DisabledAt(edge.To) | TriggerAt(edge.To, false) | Taken(edge));
                    if (edge.To == start && to.Bits == all)
                    {
                        return Unwind(from, first, node, edge);
                    }

                    if (from.TryAdd(to, (node, edge)))
                    {
                        next.Add(to);
                    }
                }
            }

            level = next;
        }

        return null;
    }

    private static List<Edge> Unwind(
        Dictionary<(int, ulong), ((int, ulong) Node, Edge By)> from, (int, ulong) first, (int, ulong) last, Edge closing)
    {
        List<Edge> loop = [closing];
        for (var node = last; node != first; node = from[node].Node)
        {
            loop.Add(from[node].By);
        }

        loop.Reverse();
        return loop;
    }

    private ulong Taken(Edge edge) => fairIndex[edge.Rule] >= 0 ? 1UL << fairIndex[edge.Rule] : 0;

    private ulong TriggerAt(int state, bool isMet) => isMet || isTriggered(state) ? 1UL << fairCount : 0;

    private ulong DisabledAt(int state)
    {
        if (!disabled.TryGetValue(state, out var bits))
        {
            disabled[state] = bits = EdgesOf(state).Aggregate(all & ~(1UL << fairCount), (so, edge) => so & ~Taken(edge));
        }

        return bits;
    }

    private Edge[] EdgesOf(int state)
    {
        if (!edges.TryGetValue(state, out var known))
        {
            edges[state] = known = graph.Edges(state);
        }

        return known;
    }
}
