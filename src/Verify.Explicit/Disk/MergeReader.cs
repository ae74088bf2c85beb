using Verify.Explicit.Packing;

namespace Verify.Explicit.Disk;

/// <summary>Walks through several sorted files as if they were one, meeting each state once.</summary>
internal sealed unsafe class MergeReader(IEnumerable<StateFile> files, int wordCount, int bufferStates)
{
    private readonly StateReader[] readers = [.. files.Select(file => new StateReader(file, wordCount, bufferStates))];
    private StateReader? current;

    /// <summary>The words of the state; until the next one is asked for.</summary>
    public ulong* Current => current!.Current;

    /// <summary>The hash of the state.</summary>
    public ulong Hash => current!.Hash;

    /// <summary>Goes to the next state; false if there is none.</summary>
    public bool MoveNext()
    {
        if (current is not null)
        {
            // The current one moves last: the others are compared with it.
            foreach (var reader in readers)
            {
                if (reader != current && !reader.IsAtEnd && reader.Hash == current.Hash
                    && StateOrder.Compare(reader.Hash, reader.Current, current.Hash, current.Current, wordCount) == 0)
                {
                    reader.MoveNext();
                }
            }

            current.MoveNext();
        }

        current = null;
        foreach (var reader in readers)
        {
            if (!reader.IsAtEnd && (current is null
                || StateOrder.Compare(reader.Hash, reader.Current, current.Hash, current.Current, wordCount) < 0))
            {
                current = reader;
            }
        }

        return current is not null;
    }
}
