namespace Verify.Explicit.Storage;

/// <summary>
/// Blocks that are used again: levels come and go faster than the garbage collector gives their memory back.
/// </summary>
internal sealed class BlockPool(int wordCount)
{
    private readonly Stack<ulong[]> free = new();
    private long blocks;

    /// <summary>Bytes of memory in all blocks, whether used or free.</summary>
    public long SizeBytes => Volatile.Read(ref blocks) * Frontier.BlockStates * wordCount * sizeof(ulong);

    /// <summary>A block for states, pinned in memory.</summary>
    public static ulong[] NewBlock(int wordCount) =>
        GC.AllocateUninitializedArray<ulong>(Frontier.BlockStates * wordCount, pinned: true);

    /// <summary>A block, of which nothing can be said.</summary>
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

    /// <summary>Takes a block back; an empty one is none.</summary>
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

    /// <summary>Leaves the free blocks to the garbage collector, at once.</summary>
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
