using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Symmetry;

/// <summary>Lookup tables for the effect of permutations on packed states. All threads share them.</summary>
internal sealed unsafe class SymmetryTables
{
    /// <summary>The maximum number of members with keys.</summary>
    public const int MaxKeys = 2 * BlockSize;

    private const int BlockSize = 16; // bytes per vector
    private readonly Transposition?[] transpositions;
    private readonly List<Vector128<byte>[]> tables = []; // pinned arrays; lookups point to them

    public SymmetryTables(SymmetryGroup symmetry, StateLayout layout)
    {
        (Symmetry, Layout, MemberCount) = (symmetry, layout, symmetry.MemberCount);
        SetOf = new int[MemberCount];
        for (var set = 0; set < symmetry.Sets.Length; set++)
        {
            Array.Fill(SetOf, set, symmetry.FirstOf[set], symmetry.Sets[set].Members.Length);
        }

        transpositions = new Transposition?[MemberCount * MemberCount];
        Keys = MemberCount > MaxKeys ? [] : [.. Enumerable.Range(0, (MemberCount + BlockSize - 1) / BlockSize).Select(KeysOf)];
    }

    public SymmetryGroup Symmetry { get; }

    public StateLayout Layout { get; }

    /// <summary>The number of members of all sets, which are numbered consecutively.</summary>
    public int MemberCount { get; }

    /// <summary>The set of each member.</summary>
    public int[] SetOf { get; }

    /// <summary>
    /// For each block of sixteen members, the tables whose entries add up to one byte per member: its key, which does
    /// not depend on names. Empty if there are too many members.
    /// </summary>
    public TableLookup<Vector128<byte>>[][] Keys { get; }

    /// <summary>The transposition of two members of one set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Transposition Swap(int a, int b) =>
        Volatile.Read(ref transpositions[unchecked((a * MemberCount) + b)]) ?? NewSwap(a, b);

    private Transposition NewSwap(int a, int b)
    {
        var set = SetOf[a];
        var first = Symmetry.FirstOf[set];
        var made = new Transposition(Symmetry, Layout, set, a - first, b - first);
        Volatile.Write(ref transpositions[(a * MemberCount) + b], made);
        Volatile.Write(ref transpositions[(b * MemberCount) + a], made);
        return made;
    }

    private TableLookup<Vector128<byte>>[] KeysOf(int block)
    {
        var colours = new ColourRefinement(Symmetry, Layout);
        var related = Symmetry.Leaves.Where(leaf => leaf.Set >= 0 || !leaf.Keys.IsEmpty || Symmetry.MaskedBy(leaf).Any());
        var windows = BitWindow.Over(Layout, related);
        var lookups = new TableLookup<Vector128<byte>>[windows.Count];
        for (var i = 0; i < lookups.Length; i++)
        {
            var table = GC.AllocateArray<Vector128<byte>>(1 << windows[i].Slot.Width, pinned: true);
            windows[i].Tabulate(KeysOf, (x, y) => x + y, table);
            tables.Add(table);
            lookups[i] = new(windows[i].Slot, (Vector128<byte>*)Unsafe.AsPointer(ref table[0]));
        }

        return lookups;

        Vector128<byte> KeysOf(BitField part, int bits)
        {
            var keys = Vector128<byte>.Zero;
            colours.Describe(part, bits, (member, what) =>
            {
                var at = member - (block * BlockSize);
                keys = at is >= 0 and < BlockSize
                    ? keys.WithElement(at, unchecked((byte)(keys.GetElement(at) + (byte)what)))
                    : keys;
            });
            return keys;
        }
    }
}
