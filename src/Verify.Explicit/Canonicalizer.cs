namespace Verify.Explicit;

/// <summary>
/// Replaces a state by the one that stands for its orbit: all states that a permutation of identities makes of it.
/// One for each thread.
/// </summary>
/// <remarks>
/// Exact: every state of an orbit gets the same representative. Members of a set are given colours that do not depend
/// on their names, refined by the colours of what they stand in relation to; only permutations that put the colours in
/// order are tried, and the least result is taken. Members of one colour that can be swapped without changing the
/// state need not be tried in every order. Which permutations are tried depends on the orbit alone, so the least does.
/// </remarks>
internal sealed unsafe class Canonicalizer
{
    private const int Rounds = 3;
    private readonly Symmetry symmetry;
    private readonly StateLayout layout;
    private readonly int wordCount;
    private readonly int[] codes;
    private readonly int[][] targets;   // for each path: the leaf at each combination of members
    private readonly int[] pathOf;
    private readonly ulong[][] colours;
    private readonly ulong[][] refined;
    private readonly int[][] order;     // for each set: its members by colour
    private readonly int[][] permutation;
    private readonly int[][] best;
    private readonly ulong[] bestWords;
    private readonly ulong[] tried;
    private long equals;

    public Canonicalizer(Symmetry symmetry, StateLayout layout)
    {
        (this.symmetry, this.layout, wordCount) = (symmetry, layout, layout.WordCount);
        codes = new int[layout.Slots.Length];
        var paths = symmetry.Leaves.GroupBy(leaf => leaf.Path).ToList();
        pathOf = new int[codes.Length];
        targets = new int[paths.Count][];
        for (var path = 0; path < paths.Count; path++)
        {
            var keys = paths[path].First().Keys;
            targets[path] = new int[keys.Aggregate(1, (size, key) => size * SizeOf(key.Set))];
            foreach (var leaf in paths[path])
            {
                pathOf[leaf.Leaf] = path;
                targets[path][leaf.Keys.Aggregate(0, (at, key) => (at * SizeOf(key.Set)) + key.Member)] = leaf.Leaf;
            }
        }

        (colours, refined) = (NewPerSet<ulong>(), NewPerSet<ulong>());
        (order, permutation, best) = (NewPerSet<int>(), NewPerSet<int>(), NewPerSet<int>());
        (bestWords, tried) = (new ulong[wordCount], new ulong[wordCount]);
        GroupSize = symmetry.Sets.Aggregate(Int128.One, (size, set) => size * Factorial(set.Members.Length));
    }

    /// <summary>The number of permutations.</summary>
    public Int128 GroupSize { get; }

    /// <summary>For each set, what the last call made of each member.</summary>
    public int[][] Permutation => best;

    /// <summary>Replaces a state by its representative.</summary>
    /// <returns>The number of states it stands for.</returns>
    public Int128 Apply(ulong* state)
    {
        for (var leaf = 0; leaf < codes.Length; leaf++)
        {
            var slot = layout.Slots[leaf];
            codes[leaf] = (int)((state[slot.Word] >> slot.Shift) & ((1UL << slot.Width) - 1));
        }

        Colour();
        equals = 0;
        for (var set = 0; set < order.Length; set++)
        {
            Sort(order[set], colours[set]);
        }

        var swaps = Try(0, 0);
        for (var word = 0; word < wordCount; word++)
        {
            state[word] = bestWords[word];
        }

        return GroupSize / (equals * swaps);
    }

    private int SizeOf(int set) => symmetry.Sets[set].Members.Length;

    private T[][] NewPerSet<T>() => [.. symmetry.Sets.Select(set => new T[set.Members.Length])];

    // By colour; sets are small.
    private static void Sort(int[] members, ulong[] colour)
    {
        for (var i = 0; i < members.Length; i++)
        {
            var at = i;
            for (; at > 0 && colour[members[at - 1]] > colour[i]; at--)
            {
                members[at] = members[at - 1];
            }

            members[at] = i;
        }
    }

    // Colours from what every leaf says of the members that select it or stand in it; equal for what can be swapped.
    private void Colour()
    {
        foreach (var set in colours)
        {
            Array.Clear(set);
        }

        for (var round = 0; round < Rounds; round++)
        {
            for (var set = 0; set < colours.Length; set++)
            {
                for (var member = 0; member < colours[set].Length; member++)
                {
                    refined[set][member] = Fingerprint.Mix(colours[set][member] + 1);
                }
            }

            foreach (var leaf in symmetry.Leaves)
            {
                Describe(leaf);
            }

            for (var set = 0; set < colours.Length; set++)
            {
                refined[set].CopyTo(colours[set], 0);
            }
        }
    }

    private void Describe(SymmetricLeaf leaf)
    {
        var code = codes[leaf.Leaf];
        var holds = leaf.MemberIn(codes);
        if (leaf.Keys.IsEmpty && holds < 0)
        {
            return;
        }

        unchecked
        {
            var what = Fingerprint.Mix(((ulong)pathOf[leaf.Leaf] << 32) + (ulong)(holds < 0 ? code + 1 : 0));
            if (holds >= 0)
            {
                what = Fingerprint.Mix(what ^ colours[leaf.Set][holds]);
            }

            var keys = leaf.Keys.AsSpan();
            for (var i = 0; i < keys.Length; i++)
            {
                what = Fingerprint.Mix(what ^ colours[keys[i].Set][keys[i].Member]);
                // Whether two of them are the same member is part of what is said.
                for (var j = 0; j < i; j++)
                {
                    what = keys[i] == keys[j] ? Fingerprint.Mix(what + (ulong)((i * 8) + j)) : what;
                }

                what = keys[i].Set == leaf.Set && keys[i].Member == holds ? Fingerprint.Mix(what + 77 + (ulong)i) : what;
            }

            for (var i = 0; i < keys.Length; i++)
            {
                refined[keys[i].Set][keys[i].Member] += Fingerprint.Mix(what + (ulong)i + 1);
            }

            if (holds >= 0)
            {
                refined[leaf.Set][holds] += Fingerprint.Mix(what);
            }
        }
    }

    // Tries the permutations of one set after the other; returns by how many swaps the state does not change.
    private Int128 Try(int set, int from)
    {
        if (set == order.Length)
        {
            Compare();
            return 1;
        }

        var members = order[set];
        if (from == members.Length)
        {
            for (var i = 0; i < members.Length; i++)
            {
                permutation[set][members[i]] = i;
            }

            return Try(set + 1, 0);
        }

        var to = from + 1;
        while (to < members.Length && colours[set][members[to]] == colours[set][members[from]])
        {
            to++;
        }

        if (to == from + 1 || AreInterchangeable(set, from, to))
        {
            return Factorial(to - from) * Try(set, to);
        }

        return TryOrders(set, from, to);
    }

    // All orders of the members of one colour; each continues with the rest.
    private Int128 TryOrders(int set, int at, int to)
    {
        if (at == to)
        {
            return Try(set, to);
        }

        var members = order[set];
        var swaps = Int128.One;
        for (var i = at; i < to; i++)
        {
            (members[at], members[i]) = (members[i], members[at]);
            swaps = TryOrders(set, at + 1, to);
            (members[at], members[i]) = (members[i], members[at]);
        }

        return swaps;
    }

    private bool AreInterchangeable(int set, int from, int to)
    {
        for (var i = from; i + 1 < to; i++)
        {
            if (!IsUnchangedBySwap(set, order[set][i], order[set][i + 1]))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsUnchangedBySwap(int set, int a, int b)
    {
        foreach (var leaf in symmetry.Leaves)
        {
            var at = 0;
            foreach (var key in leaf.Keys)
            {
                at = (at * SizeOf(key.Set)) + (key.Set == set ? Swapped(key.Member) : key.Member);
            }

            var code = codes[leaf.Leaf];
            if (leaf.Set == set && leaf.MemberIn(codes) is >= 0 and var member)
            {
                code = leaf.Offset + Swapped(member);
            }

            if (codes[targets[pathOf[leaf.Leaf]][at]] != code)
            {
                return false;
            }
        }

        return true;

        int Swapped(int identity) => identity == a ? b : identity == b ? a : identity;
    }

    private void Compare()
    {
        Array.Fill(tried, StateLayout.Occupied);
        foreach (var leaf in symmetry.Leaves)
        {
            var at = 0;
            foreach (var key in leaf.Keys)
            {
                at = (at * SizeOf(key.Set)) + permutation[key.Set][key.Member];
            }

            var code = codes[leaf.Leaf];
            if (leaf.MemberIn(codes) is >= 0 and var member)
            {
                code = leaf.Offset + permutation[leaf.Set][member];
            }

            var slot = layout.Slots[targets[pathOf[leaf.Leaf]][at]];
            tried[slot.Word] |= (ulong)code << slot.Shift;
        }

        var comparison = equals == 0 ? -1 : tried.AsSpan().SequenceCompareTo(bestWords);
        if (comparison < 0)
        {
            tried.CopyTo(bestWords, 0);
            for (var set = 0; set < best.Length; set++)
            {
                permutation[set].CopyTo(best[set], 0);
            }

            equals = 1;
        }
        else if (comparison == 0)
        {
            equals++;
        }
    }

    private static Int128 Factorial(int number) => number <= 1 ? Int128.One : number * Factorial(number - 1);
}
