using System.Runtime.CompilerServices;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Symmetry;

/// <summary>Swaps two members of a scalar set in a state.</summary>
/// <remarks>
/// A leaf moves to the place that its swapped keys select; if it holds one of the two members, it holds the other
/// afterwards. This depends on the leaf alone, so the image is the exclusive or of table entries for a few leaves each.
/// </remarks>
internal sealed unsafe class Transposition
{
    private readonly SymmetryGroup symmetry;
    private readonly StateLayout layout;
    private readonly int set;
    private readonly int a;
    private readonly int b;
    private readonly ulong[][] tables; // pinned, like the other arrays
    private readonly TableLookup<ulong>[] pieces;
    private readonly Target[] targets;
    private readonly TableLookup<ulong>* firstPiece;
    private readonly Target* firstTarget;

    // A word that may change: the bits that stay, and the table lookups for the others.
    private readonly record struct Target(int Word, ulong Keep, int First, int End);

    // A class rather than a struct: the JIT compiles lists anew for each struct type.
    private sealed record Source(int Target, BitWindow Window);

    /// <summary>Computes the tables.</summary>
    /// <param name="symmetry">The relation of leaves to members.</param>
    /// <param name="layout">The layout of the leaves.</param>
    /// <param name="set">The scalar set.</param>
    /// <param name="a">One member.</param>
    /// <param name="b">The other member.</param>
    public Transposition(SymmetryGroup symmetry, StateLayout layout, int set, int a, int b)
    {
        (this.symmetry, this.layout, this.set, this.a, this.b) = (symmetry, layout, set, a, b);
        var affected = symmetry.Leaves.Where(IsAffected).ToList();
        var sources = BitWindow.Over(layout, affected).SelectMany(SourcesIn).OrderBy(source => source.Target).ToList();
        tables = new ulong[sources.Count][];
        pieces = GC.AllocateUninitializedArray<TableLookup<ulong>>(sources.Count, pinned: true);
        for (var i = 0; i < tables.Length; i++)
        {
            var (word, window) = sources[i];
            tables[i] = GC.AllocateArray<ulong>(1 << window.Slot.Width, pinned: true);
            window.Tabulate((part, bits) => Image(part, bits, word), (x, y) => x ^ y, tables[i]);
            pieces[i] = new TableLookup<ulong>(window.Slot, (ulong*)Unsafe.AsPointer(ref tables[i][0]));
        }

        targets = GC.AllocateUninitializedArray<Target>(sources.Select(source => source.Target).Distinct().Count(), pinned: true);
        var end = 0;
        for (var i = 0; i < targets.Length; i++)
        {
            var (word, first) = (sources[end].Target, end);
            end += sources.Count(source => source.Target == word);
            targets[i] = new Target(word, ~MaskOf(affected, word), first, end);
        }

        if (targets.Length > 0)
        {
            firstPiece = (TableLookup<ulong>*)Unsafe.AsPointer(ref pieces[0]);
            firstTarget = (Target*)Unsafe.AsPointer(ref targets[0]);
        }
    }

    /// <summary>Writes the image of a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="image">Receives the image; must not overlap the state.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(ulong* state, ulong* image)
    {
        unchecked
        {
            for (var word = 0; word < layout.WordCount; word++)
            {
                image[word] = state[word];
            }

            for (Target* target = firstTarget, end = target + targets.Length; target < end; target++)
            {
                image[target->Word] = WordOf(state, target);
            }
        }
    }

    /// <summary>True if the image of a state is the state itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Keeps(ulong* state)
    {
        unchecked
        {
            for (Target* target = firstTarget, end = target + targets.Length; target < end; target++)
            {
                if (state[target->Word] != WordOf(state, target))
                {
                    return false;
                }
            }

            return true;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong WordOf(ulong* state, Target* target)
    {
        unchecked
        {
            var word = state[target->Word] & target->Keep;
            for (TableLookup<ulong>* piece = firstPiece + target->First, end = firstPiece + target->End; piece < end; piece++)
            {
                word ^= piece->Of(state);
            }

            return word;
        }
    }

    private bool IsAffected(SymmetricLeaf leaf) =>
        leaf.Set == set
        || leaf.Keys.Any(key => key.Set == set && (key.Member == a || key.Member == b))
        || symmetry.MaskedBy(leaf).Any(content => content.Set == set);

    private ulong MaskOf(List<SymmetricLeaf> leaves, int word)
    {
        var mask = 0UL;
        foreach (var leaf in leaves)
        {
            var slot = layout.Slots[leaf.Leaf];
            mask |= slot.Word == word ? ((1UL << slot.Width) - 1) << slot.Shift : 0;
        }

        return mask;
    }

    private Slot SlotAfter(SymmetricLeaf leaf) => layout.Slots[symmetry.Swapped(leaf, set, a, b)];

    private IEnumerable<Source> SourcesIn(BitWindow window) => window.Parts
        .SelectMany(part => symmetry.MaskedBy(part.Leaf).Prepend(part.Leaf))
        .Select(leaf => new Source(SlotAfter(leaf).Word, window)).DistinctBy(source => source.Target);

    private ulong Image(BitField part, int bits, int word)
    {
        var image = Moved(part.Leaf, part.Leaf.Set == set ? CodeAfter(part.Leaf, bits) : bits, part.Below, word);
        // A content of 0 below a flag of 0 is not a member, although the table takes it for one; this compensates for
        // it.
        foreach (var content in bits == 0 ? symmetry.MaskedBy(part.Leaf) : [])
        {
            image ^= content.Set == set ? Moved(content, CodeAfter(content, 0), 0, word) : 0;
        }

        return image;
    }

    private int CodeAfter(SymmetricLeaf leaf, int code) =>
        leaf.MemberOf(code) is >= 0 and var member ? leaf.Offset + SymmetryGroup.Swapped(member, a, b) : code;

    private ulong Moved(SymmetricLeaf leaf, int code, int below, int word)
    {
        var slot = SlotAfter(leaf);
        return slot.Word == word ? (ulong)code << (slot.Shift + below) : 0;
    }
}
