using System.Collections.Immutable;

namespace Verify.Semantics;

/// <summary>A state that a walk came to, with every step from it.</summary>
/// <param name="State">The state.</param>
/// <param name="Depth">The steps that the walk took to it; of the nearest first, the fewest that there are.</param>
/// <param name="Next">Its steps, in the interpreter's order, and where each leads.</param>
public sealed record Visit(State State, int Depth, ImmutableArray<(Step Step, State To)> Next);

/// <summary>
/// Walks through the reachable states of a model by the interpreter alone: all of them, or some that are drawn. The same
/// in every run and on every machine.
/// </summary>
/// <remarks>
/// Known states are kept as 128 bits of a hash, so that millions of them fit into memory. Where the interpreter finds
/// something undefined, its exception ends the walk; <see cref="At"/> is then the state that it was met in.
/// </remarks>
/// <param name="interpreter">The interpreter.</param>
/// <param name="work">
/// How much of <see cref="Interpreter.Work"/> visiting states may take, more than 0; the walk ends behind the state that goes
/// beyond.
/// </param>
public sealed class ReachableWalk(Interpreter interpreter, long work = long.MaxValue)
{
    private const int MinWorkAState = 8;
    private const long FewStarts = 10_000;
    private readonly HashSet<UInt128> met = [];
    private readonly HashSet<UInt128> visited = [];
    private long workBefore;

    /// <summary>Whether every reachable state was visited.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The distinct states visited.</summary>
    public long Visited => visited.Count;

    /// <summary>The distinct states met: those visited, and where their steps lead.</summary>
    public long Met => met.Count;

    /// <summary>The state whose steps are being taken; null before the first.</summary>
    public State? At { get; private set; }

    /// <summary>
    /// Every reachable state, once, those of fewer steps first; or as many as the work suffices for, none if that is not
    /// enough for the initial ones.
    /// </summary>
    public IEnumerable<Visit> NearestFirst()
    {
        if (HasTooManyStarts)
        {
            yield break;
        }

        var queue = new Queue<(State State, int Depth)>();
        foreach (var initial in interpreter.InitialStates())
        {
            if (met.Add(KeyOf(initial)))
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
                if (met.Add(KeyOf(to)))
                {
                    queue.Enqueue((to, next.Depth + 1));
                }
            }

            yield return visit;
        }

        IsWhole = queue.Count == 0;
    }

    /// <summary>
    /// Distinct states of random walks, each once, until the work is done or there are no others. A walk begins with any
    /// initial state and takes any step, one to a state that was not visited where there is one.
    /// </summary>
    /// <param name="seed">Where the draws start.</param>
    /// <param name="length">The steps of one walk.</param>
    public IEnumerable<Visit> Drawn(ulong seed, int length)
    {
        var random = new Prng(seed);
        List<State>? initial = HasTooManyStarts ? null : [.. interpreter.InitialStates()];
        met.UnionWith((initial ?? []).Select(KeyOf));
        workBefore = interpreter.Work;
        for (var walks = 0L; MayGoOn && (initial is null ? walks < work : met.Count > visited.Count); walks++)
        {
            var state = initial is null ? interpreter.InitialState(random.Below) : initial[random.Below(initial.Count)];
            for (var depth = 0; depth <= length && MayGoOn; depth++)
            {
                var visit = Expand(state, depth);
                met.UnionWith(visit.Next.Select(next => KeyOf(next.To)));
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

        IsWhole = initial is not null && met.Count == visited.Count;
    }

    // To list them would take more than what is allowed, and they could not all be visited.
    private bool HasTooManyStarts => interpreter.InitialCount > Math.Max(FewStarts, work / MinWorkAState);

    private bool MayGoOn => interpreter.Work - workBefore < work;

    private Visit Expand(State state, int depth)
    {
        At = state;
        return new Visit(state, depth, [.. interpreter.Enabled(state).Select(step => (step, interpreter.Successor(state, step)))]);
    }

    // The numbers of a state in their order say which one it is: whether an option has items shows in its own number.
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
