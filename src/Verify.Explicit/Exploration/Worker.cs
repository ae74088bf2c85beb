using System.Runtime.CompilerServices;
using Verify.Explicit.Checkpoints;
using Verify.Explicit.Compilation;
using Verify.Explicit.Packing;
using Verify.Explicit.PartialOrder;
using Verify.Explicit.Storage;
using Verify.Explicit.Symmetry;

namespace Verify.Explicit.Exploration;

/// <summary>One thread of a search: it expands states of a level, adds the new ones and checks them.</summary>
internal sealed unsafe class Worker
{
    /// <summary>The maximum number of states per batch.</summary>
    public const int MaxPerBatch = 256;

    private readonly CompiledModel model;
    private readonly int wordCount;
    private readonly ulong[] bufferA;
    private readonly ulong[] bufferB;
    private readonly ulong[] hashesA;
    private readonly ulong[] hashesB;
    private readonly Canonicalizer? canonicalizer;
    private readonly StubbornSet? stubborn;
    private readonly int[] rules;
    private readonly int[] fresh;
    private long added;

    public Worker(CompiledModel model, BlockPool? pool = null)
    {
        this.model = model;
        wordCount = model.Layout.WordCount;
        var most = model.MaxSuccessors;
        (bufferA, bufferB) = (Pinned(most * wordCount), Pinned(most * wordCount));
        (hashesA, hashesB) = (Pinned(most), Pinned(most));
        RuleCounts = GC.AllocateArray<long>(model.Model.Rules.Length, pinned: true);
        Next = new Frontier(wordCount, pool);
        ReadBuffer = Pinned(MaxPerBatch * wordCount);
        canonicalizer = model.Symmetry is null ? null : new Canonicalizer(model.Symmetry);
        stubborn = model.Steps is null ? null : new StubbornSet(model.Steps, wordCount);
        rules = GC.AllocateUninitializedArray<int>(stubborn is null ? 1 : most, pinned: true);
        fresh = GC.AllocateUninitializedArray<int>(most, pinned: true);
        Tally = new StateTally(model);
    }

    /// <summary>The number of times each rule fired.</summary>
    public long[] RuleCounts { get; }

    /// <summary>The new states of the next level that this worker found first.</summary>
    public Frontier Next { get; }

    /// <summary>The number of steps taken.</summary>
    public long Transitions { get; private set; }

    /// <summary>Facts about the states that this worker found first or expanded.</summary>
    public StateTally Tally { get; }

    /// <summary>A buffer for states that are read from disk.</summary>
    public ulong[] ReadBuffer { get; }

    /// <summary>True if duplicates are removed only at the end of the level; then the worker keeps no states.</summary>
    public bool IsDelayed { get; set; }

    /// <summary>True if a state of the level has no successor and may not rest.</summary>
    public bool FoundDeadlock { get; private set; }

    /// <summary>Clears the facts about a level; keeps the totals.</summary>
    public void StartLevel()
    {
        FoundDeadlock = false;
        Tally.StartLevel();
    }

    /// <summary>Drops goals that were reached; the reduction need not preserve states for them any more.</summary>
    public void DropGoals(PredicateBits met) => stubborn?.DropGoals(met);

    /// <summary>Continues the counts of an earlier search.</summary>
    public void Resume(SearchSnapshot snapshot)
    {
        Transitions = snapshot.Transitions;
        snapshot.RuleCounts.CopyTo(RuleCounts);
        (Tally.StatesRepresented, Tally.Satisfied) = (snapshot.StatesRepresented, snapshot.Satisfied);
    }

    /// <summary>Adds an initial state; true if it is new.</summary>
    public bool AddInitial(SeenSet seen, ulong* state)
    {
        canonicalizer?.Apply(state);
        var isNew = seen.Insert(state, StateHash.Of(state, wordCount));
        if (isNew)
        {
            Keep(state);
        }

        return isNew;
    }

    /// <summary>
    /// Expands consecutive states. It inserts the successors of a state one state later, after their slots have been
    /// prefetched.
    /// </summary>
    /// <returns>The number of states added.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Expand(SeenSet seen, ulong* states, int count)
    {
        var before = added;
        var waiting = 0;
        fixed (ulong* a = bufferA, b = bufferB, ha = hashesA, hb = hashesB)
        {
            ulong* into = a, from = b, intoHashes = ha, fromHashes = hb, swap;
            for (var i = 0; i < count; i++)
            {
                var state = states + ((long)i * wordCount);
                var made = Successors(state, into);
                for (var j = 0; canonicalizer is not null && j < made; j++)
                {
                    canonicalizer.Apply(into + ((long)j * wordCount));
                }

                seen.Announce(into, made, intoHashes);
                Insert(seen, from, fromHashes, waiting);
                waiting = made;
                swap = into;
                into = from;
                from = swap;
                swap = intoHashes;
                intoHashes = fromHashes;
                fromHashes = swap;
            }

            Insert(seen, from, fromHashes, waiting);
        }

        return added - before;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Successors(ulong* state, ulong* into)
    {
        var made = 0;
        fixed (long* counts = RuleCounts)
        fixed (int* by = rules)
        {
            foreach (var expand in model.Expand)
            {
                // Filled only by methods that are compiled for it.
                var more = expand(state, into + ((long)made * wordCount), counts, by + made);
                if (more < 0)
                {
                    Tally.NoteUndefined(state, isNew: false);
                    return made;
                }

                made += more;
            }

            made = stubborn is null ? made : stubborn.Choose(state, into, by, counts, made);
        }

        Transitions += made;
        if (made == 0 && model.AsksForDeadlock && !model.Check(state).HasQuestion)
        {
            FoundDeadlock = true;
        }

        return made;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Insert(SeenSet seen, ulong* states, ulong* hashes, int count)
    {
        fixed (int* numbers = fresh)
        {
            var found = seen.Insert(states, hashes, count, numbers);
            for (var i = 0; i < found; i++)
            {
                Keep(states + ((long)numbers[i] * wordCount));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Keep(ulong* state)
    {
        added++;
        if (!IsDelayed)
        {
            Next.Add(state);
            Tally.Note(state);
        }
    }

    private static ulong[] Pinned(int count) => GC.AllocateUninitializedArray<ulong>(count, pinned: true);
}
