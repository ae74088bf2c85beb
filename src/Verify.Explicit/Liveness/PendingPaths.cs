namespace Verify.Explicit.Liveness;

/// <summary>
/// Shortest runs from the initial states to each state: any run, and runs on which the trigger has held and the goal is
/// pending since.
/// </summary>
internal sealed class PendingPaths
{
    // Two copies of each state: before the trigger (even) and after it (odd).
    private readonly (int Node, Edge By)[] from;
    private readonly List<int> order = [];

    /// <summary>Searches breadth-first.</summary>
    /// <param name="graph">The state graph.</param>
    /// <param name="pending">True for the states that a run reaches after the trigger without passing the goal.</param>
    /// <param name="isTriggered">True if the trigger holds in a state.</param>
    public PendingPaths(StateGraph graph, bool[] pending, Func<int, bool> isTriggered)
    {
        from = new (int, Edge)[graph.Count * 2];
        var steps = new int[graph.Count * 2];
        Array.Fill(steps, -1);
        var queue = new Queue<int>();
        void Reach(int node, int previous, Edge by, int distance)
        {
            if (steps[node] < 0)
            {
                (steps[node], from[node]) = (distance, (previous, by));
                queue.Enqueue(node);
                order.Add(node);
                if ((node & 1) == 0 && pending[node / 2] && isTriggered(node / 2))
                {
                    // The trigger takes no step, so the copy after it is equally near.
                    Reach(node + 1, node, new Edge(-1, node / 2), distance);
                }
            }
        }

        for (var state = 0; state < graph.InitialCount; state++)
        {
            Reach(state * 2, -1, default, 0);
        }

        while (queue.TryDequeue(out var node))
        {
            var (state, isAfter) = (node / 2, (node & 1) == 1);
            foreach (var edge in graph.Edges(state).Where(edge => !isAfter || pending[edge.To]))
            {
                Reach((edge.To * 2) + (isAfter ? 1 : 0), node, edge, steps[node] + 1);
            }
        }

        Untriggered = [.. Enumerable.Range(0, graph.Count).Select(state => steps[state * 2])];
        Triggered = [.. Enumerable.Range(0, graph.Count).Select(state => steps[(state * 2) + 1])];
    }

    /// <summary>The steps of a shortest run to each state; -1 if none leads there.</summary>
    public int[] Untriggered { get; }

    /// <summary>The steps of a shortest run to each state on which the trigger has held; -1 if none leads there.</summary>
    public int[] Triggered { get; }

    /// <summary>The first state on which the trigger has held and that satisfies a condition; -1 if there is none.</summary>
    public int Nearest(Func<int, bool> isGoal)
    {
        foreach (var node in order)
        {
            if ((node & 1) == 1 && isGoal(node / 2))
            {
                return node / 2;
            }
        }

        return -1;
    }

    /// <summary>A shortest run to a state.</summary>
    /// <param name="state">The last state.</param>
    /// <param name="isTriggered">True if the trigger must have held on the way.</param>
    /// <returns>The initial state and the steps.</returns>
    public (int Start, List<Edge> Steps) To(int state, bool isTriggered)
    {
        var node = (state * 2) + (isTriggered ? 1 : 0);
        var steps = new List<Edge>();
        while (from[node].Node >= 0)
        {
            if (from[node].By.Rule >= 0)
            {
                steps.Add(from[node].By);
            }

            node = from[node].Node;
        }

        steps.Reverse();
        return (node / 2, steps);
    }
}
