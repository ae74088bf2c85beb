using System.Collections.Immutable;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Symmetry;

/// <summary>Bits of one leaf of a packed state: all of them, or a part of a wide leaf.</summary>
/// <param name="Leaf">The leaf.</param>
/// <param name="Slot">The position of the bits.</param>
/// <param name="Below">The number of lower bits of the leaf that are not included.</param>
internal sealed record BitField(SymmetricLeaf Leaf, Slot Slot, int Below);

/// <summary>Adjacent bits of a packed state, few enough to index a table.</summary>
/// <param name="Slot">The position of the bits.</param>
/// <param name="Parts">The leaves, or parts of leaves, of interest in the window, from the lowest bit on.</param>
internal sealed record BitWindow(Slot Slot, ImmutableArray<BitField> Parts)
{
    private const int Widest = 8;

    /// <summary>Groups the bits of leaves into windows.</summary>
    /// <param name="layout">The layout of the leaves.</param>
    /// <param name="leaves">The leaves. A leaf that can hold a member is not split.</param>
    public static List<BitWindow> Over(StateLayout layout, IEnumerable<SymmetricLeaf> leaves)
    {
        var parts = leaves.SelectMany(leaf => PartsOf(leaf, layout.Slots[leaf.Leaf]))
            .OrderBy(part => part.Slot.Word).ThenBy(part => part.Slot.Shift).ToList();
        var windows = new List<BitWindow>();
        for (var i = 0; i < parts.Count;)
        {
            var first = parts[i].Slot;
            var here = parts.Skip(i).TakeWhile((part, at) => at == 0
                || (part.Slot.Word == first.Word && EndOf(part.Slot) - first.Shift <= Widest)).ToImmutableArray();
            windows.Add(new BitWindow(first with { Width = EndOf(here[^1].Slot) - first.Shift }, here));
            i += here.Length;
        }

        return windows;
    }

    /// <summary>Computes, for every value of the window, the sum over its parts.</summary>
    /// <typeparam name="T">The type of the sums.</typeparam>
    /// <param name="worth">Computes what a part with given bits adds to the sum.</param>
    /// <param name="add">Addition; associative and commutative.</param>
    /// <param name="sums">Receives the sums; the first element must be neutral.</param>
    public void Tabulate<T>(Func<BitField, int, T> worth, Func<T, T, T> add, Span<T> sums)
    {
        var (count, at) = (1, Slot.Shift);
        foreach (var part in Parts)
        {
            for (; at < part.Slot.Shift; at++, count *= 2)
            {
                sums[..count].CopyTo(sums[count..]);
            }

            // The sums so far start at index 0, which is overwritten last.
            for (var bits = (1 << part.Slot.Width) - 1; bits >= 0; bits--)
            {
                var more = worth(part, bits);
                for (var i = 0; i < count; i++)
                {
                    sums[(bits * count) + i] = add(sums[i], more);
                }
            }

            (count, at) = (count << part.Slot.Width, EndOf(part.Slot));
        }
    }

    private static IEnumerable<BitField> PartsOf(SymmetricLeaf leaf, Slot slot)
    {
        var most = leaf.Set >= 0 ? slot.Width : Widest;
        for (var below = 0; below < slot.Width; below += most)
        {
            yield return new BitField(leaf,
                slot with { Shift = slot.Shift + below, Width = Math.Min(most, slot.Width - below) }, below);
        }
    }

    private static int EndOf(Slot slot) => slot.Shift + slot.Width;
}

/// <summary>A table indexed by some bits of a state.</summary>
/// <typeparam name="T">The type of the entries.</typeparam>
/// <param name="window">The bits that form the index.</param>
/// <param name="table">One entry for each value of the bits.</param>
internal readonly unsafe struct TableLookup<T>(Slot window, T* table)
    where T : unmanaged
{
    private readonly T* table = table;
    private readonly ulong mask = (1UL << window.Width) - 1;
    private readonly int word = window.Word;
    private readonly int shift = window.Shift;

    /// <summary>The entry for a state.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public T Of(ulong* state) => unchecked(table[(state[word] >> shift) & mask]);
}
