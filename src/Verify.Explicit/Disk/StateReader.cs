using Verify.Explicit.Packing;

namespace Verify.Explicit.Disk;

/// <summary>Reads a sorted state file sequentially.</summary>
internal sealed unsafe class StateReader
{
    private readonly StateFile file;
    private readonly int wordCount;
    private readonly ulong[] buffer;
    private readonly ulong* words; // the pinned buffer
    private long next;             // the index of the first state after the buffer
    private int at;
    private int filled;

    /// <summary>Opens the file at its first state.</summary>
    public StateReader(StateFile file, int wordCount, int bufferStates)
    {
        (this.file, this.wordCount) = (file, wordCount);
        buffer = GC.AllocateUninitializedArray<ulong>(bufferStates * wordCount, pinned: true);
        words = (ulong*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref buffer[0]);
        Fill();
    }

    /// <summary>True at the end of the file.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>The words of the current state; valid until the reader moves.</summary>
    public ulong* Current { get; private set; }

    /// <summary>The hash of the current state.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Moves to the next state.</summary>
    public void MoveNext()
    {
        if (++at < filled)
        {
            Current += wordCount;
            Hash = StateHash.Of(Current, wordCount);
        }
        else
        {
            Fill();
        }
    }

    /// <summary>Moves forward to a state, or to the first state after its position.</summary>
    /// <returns>True if the state exists.</returns>
    public bool Find(ulong hash, ulong* state)
    {
        var order = -1;
        while (!IsAtEnd && (order = StateOrder.Compare(Hash, Current, hash, state, wordCount)) < 0)
        {
            if (at + 1 == filled)
            {
                Skip(hash);
            }

            MoveNext();
        }

        return !IsAtEnd && order == 0;
    }

    // At the end of the buffer, skips parts that end before a hash.
    private void Skip(ulong hash)
    {
        var step = (int)(next / StateFile.IndexStep) + 1;
        if (step < file.Index.Length && file.Index[step] < hash)
        {
            // The first index entry that is not below the hash; the state may lie in the part before that entry.
            var found = Array.BinarySearch(file.Index, step, file.Index.Length - step, hash);
            var first = found < 0 ? ~found : found;
            while (first > step && file.Index[first - 1] == hash)
            {
                first--;
            }

            next = (long)(first - 1) * StateFile.IndexStep;
        }
    }

    private void Fill()
    {
        filled = (int)Math.Min(buffer.Length / wordCount, file.Count - next);
        IsAtEnd = filled == 0;
        if (!IsAtEnd)
        {
            file.Read(next, filled, buffer);
            next += filled;
            at = 0;
            Current = words;
            Hash = StateHash.Of(Current, wordCount);
        }
    }
}
