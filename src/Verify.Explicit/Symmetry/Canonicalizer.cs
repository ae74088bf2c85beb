using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

// Long because all ways to order members share one state, its keys and the best result so far.
namespace Verify.Explicit.Symmetry;

/// <summary>
/// Replaces a state by the representative of its orbit under permutations of identities. One object per thread.
/// </summary>
/// <remarks>
/// Exact: all states of an orbit get the same representative. Each member of a set gets a key that does not depend on
/// its name. The canonicalizer tries only the permutations that sort the keys, and takes the least result. Members with
/// equal keys that can be swapped without changing the state need not be tried in every order. If too many orders are
/// left, it refines the keys by those of related members; if that is not enough, it refines them again after each
/// member that it places (McKay, "Practical graph isomorphism", 1981). The keys, the set of permutations that are
/// tried, and the least result depend on the orbit alone.
/// </remarks>
internal sealed unsafe class Canonicalizer
{
    private readonly SymmetryTables tables;
    private readonly ColourRefinement colouring;
    private readonly int wordCount;
    private readonly int memberCount;
    private readonly int[] setOf;
    private readonly Vector128<byte> isComparable; // mask: a member belongs to the same set as the next one
    private readonly byte[] keys;                  // the key of the member at each place
    private readonly ulong[] colours;
    private readonly int[] order;                  // the member at each place
    private readonly int[] bestOrder;
    private readonly int[] runStarts;              // ranges of places whose members have equal keys and are not interchangeable
    private readonly int[] runEnds;
    private readonly int[] likes;                  // for each place: the number of members equivalent to each candidate for it
    private readonly ulong[] images;               // for each place: the state with a candidate there; pinned, like the next two
    private readonly ulong[] spare;
    private readonly ulong[] best;
    private int runs;
    private double orders;
    private bool isMoved;
    private bool isTried;
    private Int128 equals;
    private Int128 found;

    public Canonicalizer(SymmetryTables tables)
    {
        this.tables = tables;
        (wordCount, memberCount, setOf) = (tables.Layout.WordCount, tables.MemberCount, tables.SetOf);
        colouring = new ColourRefinement(tables.Symmetry, tables.Layout);
        keys = new byte[Math.Max(memberCount, SymmetryTables.MaxKeys)];
        colours = new ulong[memberCount];
        (order, bestOrder) = (new int[memberCount], new int[memberCount]);
        ResetOrder();
        (runStarts, runEnds) = (new int[memberCount], new int[memberCount]);
        likes = new int[memberCount * memberCount];
        images = GC.AllocateArray<ulong>((memberCount + 1) * wordCount, pinned: true);
        (spare, best) = (GC.AllocateArray<ulong>(wordCount, pinned: true), GC.AllocateArray<ulong>(wordCount, pinned: true));
        for (var member = 0; member + 1 < Math.Min(memberCount, Vector128<byte>.Count); member++)
        {
            isComparable = isComparable.WithElement(member, setOf[member] == setOf[member + 1] ? byte.MaxValue : (byte)0);
        }
    }

    /// <summary>The maximum number of orders without a refinement of keys; at least 1.</summary>
    public int MaxOrders { get; init; } = 256;

    /// <summary>The maximum number of orders that are all tried after a refinement of keys; at least 1.</summary>
    public int MaxRefinedOrders { get; init; } = 4096;

    /// <summary>The number of states that the last representative stands for.</summary>
    public Int128 OrbitSize => equals == 1 ? tables.Symmetry.GroupSize : tables.Symmetry.GroupSize / equals;

    /// <summary>For each set, the image of each member under the last permutation.</summary>
    public int[][] Permutation()
    {
        var permutation = tables.Symmetry.Sets.Select(set => new int[set.Members.Length]).ToArray();
        for (var place = 0; place < memberCount; place++)
        {
            var (set, first) = (setOf[place], tables.Symmetry.FirstOf[setOf[place]]);
            permutation[set][(isTried ? bestOrder : order)[place] - first] = place - first;
        }

        return permutation;
    }

    /// <summary>Replaces a state by its representative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(ulong* state)
    {
        (equals, isTried) = (1, false);
        if (isMoved)
        {
            ResetOrder();
        }

        var blocks = tables.Keys;
        if (blocks.Length == 1)
        {
            var own = KeysIn(blocks[0], state);
            var next = Vector128.Shuffle(own, Vector128.Create((byte)1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15));
            if ((Vector128.GreaterThanOrEqual(own, next) & isComparable) == Vector128<byte>.Zero)
            {
                return; // the members are in order, and no other order exists
            }

            own.CopyTo(keys);
            if ((Vector128.GreaterThan(own, next) & isComparable) != Vector128<byte>.Zero)
            {
                Sort(state);
            }
        }
        else
        {
            Array.Clear(keys);
            for (var block = 0; block < blocks.Length; block++)
            {
                KeysIn(blocks[block], state).CopyTo(keys, block * Vector128<byte>.Count);
            }

            Sort(state);
        }

        FindRuns(state);
        if (orders > MaxOrders)
        {
            Refine(state);
            Sort(state);
            FindRuns(state);
            if (orders > MaxRefinedOrders)
            {
                TryOneByOne(state);
                return;
            }
        }

        if (runs == 1 && runEnds[0] - runStarts[0] == 2)
        {
            TryPair(runStarts[0], state);
        }
        else if (runs > 0)
        {
            TryOrders(state);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> KeysIn(TableLookup<Vector128<byte>>[] lookups, ulong* state)
    {
        var sum = Vector128<byte>.Zero;
        foreach (ref readonly var lookup in lookups.AsSpan())
        {
            sum += lookup.Of(state);
        }

        return sum;
    }

    // Selection sort by key: sets are small, and successors of a representative are almost sorted.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sort(ulong* state)
    {
        unchecked
        {
            for (var place = 0; place + 1 < memberCount; place++)
            {
                var least = place;
                for (var other = place + 1; other < memberCount && setOf[other] == setOf[place]; other++)
                {
                    least = keys[other] < keys[least] ? other : least;
                }

                if (least != place)
                {
                    (keys[place], keys[least]) = (keys[least], keys[place]);
                    (order[place], order[least]) = (order[least], order[place]);
                    isMoved = true;
                    var image = PointerTo(spare);
                    tables.Swap(place, least).Apply(state, image);
                    Copy(image, state);
                }
            }
        }
    }

    // The order of interchangeable members does not matter; it only multiplies the number of permutations with the same
    // result.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindRuns(ulong* state)
    {
        unchecked
        {
            (runs, orders, equals) = (0, 1, 1);
            for (int start = 0, end; start + 1 < memberCount; start = end)
            {
                end = start + 1;
                while (end < memberCount && keys[end] == keys[start] && setOf[end] == setOf[start])
                {
                    end++;
                }

                if (end == start + 1)
                {
                    continue;
                }

                var isOne = true;
                for (var place = start; isOne && place + 1 < end; place++)
                {
                    isOne = tables.Swap(place, place + 1).Keeps(state);
                }

                if (!isOne)
                {
                    (runStarts[runs], runEnds[runs]) = (start, end);
                    runs++;
                }

                for (var factor = 2; factor <= end - start; factor++)
                {
                    (equals, orders) = isOne ? (equals * factor, orders) : (equals, orders * factor);
                }
            }
        }
    }

    private void Refine(ulong* state)
    {
        for (var place = 0; place < memberCount; place++)
        {
            colours[place] = keys[place];
        }

        colouring.Refine(state, colours);
        // The rank of a member within its set becomes its new key.
        for (var place = 0; place < memberCount; place++)
        {
            var rank = 0;
            for (var other = 0; other < memberCount; other++)
            {
                rank += setOf[other] == setOf[place] && colours[other] < colours[place] ? 1 : 0;
            }

            keys[place] = (byte)rank;
        }
    }

    // A run of two members has only two orders.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TryPair(int place, ulong* state)
    {
        unchecked
        {
            var image = PointerTo(spare);
            tables.Swap(place, place + 1).Apply(state, image);
            var word = 0;
            while (image[word] == state[word])
            {
                word++;
            }

            if (image[word] < state[word])
            {
                Copy(image, state);
                (order[place], order[place + 1]) = (order[place + 1], order[place]);
                isMoved = true;
            }
        }
    }

    private void TryOrders(ulong* state)
    {
        (found, isTried) = (0, true);
        Try(0, runStarts[0], state, equals);
        equals = found;
        Copy(PointerTo(best), state);
    }

    // For too many orders: placing one member of a run first distinguishes the others, as a page distinguishes the
    // frame that it maps.
    private void TryOneByOne(ulong* state)
    {
        (found, isTried, isMoved) = (0, true, true);
        Grow(state, 1);
        equals = found;
        Copy(PointerTo(best), state);
    }

    // Two candidates are equivalent if some order after each gives the same result; one of them then stands for both.
    private void Grow(ulong* state, Int128 each)
    {
        if (runs == 0)
        {
            Compare(state, each * equals);
            return;
        }

        var (first, end) = (runStarts[0], runEnds[0]);
        var (keysHere, orderHere) = ((byte[])keys.Clone(), (int[])order.Clone());
        var image = GC.AllocateUninitializedArray<ulong>(wordCount, pinned: true);
        var candidates = new List<Candidate>();
        for (var place = first; place < end; place++)
        {
            Restore(keysHere, orderHere);
            PutFirst(first, place, state, PointerTo(image));
            while (runs > 0)
            {
                PutFirst(runStarts[0], runStarts[0], PointerTo(image), PointerTo(image));
            }

            if (candidates.Find(one => one.Result.AsSpan().SequenceEqual(image)) is { } like)
            {
                like.Count++;
            }
            else
            {
                candidates.Add(new Candidate(place, [.. image]));
            }
        }

        foreach (var candidate in candidates)
        {
            Restore(keysHere, orderHere);
            PutFirst(first, candidate.Place, state, PointerTo(image));
            Grow(PointerTo(image), each * candidate.Count);
        }

        GC.KeepAlive(image);
    }

    private void Restore(byte[] keysThen, int[] orderThen)
    {
        keysThen.CopyTo(keys, 0);
        orderThen.CopyTo(order, 0);
    }

    private void PutFirst(int first, int place, ulong* state, ulong* image)
    {
        if (first == place)
        {
            Copy(state, image);
        }
        else
        {
            tables.Swap(first, place).Apply(state, image);
            (order[first], order[place]) = (order[place], order[first]);
        }

        // There are few ranks, so doubling them leaves room to put one member before its equals.
        for (var other = 0; other < memberCount; other++)
        {
            keys[other] = (byte)((2 * keys[other]) + (other == first ? 0 : 1));
        }

        Refine(image);
        Sort(image);
        FindRuns(image);
    }

    private sealed class Candidate(int place, ulong[] result)
    {
        public int Place { get; } = place;

        public ulong[] Result { get; } = result;

        public int Count { get; set; } = 1;
    }

    // Tries every candidate at a place of a run, and recursively fills the other places.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Try(int run, int place, ulong* state, Int128 each)
    {
        unchecked
        {
            if (place + 1 == runEnds[run])
            {
                if (++run == runs)
                {
                    Compare(state, each);
                    return;
                }

                place = runStarts[run];
            }

            var (end, at) = (runEnds[run], place * memberCount);
            FindLikes(place, end, state, isPair: end - runStarts[run] == 2);
            for (var candidate = place; candidate < end; candidate++)
            {
                var like = likes[at + candidate];
                if (like == 0)
                {
                    continue;
                }

                if (candidate == place)
                {
                    Try(run, place + 1, state, each * like);
                    continue;
                }

                var image = PointerTo(images) + (place * wordCount);
                tables.Swap(place, candidate).Apply(state, image);
                (order[place], order[candidate]) = (order[candidate], order[place]);
                Try(run, place + 1, image, each * like);
                (order[place], order[candidate]) = (order[candidate], order[place]);
            }
        }
    }

    // Candidates that can be swapped without changing the state are represented by one of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindLikes(int place, int end, ulong* state, bool isPair)
    {
        unchecked
        {
            var at = place * memberCount;
            for (var candidate = place; candidate < end; candidate++)
            {
                likes[at + candidate] = 1;
                for (var other = place; !isPair && other < candidate; other++)
                {
                    if (likes[at + other] != 0 && tables.Swap(other, candidate).Keeps(state))
                    {
                        likes[at + other]++;
                        likes[at + candidate] = 0;
                        break;
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compare(ulong* state, Int128 each)
    {
        var words = new ReadOnlySpan<ulong>(state, wordCount);
        var comparison = found == 0 ? -1 : words.SequenceCompareTo(best);
        if (comparison < 0)
        {
            words.CopyTo(best);
            order.CopyTo(bestOrder, 0);
            found = each;
        }
        else if (comparison == 0)
        {
            found += each;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ResetOrder()
    {
        isMoved = false;
        for (var place = 0; place < order.Length; place++)
        {
            order[place] = place;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Copy(ulong* from, ulong* to)
    {
        for (var word = 0; word < wordCount; word++)
        {
            to[word] = from[word];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong* PointerTo(ulong[] pinned) => (ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
