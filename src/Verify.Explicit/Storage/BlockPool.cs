namespace Verify.Explicit.Storage;

/// <summary>
/// Reuses blocks of states, because levels come and go faster than the garbage collector returns memory.
/// </summary>
internal sealed class BlockPool(int wordCount)
{
    private readonly Stack<ulong[]> free = new();
    private long blocks;

    /// <summary>The total size of all blocks in bytes, used or free.</summary>
    public long SizeBytes => Volatile.Read(ref blocks) * Frontier.BlockStates * wordCount * sizeof(ulong);

    /// <summary>Allocates a block for states, pinned in memory.</summary>
    public static ulong[] NewBlock(int wordCount) =>
        GC.AllocateUninitializedArray<ulong>(Frontier.BlockStates * wordCount, pinned: true);

    /// <summary>Returns a block with arbitrary content.</summary>
    public ulong[] Rent()
    {
        lock (free)
        {
            if (free.TryPop(out var block))
            {
                return block;
            }
        }

        Interlocked.Increment(ref blocks);
        return NewBlock(wordCount);
    }

    /// <summary>Takes a block back; ignores an empty one.</summary>
    public void Return(ulong[] block)
    {
        if (block.Length > 0)
        {
            lock (free)
            {
                free.Push(block);
            }
        }
    }

    /// <summary>Releases the free blocks to the garbage collector at once.</summary>
    public void Trim()
    {
        const long WorthIt = 1 << 20;
        if (SizeBytes < WorthIt)
        {
            return;
        }

        lock (free)
        {
            Interlocked.Add(ref blocks, -free.Count);
            free.Clear();
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
    }
}
