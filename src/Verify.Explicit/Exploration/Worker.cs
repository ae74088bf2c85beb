using System.Runtime.CompilerServices;
using Verify.Explicit.Checkpoints;
using Verify.Explicit.Compilation;
using Verify.Explicit.Packing;
using Verify.Explicit.PartialOrder;
using Verify.Explicit.Storage;
using Verify.Explicit.Symmetry;

namespace Verify.Explicit.Exploration;

/// <summary>One thread's part of a level: expands states, adds what is new, looks at it.</summary>
internal sealed unsafe class Worker
{
    /// <summary>The most states that are expanded at a time.</summary>
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
        Scratch = Pinned(MaxPerBatch * wordCount);
        canonicalizer = model.Symmetry is null ? null : new Canonicalizer(model.Symmetry);
        stubborn = model.Steps is null ? null : new StubbornSet(model.Steps, wordCount);
        rules = GC.AllocateUninitializedArray<int>(stubborn is null ? 1 : most, pinned: true);
        fresh = GC.AllocateUninitializedArray<int>(most, pinned: true);
        Findings = new StateTally(model);
    }

    /// <summary>How often each rule fired.</summary>
    public long[] RuleCounts { get; }

    /// <summary>States of the next level that this worker was the first to find.</summary>
    public Frontier Next { get; }

    /// <summary>Steps taken.</summary>
    public long Transitions { get; private set; }

    /// <summary>What was met in states that this worker was the first to find, or to expand.</summary>
    public StateTally Findings { get; }

    /// <summary>Room for states that are read from disk.</summary>
    public ulong[] Scratch { get; }

    /// <summary>Whether it is not known yet which of the states that are added are new; then none is kept.</summary>
    public bool IsDelayed { get; set; }

    /// <summary>Whether a state of the level cannot go on and may not rest.</summary>
    public bool MetDeadlock { get; private set; }

    /// <summary>Forgets what was met, not what was counted.</summary>
    public void StartLevel()
    {
        MetDeadlock = false;
        Findings.StartLevel();
    }

    /// <summary>Goals that were met: no state need be kept for them.</summary>
    public void GiveUp(PredicateBits met) => stubborn?.GiveUp(met);

    /// <summary>Counts on from where another search was.</summary>
    public void Resume(SearchSnapshot snapshot)
    {
        Transitions = snapshot.Transitions;
        snapshot.RuleCounts.CopyTo(RuleCounts);
        (Findings.StoodFor, Findings.Met) = (snapshot.StoodFor, snapshot.Met);
    }

    /// <summary>Adds a state of the first level; true if it was not there.</summary>
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

    /// <summary>Expands a run of states; successors are added one state later, when their slots have been fetched.</summary>
    /// <returns>The states added.</returns>
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
                // Written only by methods that were compiled for it.
                var more = expand(state, into + ((long)made * wordCount), counts, by + made);
                if (more < 0)
                {
                    Findings.NoteUndefined(state, isNew: false);
                    return made;
                }

                made += more;
            }

            made = stubborn is null ? made : stubborn.Choose(state, into, by, counts, made);
        }

        Transitions += made;
        if (made == 0 && model.AsksForDeadlock && !model.Check(state).HasQuestion)
        {
            MetDeadlock = true;
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
            Findings.Note(state);
        }
    }

    private static ulong[] Pinned(int count) => GC.AllocateUninitializedArray<ulong>(count, pinned: true);
}
