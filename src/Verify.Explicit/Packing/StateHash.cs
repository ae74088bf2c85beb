using System.Runtime.CompilerServices;

namespace Verify.Explicit.Packing;

/// <summary>The hash of a packed state. It determines the position in the seen set and in sorted files.</summary>
internal static unsafe class StateHash
{
    /// <summary>The hash of a state with the given number of words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong* state, int wordCount)
    {
        unchecked
        {
            var hash = Fingerprint.Mix(state[0]);
            for (var i = 1; i < wordCount; i++)
            {
                hash = Fingerprint.Mix(hash ^ (state[i] * 0x9e3779b97f4a7c15UL));
            }

            return hash;
        }
    }
}
