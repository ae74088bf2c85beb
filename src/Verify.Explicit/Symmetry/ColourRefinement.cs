using Verify.Explicit.Packing;

namespace Verify.Explicit.Symmetry;

/// <summary>Takes something that is said of a member.</summary>
/// <param name="member">Its number among the members of all sets.</param>
/// <param name="what">What is said.</param>
internal delegate void MemberVisitor(int member, ulong what);

/// <summary>
/// What the leaves of a state say of the members that select them or stand in them: numbers that do not depend on names.
/// </summary>
internal sealed class ColourRefinement
{
    private const int Rounds = 3;
    private readonly SymmetryGroup symmetry;
    private readonly StateLayout layout;
    private readonly ulong[] unknown;
    private readonly ulong[] refined;
    private readonly int[] codes;
    private readonly MemberVisitor add;

    public ColourRefinement(SymmetryGroup symmetry, StateLayout layout)
    {
        (this.symmetry, this.layout) = (symmetry, layout);
        (unknown, refined) = (new ulong[symmetry.MemberCount], new ulong[symmetry.MemberCount]);
        codes = new int[layout.Slots.Length];
        add = (member, what) => refined[member] = unchecked(refined[member] + what);
    }

    /// <summary>What some bits of a leaf say, if nothing is known of the members yet.</summary>
    public void Describe(BitField part, int bits, MemberVisitor say)
    {
        var leaf = part.Leaf;
        var member = leaf.MemberOf(bits);
        // More numbers fit into the bits than there are codes; no state has them.
        Describe(leaf, part.Below, bits, member < 0 || member < symmetry.Sets[leaf.Set].Members.Length ? member : -1, unknown, say);
        // What is 0 below a flag that is 0 is not a member, although it will be taken for one.
        foreach (var content in bits == 0 ? symmetry.MaskedBy(leaf) : [])
        {
            Describe(content, 0, 0, 0, unknown, (about, what) => say(about, unchecked(0 - what)));
            Describe(content, 0, 0, -1, unknown, say);
        }
    }

    /// <summary>Tells members apart by the colours of those that they stand in relation to.</summary>
    /// <param name="state">The state.</param>
    /// <param name="colours">The colour of each member.</param>
    public unsafe void Refine(ulong* state, ulong[] colours)
    {
        for (var leaf = 0; leaf < codes.Length; leaf++)
        {
            var slot = layout.Slots[leaf];
            codes[leaf] = (int)((state[slot.Word] >> slot.Shift) & ((1UL << slot.Width) - 1));
        }

        for (var round = 0; round < Rounds; round++)
        {
            for (var member = 0; member < refined.Length; member++)
            {
                refined[member] = Fingerprint.Mix(unchecked(colours[member] + 1));
            }

            foreach (var leaf in symmetry.Leaves)
            {
                Describe(leaf, 0, codes[leaf.Leaf], leaf.MemberIn(codes), colours, add);
            }

            refined.CopyTo(colours, 0);
        }
    }

    private void Describe(SymmetricLeaf leaf, int below, int code, int holds, ulong[] colours, MemberVisitor say)
    {
        unchecked
        {
            var first = symmetry.FirstOf.AsSpan();
            var keys = leaf.Keys.AsSpan();
            var what = Fingerprint.Mix(((ulong)leaf.Path << 40) + ((ulong)below << 32) + (ulong)(holds < 0 ? code + 1 : 0));
            if (holds >= 0)
            {
                what = Fingerprint.Mix(what ^ colours[first[leaf.Set] + holds]);
            }

            for (var i = 0; i < keys.Length; i++)
            {
                what = Fingerprint.Mix(what ^ colours[first[keys[i].Set] + keys[i].Member]);
                // Whether two of them are the same member is part of what is said.
                for (var j = 0; j < i; j++)
                {
                    what = keys[i] == keys[j] ? Fingerprint.Mix(what + (ulong)((i * 8) + j)) : what;
                }

                what = keys[i].Set == leaf.Set && keys[i].Member == holds ? Fingerprint.Mix(what + 77 + (ulong)i) : what;
            }

            for (var i = 0; i < keys.Length; i++)
            {
                say(first[keys[i].Set] + keys[i].Member, Fingerprint.Mix(what + (ulong)i + 1));
            }

            if (holds >= 0)
            {
                say(first[leaf.Set] + holds, Fingerprint.Mix(what));
            }
        }
    }
}
