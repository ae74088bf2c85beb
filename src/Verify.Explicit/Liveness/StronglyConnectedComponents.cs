namespace Verify.Explicit.Liveness;

/// <summary>Computes the strongly connected components of a part of the state graph.</summary>
/// <remarks>Tarjan 1972, without recursion. A state that cannot reach itself is a component of its own.</remarks>
internal static class StronglyConnectedComponents
{
    /// <summary>The component of each state; -1 for states outside of the part.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="isIn">True if a state belongs to the part.</param>
    /// <param name="count">The number of components.</param>
    public static int[] Find(StateGraph graph, bool[] isIn, out int count)
    {
        var component = new int[graph.Count];
        var order = new int[graph.Count];
        var low = new int[graph.Count];
        Array.Fill(component, -1);
        var open = new Stack<int>();
        var calls = new Stack<(int State, Edge[] Edges, int Next)>();
        var visited = 0;
        count = 0;
        for (var root = 0; root < graph.Count; root++)
        {
            if (!isIn[root] || order[root] != 0)
            {
                continue;
            }

            Enter(root);
            while (calls.TryPop(out var call))
            {
                var (state, edges, next) = call;
                if (next < edges.Length)
                {
                    calls.Push((state, edges, next + 1));
                    var to = edges[next].To;
                    if (!isIn[to])
                    {
                        continue;
                    }

                    if (order[to] == 0)
                    {
                        Enter(to);
                    }
                    else if (component[to] < 0)
                    {
                        low[state] = Math.Min(low[state], order[to]);
                    }

                    continue;
                }

                if (calls.TryPeek(out var caller))
                {
                    low[caller.State] = Math.Min(low[caller.State], low[state]);
                }

                if (low[state] == order[state])
                {
                    int member;
                    do
                    {
                        member = open.Pop();
                        component[member] = count;
                    }
                    while (member != state);
                    count++;
                }
            }
        }

        return component;

        void Enter(int state)
        {
            order[state] = low[state] = ++visited;
            open.Push(state);
            calls.Push((state, graph.Edges(state), 0));
        }
    }
}
