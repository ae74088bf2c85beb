using System.Collections.Immutable;

namespace Verify.Semantics;

/// <summary>A state that a walk visits, with all its steps.</summary>
/// <param name="State">The state.</param>
/// <param name="Depth">The number of steps of the walk to the state; minimal in <c>NearestFirst</c>.</param>
/// <param name="Next">The enabled steps in the interpreter's order, each with its successor.</param>
public sealed record Visit(State State, int Depth, ImmutableArray<(Step Step, State To)> Next);

/// <summary>
/// Walks through reachable states by the interpreter alone: all of them, or a random sample. The result is the same in
/// every run and on every machine.
/// </summary>
/// <remarks>
/// The walk stores known states as hashes of 128 bits, so that millions of them fit into memory. If something is
/// undefined, the interpreter's exception ends the walk, and <see cref="At"/> is the state in question.
/// </remarks>
/// <param name="interpreter">The interpreter.</param>
/// <param name="work">The maximum of <see cref="Interpreter.Work"/> for visiting states, more than 0; the walk ends
/// after the state that exceeds it.</param>
public sealed class ReachableWalk(Interpreter interpreter, long work = long.MaxValue)
{
    private const int MinWorkAState = 8;
    private const long FewStarts = 10_000;
    private readonly HashSet<UInt128> found = [];
    private readonly HashSet<UInt128> visited = [];
    private long workBefore;

    /// <summary>True if the walk visited every reachable state.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The number of distinct states visited.</summary>
    public long Visited => visited.Count;

    /// <summary>The number of distinct states found: those visited and their successors.</summary>
    public long Found => found.Count;

    /// <summary>The state whose steps are being computed; null before the first.</summary>
    public State? At { get; private set; }

    /// <summary>
    /// Every reachable state once, in order of depth. If the work does not suffice, only a part of them, or none if it
    /// does not suffice for the initial states.
    /// </summary>
    public IEnumerable<Visit> NearestFirst()
    {
        if (Starts() is not { } starts)
        {
            yield break;
        }

        var queue = new Queue<(State State, int Depth)>();
        foreach (var initial in starts)
        {
            if (found.Add(KeyOf(initial)))
            {
                queue.Enqueue((initial, 0));
            }
        }

        workBefore = interpreter.Work;
        while (MayGoOn && queue.TryDequeue(out var next))
        {
            visited.Add(KeyOf(next.State));
            var visit = Expand(next.State, next.Depth);
            foreach (var (_, to) in visit.Next)
            {
                if (found.Add(KeyOf(to)))
                {
                    queue.Enqueue((to, next.Depth + 1));
                }
            }

            yield return visit;
        }

        IsWhole = queue.Count == 0;
    }

    /// <summary>
    /// Distinct states of random walks, each once, until the work is used up or no new states are left. A walk starts
    /// in a random initial state, takes random steps, and prefers states that were not visited.
    /// </summary>
    /// <param name="seed">The seed of the random choices.</param>
    /// <param name="length">The number of steps of one walk.</param>
    public IEnumerable<Visit> RandomWalks(ulong seed, int length)
    {
        var random = new Prng(seed);
        var initial = Starts();
        found.UnionWith((initial ?? []).Select(KeyOf));
        workBefore = interpreter.Work;
        for (var walks = 0L; MayGoOn && (initial is null ? walks < work : found.Count > visited.Count); walks++)
        {
            var state = initial is null ? interpreter.InitialState(random.Below) : initial[random.Below(initial.Count)];
            for (var depth = 0; depth <= length && MayGoOn; depth++)
            {
                var visit = Expand(state, depth);
                found.UnionWith(visit.Next.Select(next => KeyOf(next.To)));
                if (visited.Add(KeyOf(state)))
                {
                    yield return visit;
                }

                var fresh = visit.Next.Where(next => !visited.Contains(KeyOf(next.To))).ToList();
                var choices = fresh.Count > 0 ? fresh : [.. visit.Next];
                if (choices.Count == 0)
                {
                    break;
                }

                state = choices[random.Below(choices.Count)].To;
            }
        }

        IsWhole = initial is not null && found.Count == visited.Count;
    }

    // The initial states; null if listing them would exceed the allowed work: the walk could not visit them all.
    private IReadOnlyList<State>? Starts() => interpreter.InitialStates(Math.Max(FewStarts, work / MinWorkAState), work);

    private bool MayGoOn => interpreter.Work - workBefore < work;

    private Visit Expand(State state, int depth)
    {
        At = state;
        return new Visit(state, depth, [.. interpreter.Enabled(state).Select(step => (step, interpreter.Successor(state, step)))]);
    }

    // The numbers of a state in order identify it: the number of an option shows whether items follow.
    private static UInt128 KeyOf(State state)
    {
        var (high, low) = (1UL, 2UL);
        foreach (var value in state.Values)
        {
            Add(value, ref high, ref low);
        }

        return new UInt128(high, low);
    }

    private static void Add(Value value, ref ulong high, ref ulong low)
    {
        unchecked
        {
            high = Fingerprint.Mix(high ^ ((ulong)value.Number * 0x9e3779b97f4a7c15UL));
            low = Fingerprint.Mix((low + (ulong)value.Number) * 0xd1342543de82ef95UL);
        }

        foreach (var item in value.Items)
        {
            Add(item, ref high, ref low);
        }
    }
}
