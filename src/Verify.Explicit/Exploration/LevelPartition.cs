using Verify.Explicit.Storage;

namespace Verify.Explicit.Exploration;

/// <summary>
/// Assigns the states of a level to threads. If there are enough, each thread has a part of its own; when it is done,
/// it takes states from the parts of others.
/// </summary>
/// <remarks>
/// Neighbours in a level have common successors. The cache lines of the table that hold those are better kept in the
/// cache of one processor than moved between two.
/// </remarks>
internal sealed class LevelPartition
{
    private readonly Frontier level;
    private readonly Part[] parts;
    private readonly int batch;
    private readonly int batchesPerBlock;

    /// <summary>Divides a level into parts.</summary>
    /// <param name="level">The level.</param>
    /// <param name="batch">The number of states per batch, a power of two of at most a block.</param>
    /// <param name="members">The number of threads.</param>
    public LevelPartition(Frontier level, int batch, int members)
    {
        (this.level, this.batch) = (level, batch);
        batchesPerBlock = Frontier.BlockStates / batch;
        // No part is empty: with many threads, searching the parts of a small level would take longer than expanding
        // it.
        parts = new Part[Math.Clamp(level.BlockCount, 1, members)];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new Part(EndOf(i), EndOf(i + 1));
        }

        long EndOf(int part) => (long)level.BlockCount * part / parts.Length * batchesPerBlock;
    }

    /// <summary>The states that no thread has taken. Not thread-safe while threads work.</summary>
    public IEnumerable<BlockRange> Remaining
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

    /// <summary>Takes the next batch; false if all states are taken. Thread-safe.</summary>
    /// <param name="member">The number of the thread.</param>
    /// <param name="block">The block of the states.</param>
    /// <param name="first">The index of the first state in the block.</param>
    /// <param name="count">The number of states; at least 1.</param>
    public bool TryTake(int member, out int block, out int first, out int count)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[(member + i) % parts.Length];
            while (Volatile.Read(ref part.Next) < part.End && Interlocked.Increment(ref part.Next) - 1 is var taken && taken < part.End)
            {
                (block, first) = PlaceOf(taken);
                count = Math.Min(batch, level.StatesIn(block) - first);
                // A block may not be full.
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

    // Positions count batches.
    private sealed class Part(long first, long end)
    {
        public long Next = first;
        public readonly long End = end;
    }
}
