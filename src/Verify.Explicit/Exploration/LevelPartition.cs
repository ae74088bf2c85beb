using Verify.Explicit.Storage;

namespace Verify.Explicit.Exploration;

/// <summary>
/// Which states of a level each thread expands: those of a part of its own, if there are enough, then what others have
/// left of theirs.
/// </summary>
/// <remarks>
/// Neighbours in a level have successors in common. The lines of the table that these are in had better be in one
/// processor's cache than go to and fro between two.
/// </remarks>
internal sealed class LevelPartition
{
    private readonly Frontier level;
    private readonly Part[] parts;
    private readonly int batch;
    private readonly int batchesPerBlock;

    /// <summary>Shares a level.</summary>
    /// <param name="level">The level.</param>
    /// <param name="batch">The states that are taken at a time, a power of two, no more than a block holds.</param>
    /// <param name="members">The threads.</param>
    public LevelPartition(Frontier level, int batch, int members)
    {
        (this.level, this.batch) = (level, batch);
        batchesPerBlock = Frontier.BlockStates / batch;
        // No part is empty: with many threads, a small level would take longer to look for than to expand.
        parts = new Part[Math.Clamp(level.BlockCount, 1, members)];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new Part(EndOf(i), EndOf(i + 1));
        }

        long EndOf(int part) => (long)level.BlockCount * part / parts.Length * batchesPerBlock;
    }

    /// <summary>What nobody has taken yet. Not while they work.</summary>
    public IEnumerable<BlockRange> Left
    {
        get
        {
            foreach (var part in parts.Where(part => part.Next < part.End))
            {
                var (block, first) = PlaceOf(part.Next);
                yield return new BlockRange(block, first, (int)(part.End / batchesPerBlock));
            }
        }
    }

    /// <summary>Takes the next states; false if all are taken. Any thread may.</summary>
    /// <param name="member">The thread's number.</param>
    /// <param name="block">The block that they are in.</param>
    /// <param name="first">The first of them in the block.</param>
    /// <param name="count">How many; at least one.</param>
    public bool TryTake(int member, out int block, out int first, out int count)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[(member + i) % parts.Length];
            while (Volatile.Read(ref part.Next) < part.End && Interlocked.Increment(ref part.Next) - 1 is var taken && taken < part.End)
            {
                (block, first) = PlaceOf(taken);
                count = Math.Min(batch, level.StatesIn(block) - first);
                // A block may end before it is full.
                if (count > 0)
                {
                    return true;
                }
            }
        }

        (block, first, count) = (0, 0, 0);
        return false;
    }

    private (int Block, int First) PlaceOf(long position) =>
        ((int)(position / batchesPerBlock), (int)(position % batchesPerBlock) * batch);

    // Counted in batches.
    private sealed class Part(long first, long end)
    {
        public long Next = first;
        public readonly long End = end;
    }
}
