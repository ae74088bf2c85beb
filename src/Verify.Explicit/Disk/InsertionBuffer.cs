using Verify.Explicit.Packing;

namespace Verify.Explicit.Disk;

/// <summary>Sorts a few states in the order of <see cref="StateOrder"/>.</summary>
/// <remarks>Uses insertion sort: the runs of occupied slots in a sparse table are short and almost sorted.</remarks>
internal sealed unsafe class InsertionBuffer(int wordCount)
{
    private nint[] states = new nint[64];
    private ulong[] hashes = new ulong[64];
    private int count;

    /// <summary>Adds a state; the buffer keeps the pointer.</summary>
    public void Add(ulong* state, ulong hash)
    {
        if (count == states.Length)
        {
            Array.Resize(ref states, 2 * count);
            Array.Resize(ref hashes, 2 * count);
        }

        var at = count++;
        for (; at > 0 && StateOrder.Compare(hashes[at - 1], (ulong*)states[at - 1], hash, state, wordCount) > 0; at--)
        {
            (hashes[at], states[at]) = (hashes[at - 1], states[at - 1]);
        }

        (hashes[at], states[at]) = (hash, (nint)state);
    }

    /// <summary>Writes the states in order and clears the buffer.</summary>
    public void WriteTo(StateWriter writer)
    {
        for (var i = 0; i < count; i++)
        {
            writer.Add((ulong*)states[i], hashes[i]);
        }

        count = 0;
    }
}
