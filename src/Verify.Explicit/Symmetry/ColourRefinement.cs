using Verify.Explicit.Packing;

namespace Verify.Explicit.Symmetry;

/// <summary>Receives a fact about a member.</summary>
/// <param name="member">The number of the member among those of all sets.</param>
/// <param name="what">The fact, encoded as a number.</param>
internal delegate void MemberVisitor(int member, ulong what);

/// <summary>
/// Derives facts about members from the leaves of a state that they select or that hold them. The facts are numbers
/// that do not depend on names.
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

    /// <summary>Reports the facts in some bits of a leaf while nothing is known about the members.</summary>
    public void Describe(BitField part, int bits, MemberVisitor say)
    {
        var leaf = part.Leaf;
        var member = leaf.MemberOf(bits);
        // The bits can hold more numbers than there are codes; no state has those.
        Describe(leaf, part.Below, bits, member < 0 || member < symmetry.Sets[leaf.Set].Members.Length ? member : -1, unknown, say);
        // A content of 0 below a flag of 0 is not a member, although the table takes it for one; this compensates for
        // it.
        foreach (var content in bits == 0 ? symmetry.MaskedBy(leaf) : [])
        {
            Describe(content, 0, 0, 0, unknown, (about, what) => say(about, unchecked(0 - what)));
            Describe(content, 0, 0, -1, unknown, say);
        }
    }

    /// <summary>Distinguishes members by the colours of the members that they are related to.</summary>
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
                // The fact includes which of the keys are the same member.
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
