using System.Collections.Immutable;
using System.Numerics;
using Verify.Lowering;
using Verify.Semantics;

namespace Verify.Explicit.Packing;

/// <summary>The position of a leaf in a packed state.</summary>
/// <param name="Word">The index of the word.</param>
/// <param name="Shift">The position of its lowest bit.</param>
/// <param name="Width">The width in bits; 0 for a leaf of one value.</param>
internal readonly record struct Slot(int Word, int Shift, int Width);

/// <summary>
/// The layout of a state in words of 64 bits: one slot per leaf. Leaves of one group are adjacent, so that a lookup by
/// index is a shift.
/// </summary>
/// <remarks>
/// Bit 63 of every word is always 1. So a word of a state is never 0, and the seen set can use 0 for "empty" and for
/// "not yet written".
/// </remarks>
internal sealed class StateLayout
{
    /// <summary>The bit that is 1 in every word.</summary>
    public const ulong Occupied = 1UL << 63;

    private const int BitsPerWord = 63;
    private readonly StateShape shape;

    /// <summary>Lays out the leaves of a state.</summary>
    /// <param name="shape">The leaves.</param>
    /// <param name="cone">The leaves to keep; null for all. The other leaves take no space and are read as 0.</param>
    public StateLayout(StateShape shape, ConeOfInfluence? cone = null)
    {
        this.shape = shape;
        var slots = new Slot[shape.Leaves.Length];
        var used = new List<int>();
        // Wide blocks come first, so that narrow ones fill the gaps.
        var groups = shape.Leaves.Where(leaf => cone?.Has(leaf.Index) ?? true).GroupBy(leaf => leaf.Group)
            .Select(group => new Block([.. group], WidthOf(group.First().Codes)))
            .OrderByDescending(group => Math.Min(group.Leaves.Count * group.Width, BitsPerWord))
            .ThenBy(group => group.Leaves[0].Index);
        foreach (var (leaves, width) in groups)
        {
            if (width == 0)
            {
                continue;
            }

            foreach (var block in leaves.Chunk(BitsPerWord / width))
            {
                Place(block, width, slots, used);
            }
        }

        Slots = [.. slots];
        WordCount = Math.Max(1, used.Count);
        BitCount = used.Sum();
    }

    /// <summary>The slot of each leaf.</summary>
    public ImmutableArray<Slot> Slots { get; }

    /// <summary>The number of words per state.</summary>
    public int WordCount { get; }

    /// <summary>The number of bits per state, without those that are always 1.</summary>
    public int BitCount { get; }

    /// <summary>Packs a state.</summary>
    public ulong[] Pack(State state)
    {
        var words = new ulong[WordCount];
        Array.Fill(words, Occupied);
        var codes = shape.Encode(state);
        for (var leaf = 0; leaf < codes.Length; leaf++)
        {
            var slot = Slots[leaf];
            if (slot.Width > 0)
            {
                words[slot.Word] |= (ulong)codes[leaf] << slot.Shift;
            }
        }

        return words;
    }

    /// <summary>Unpacks a state; leaves outside of the cone get their first value.</summary>
    public State Unpack(ReadOnlySpan<ulong> words)
    {
        var codes = new int[Slots.Length];
        for (var leaf = 0; leaf < codes.Length; leaf++)
        {
            var slot = Slots[leaf];
            codes[leaf] = (int)((words[slot.Word] >> slot.Shift) & ((1UL << slot.Width) - 1));
        }

        return shape.Decode(codes);
    }

    // A class, unlike Slot, because the JIT compiles lists anew for each struct type.
    private sealed record Block(List<Leaf> Leaves, int Width);

    private static int WidthOf(int codes) => BitOperations.Log2((uint)codes - 1 | 1) + (codes > 1 ? 1 : 0);

    private static void Place(Leaf[] block, int width, Slot[] slots, List<int> used)
    {
        var bits = block.Length * width;
        var word = used.FindIndex(taken => taken + bits <= BitsPerWord);
        if (word < 0)
        {
            word = used.Count;
            used.Add(0);
        }

        foreach (var leaf in block)
        {
            slots[leaf.Index] = new Slot(word, used[word], width);
            used[word] += width;
        }
    }
}
