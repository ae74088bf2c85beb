using System.Runtime.CompilerServices;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Symmetry;

/// <summary>What two members of a scalar set that change places make of a state.</summary>
/// <remarks>
/// A leaf goes to where its keys go, and holds the other member if it held one of the two. That depends on the leaf
/// alone: the image is put together, by exclusive or, from entries of tables for a few leaves each.
/// </remarks>
internal sealed unsafe class Transposition
{
    private readonly SymmetryGroup symmetry;
    private readonly StateLayout layout;
    private readonly int set;
    private readonly int a;
    private readonly int b;
    private readonly ulong[][] tables; // pinned, as all of these
    private readonly TableLookup<ulong>[] pieces;
    private readonly Target[] targets;
    private readonly TableLookup<ulong>* firstPiece;
    private readonly Target* firstTarget;

    // A word that may change: the bits that do not, and the pieces of the others.
    private readonly record struct Target(int Word, ulong Keep, int First, int End);

    // A class, as what is listed while this is made: lists of structs are compiled for each kind of struct.
    private sealed record Source(int Target, BitWindow Window);

    /// <summary>Tabulates.</summary>
    /// <param name="symmetry">What leaves have to do with members.</param>
    /// <param name="layout">Where leaves are.</param>
    /// <param name="set">The scalar set.</param>
    /// <param name="a">One of its members.</param>
    /// <param name="b">Another one.</param>
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
    /// <param name="image">Where the image goes, which must not be where the state is.</param>
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

    /// <summary>Whether the image of a state is the state itself.</summary>
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
        // What is 0 below a flag that is 0 was taken for a member, and is not one.
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
