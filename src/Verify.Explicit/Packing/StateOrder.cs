using System.Runtime.CompilerServices;

namespace Verify.Explicit.Packing;

/// <summary>The order of states in sorted files: by hash, and by words for equal hashes.</summary>
/// <remarks>
/// It is almost the order of the slots in the seen set, so that a table can be written in order while it is read.
/// </remarks>
internal static unsafe class StateOrder
{
    /// <summary>
    /// Negative if the first state comes before the second, 0 if they are equal, positive if it comes after.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compare(ulong hash, ulong* state, ulong otherHash, ulong* other, int wordCount) =>
        hash != otherHash ? (hash < otherHash ? -1 : 1) : CompareWords(state, other, wordCount);

    /// <summary>Extends a checksum of a sequence of states by one more state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Sum(ulong sum, ulong hash) => unchecked(System.Numerics.BitOperations.RotateLeft(sum, 5) + hash);

    private static int CompareWords(ulong* state, ulong* other, int wordCount) =>
        new ReadOnlySpan<ulong>(state, wordCount).SequenceCompareTo(new ReadOnlySpan<ulong>(other, wordCount));
}
