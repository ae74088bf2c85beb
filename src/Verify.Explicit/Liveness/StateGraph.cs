using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explicit.Compilation;
using Verify.Explicit.Exploration;
using Verify.Explicit.Packing;
using Verify.Explicit.Storage;
using Verify.Semantics;

namespace Verify.Explicit.Liveness;

/// <summary>A step of the state graph.</summary>
/// <param name="Rule">The lowered rule of the step.</param>
/// <param name="To">The number of the successor.</param>
internal readonly record struct Edge(int Rule, int To);

/// <summary>
/// All states of an exhaustive search, numbered in the order of their levels. The steps are recomputed on demand.
/// </summary>
internal sealed unsafe class StateGraph : IStateSet
{
    private readonly CompiledModel model;
    private readonly int wordCount;
    private readonly ulong[] states;
    private readonly int[] table;
    private readonly ImmutableArray<ExpandState> expand;
    private readonly ulong[] successors;
    private readonly int[] rules;
    private readonly long[] counts;

    public StateGraph(CompiledModel model, IReadOnlyList<Frontier> levels)
    {
        this.model = model;
        wordCount = model.Layout.WordCount;
        expand = model.ExpandWithRules();
        Count = checked((int)levels.Sum(level => level.Count));
        InitialCount = (int)levels[0].Count;
        states = new ulong[(long)Count * wordCount];
        table = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Count * 2 + 2)];
        successors = GC.AllocateUninitializedArray<ulong>(model.MaxSuccessors * wordCount, pinned: true);
        rules = GC.AllocateUninitializedArray<int>(model.MaxSuccessors, pinned: true);
        counts = GC.AllocateArray<long>(model.Model.Rules.Length, pinned: true);
        var position = 0;
        foreach (var level in levels)
        {
            for (var block = 0; block < level.BlockCount; block++)
            {
                var words = level.StatesIn(block) * wordCount;
                Array.Copy(level.Words(block, 0, level.StatesIn(block), [], out var at), at, states, position, words);
                position += words;
            }
        }

        for (var state = 0; state < Count; state++)
        {
            table[FreeSlot(Words(state))] = state + 1;
        }
    }

    /// <summary>True if the arrays can hold so many states of so many words, whatever the amount of memory.</summary>
    public static bool CanNumber(long states, int wordCount) => states < 1 << 29 && states * wordCount < Array.MaxLength;

    /// <summary>The number of states.</summary>
    public int Count { get; }

    /// <summary>The number of initial states; they come first.</summary>
    public int InitialCount { get; }

    /// <summary>The words of a state.</summary>
    public ReadOnlySpan<ulong> Words(int state) => states.AsSpan(state * wordCount, wordCount);

    /// <summary>The predicates that hold in a state.</summary>
    public PredicateBits Check(int state)
    {
        fixed (ulong* words = Words(state))
        {
            return model.Check(words);
        }
    }

    /// <inheritdoc/>
    public bool StandsForAll => true;

    /// <inheritdoc/>
    public long? Find(State state)
    {
        var words = model.Layout.Pack(state);
        for (var slot = SlotOf(words); table[slot] != 0; slot = (slot + 1) & (table.Length - 1))
        {
            if (Words(table[slot] - 1).SequenceEqual(words))
            {
                return table[slot] - 1;
            }
        }

        return null;
    }

    /// <summary>The steps from a state.</summary>
    public Edge[] Edges(int state)
    {
        var made = 0;
        fixed (ulong* words = Words(state), into = successors)
        fixed (int* which = rules)
        fixed (long* fired = counts)
        {
            foreach (var method in expand)
            {
                made += method(words, into + (made * wordCount), fired, which + made);
            }
        }

        var edges = new Edge[made];
        for (var i = 0; i < made; i++)
        {
            edges[i] = new Edge(rules[i], Find(successors.AsSpan(i * wordCount, wordCount)));
        }

        return edges;
    }

    private int Find(ReadOnlySpan<ulong> words)
    {
        var slot = SlotOf(words);
        while (!Words(table[slot] - 1).SequenceEqual(words))
        {
            slot = (slot + 1) & (table.Length - 1);
        }

        return table[slot] - 1;
    }

    private int FreeSlot(ReadOnlySpan<ulong> words)
    {
        var slot = SlotOf(words);
        while (table[slot] != 0)
        {
            slot = (slot + 1) & (table.Length - 1);
        }

        return slot;
    }

    private int SlotOf(ReadOnlySpan<ulong> words)
    {
        fixed (ulong* start = words)
        {
            return (int)(StateHash.Of(start, wordCount) & (ulong)(table.Length - 1));
        }
    }
}
