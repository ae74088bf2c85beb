using Verify.Explicit.Packing;

namespace Verify.Explicit.Disk;

/// <summary>Reads several sorted files as one; each state appears once.</summary>
internal sealed unsafe class MergeReader(IEnumerable<StateFile> files, int wordCount, int bufferStates)
{
    private readonly StateReader[] readers = [.. files.Select(file => new StateReader(file, wordCount, bufferStates))];
    private StateReader? current;

    /// <summary>The words of the current state; valid until <see cref="MoveNext"/>.</summary>
    public ulong* Current => current!.Current;

    /// <summary>The hash of the current state.</summary>
    public ulong Hash => current!.Hash;

    /// <summary>Moves to the next state; false at the end.</summary>
    public bool MoveNext()
    {
        if (current is not null)
        {
            // The current reader moves last, because the others are compared with it.
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
