using Verify.Explicit.Packing;

namespace Verify.Explicit.Disk;

/// <summary>Walks through a sorted file of states.</summary>
internal sealed unsafe class StateReader
{
    private readonly StateFile file;
    private readonly int wordCount;
    private readonly ulong[] buffer;
    private readonly ulong* words; // of the buffer, which is pinned
    private long next;             // the first state that is not in the buffer
    private int at;
    private int filled;

    /// <summary>Begins with the first state.</summary>
    public StateReader(StateFile file, int wordCount, int bufferStates)
    {
        (this.file, this.wordCount) = (file, wordCount);
        buffer = GC.AllocateUninitializedArray<ulong>(bufferStates * wordCount, pinned: true);
        words = (ulong*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref buffer[0]);
        Fill();
    }

    /// <summary>Whether there is none left.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>The words of the state; until the next one is asked for.</summary>
    public ulong* Current { get; private set; }

    /// <summary>The hash of the state.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Goes to the next state.</summary>
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

    /// <summary>Goes on to a state, or to the first one after where it would be.</summary>
    /// <returns>Whether it is there.</returns>
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

    // When the buffer is at its end, leaves out what is known to be before a hash.
    private void Skip(ulong hash)
    {
        var step = (int)(next / StateFile.IndexStep) + 1;
        if (step < file.Index.Length && file.Index[step] < hash)
        {
            // The first entry that is not below it; what is sought may begin in the part before that.
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
