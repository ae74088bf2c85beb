using System.Runtime.CompilerServices;

namespace Verify.Explicit;

/// <summary>One thread's part of a level: expands states, adds what is new, looks at it.</summary>
internal sealed unsafe class Worker
{
    private readonly CompiledModel model;
    private readonly int wordCount;
    private readonly ulong[] bufferA;
    private readonly ulong[] bufferB;
    private readonly ulong[] hashesA;
    private readonly ulong[] hashesB;
    private readonly Canonicalizer? canonicalizer;
    private readonly StubbornSet? stubborn;
    private readonly int[] rules;

    public Worker(CompiledModel model)
    {
        this.model = model;
        wordCount = model.Layout.WordCount;
        var most = model.MostSuccessors;
        (bufferA, bufferB) = (Pinned(most * wordCount), Pinned(most * wordCount));
        (hashesA, hashesB) = (Pinned(most), Pinned(most));
        RuleCounts = GC.AllocateArray<long>(model.Model.Rules.Length, pinned: true);
        Next = new Frontier(wordCount);
        canonicalizer = model.Symmetry is null ? null : new Canonicalizer(model.Symmetry, model.Layout);
        stubborn = model.Steps is null ? null : new StubbornSet(model.Steps, wordCount);
        rules = GC.AllocateUninitializedArray<int>(stubborn is null ? 1 : most, pinned: true);
    }

    /// <summary>How often each rule fired.</summary>
    public long[] RuleCounts { get; }

    /// <summary>States of the next level that this worker was the first to find.</summary>
    public Frontier Next { get; }

    /// <summary>Steps taken.</summary>
    public long Transitions { get; private set; }

    /// <summary>Under symmetry, the states that those found stand for.</summary>
    public Int128 StoodFor { get; private set; }

    /// <summary>The bits of <see cref="CheckState"/> met in new states.</summary>
    public long Met { get; private set; }

    /// <summary>Whether a state of the level cannot go on and may not rest.</summary>
    public bool MetDeadlock { get; private set; }

    /// <summary>The least state of the level in which something is undefined.</summary>
    public ulong[]? UndefinedIn { get; private set; }

    /// <summary>Forgets what was met, not what was counted.</summary>
    public void StartLevel() => (Met, MetDeadlock, UndefinedIn) = (0, false, null);

    /// <summary>Goals that were met, as bits of <see cref="CheckState"/>: no state need be kept for them.</summary>
    public void GiveUp(long met) => stubborn?.GiveUp(met);

    /// <summary>Adds a state of the first level.</summary>
    public void AddInitial(SeenSet seen, ulong* state)
    {
        canonicalizer?.Apply(state);
        if (seen.Insert(state, SeenSet.Hash(state, wordCount)))
        {
            Keep(state);
        }
    }

    /// <summary>Expands a run of states; successors are added one state later, when their slots have been fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Expand(SeenSet seen, ulong* states, int count)
    {
        var before = Next.Count;
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

                for (var j = 0; j < made; j++)
                {
                    var hash = SeenSet.Hash(into + ((long)j * wordCount), wordCount);
                    intoHashes[j] = hash;
                    seen.Prefetch(hash);
                }

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

        return Next.Count - before;
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
                    NoteUndefined(state);
                    return made;
                }

                made += more;
            }

            made = stubborn is null ? made : stubborn.Choose(state, into, by, counts, made);
        }

        Transitions += made;
        if (made == 0 && model.AsksForDeadlock && (model.Check(state) & 1) == 0)
        {
            MetDeadlock = true;
        }

        return made;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Insert(SeenSet seen, ulong* states, ulong* hashes, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var state = states + ((long)i * wordCount);
            if (seen.Insert(state, hashes[i]))
            {
                Keep(state);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Keep(ulong* state)
    {
        Next.Add(state);
        StoodFor += canonicalizer?.Apply(state) ?? 0;
        var met = model.Check(state);
        Met |= met;
        if ((met & TransitionCompiler.Undefined) != 0)
        {
            NoteUndefined(state);
        }
    }

    // The least one, so that the diagnostic does not depend on which thread comes first.
    private void NoteUndefined(ulong* state)
    {
        var words = new ReadOnlySpan<ulong>(state, wordCount);
        if (UndefinedIn is null || words.SequenceCompareTo(UndefinedIn) < 0)
        {
            UndefinedIn = words.ToArray();
        }
    }

    private static ulong[] Pinned(int count) => GC.AllocateUninitializedArray<ulong>(count, pinned: true);
}
