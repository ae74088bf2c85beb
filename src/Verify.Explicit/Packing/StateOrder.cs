using System.Runtime.CompilerServices;

namespace Verify.Explicit.Packing;

/// <summary>The order of states in sorted files: by hash, and by their words where hashes are the same.</summary>
/// <remarks>
/// It is almost the order that the seen set has them in, so that a table is written in order as it is read.
/// </remarks>
internal static unsafe class StateOrder
{
    /// <summary>Below 0, 0, or above 0: the first is before, is, or comes after the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compare(ulong hash, ulong* state, ulong otherHash, ulong* other, int wordCount) =>
        hash != otherHash ? (hash < otherHash ? -1 : 1) : CompareWords(state, other, wordCount);

    /// <summary>A checksum of states in their order, carried on by one more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Sum(ulong sum, ulong hash) => unchecked(System.Numerics.BitOperations.RotateLeft(sum, 5) + hash);

    private static int CompareWords(ulong* state, ulong* other, int wordCount) =>
        new ReadOnlySpan<ulong>(state, wordCount).SequenceCompareTo(new ReadOnlySpan<ulong>(other, wordCount));
}
