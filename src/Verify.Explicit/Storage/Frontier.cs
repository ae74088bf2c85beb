using System.Runtime.CompilerServices;
using Verify.Explicit.Disk;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Storage;

/// <summary>
/// The states of one level, in blocks, in memory or on disk. Appended to by one thread, then read by all.
/// </summary>
internal sealed class Frontier(int wordCount, BlockPool? pool = null)
{
    /// <summary>States a block holds.</summary>
    public const int BlockStates = 4096;

    private readonly List<Block> blocks = [];
    private ulong[] open = [];
    private int openCount = BlockStates;
    private long closedCount;

    /// <summary>States in it.</summary>
    public long Count => closedCount + (open.Length == 0 ? 0 : openCount);

    /// <summary>The number of blocks.</summary>
    public int BlockCount => blocks.Count + (open.Length == 0 ? 0 : 1);

    /// <summary>The files that it is in, some more than once.</summary>
    public IEnumerable<StateFile> Files => blocks.Select(block => block.File).OfType<StateFile>();

    /// <summary>States in a block.</summary>
    public int StatesIn(int block) => block < blocks.Count ? blocks[block].Count : openCount;

    /// <summary>Some states of a block: where they are in memory, or where they were read to.</summary>
    /// <param name="block">The block.</param>
    /// <param name="first">The first of the states in the block.</param>
    /// <param name="count">How many.</param>
    /// <param name="scratch">Room for what has to be read from disk.</param>
    /// <param name="at">The position of the first word.</param>
    /// <exception cref="IOException">They cannot be read.</exception>
    public ulong[] Words(int block, int first, int count, ulong[] scratch, out int at)
    {
        at = first * wordCount;
        if (block == blocks.Count)
        {
            return open;
        }

        var (words, file, start, _) = blocks[block];
        if (file is null)
        {
            return words;
        }

        file.Read(start + first, count, scratch);
        at = 0;
        return scratch;
    }

    /// <summary>Adds a state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Add(ulong* state)
    {
        if (openCount == BlockStates)
        {
            Open();
        }

        var first = openCount * wordCount;
        for (var i = 0; i < wordCount; i++)
        {
            open[first + i] = state[i];
        }

        openCount++;
    }

    /// <summary>Adds a part of a file.</summary>
    public void Add(FileRange segment)
    {
        Close();
        for (var done = 0L; done < segment.Count; done += BlockStates)
        {
            blocks.Add(new Block([], segment.File, segment.First + done, (int)Math.Min(BlockStates, segment.Count - done)));
        }

        closedCount += segment.Count;
    }

    /// <summary>Takes over the states of another, which is empty afterwards.</summary>
    public void Absorb(Frontier other)
    {
        Close();
        other.Close();
        blocks.AddRange(other.blocks);
        closedCount += other.closedCount;
        other.Clear();
    }

    /// <summary>Gives the blocks back to where they came from.</summary>
    public void Recycle()
    {
        Close();
        foreach (var block in blocks)
        {
            pool?.Return(block.Words);
        }

        Clear();
    }

    /// <summary>Moves what is in memory to a file; what was block and position stays so.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void MoveTo(StateDirectory scratch)
    {
        Close();
        var file = Write(scratch, Whole);
        var done = 0L;
        for (var i = 0; file is not null && i < blocks.Count; i++)
        {
            var block = blocks[i];
            if (block.File is null)
            {
                blocks[i] = new Block([], file, done, block.Count);
                pool?.Return(block.Words);
                done += block.Count;
            }
        }
    }

    /// <summary>Where states are on disk; what is in memory is written.</summary>
    /// <param name="scratch">Where to write.</param>
    /// <param name="part">Which states, in order; null for all.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public List<FileRange> Store(StateDirectory scratch, IEnumerable<BlockRange>? part = null)
    {
        Close();
        var stretches = part?.ToList() ?? Whole;
        var segments = new List<FileRange>();
        if (Write(scratch, stretches) is { } written)
        {
            segments.Add(new FileRange(written, 0, written.Count));
        }

        foreach (var (block, skipped) in In(stretches))
        {
            if (block.File is { } file && block.Count > skipped)
            {
                var more = new FileRange(file, block.First + skipped, block.Count - skipped);
                if (segments.Count > 0 && segments[^1] is var last && last.File == file && last.First + last.Count == more.First)
                {
                    segments[^1] = last with { Count = last.Count + more.Count };
                }
                else
                {
                    segments.Add(more);
                }
            }
        }

        return segments;
    }

    private List<BlockRange> Whole => [new BlockRange(0, 0, blocks.Count)];

    private unsafe StateFile? Write(StateDirectory scratch, List<BlockRange> part)
    {
        using var writer = new StateWriter(scratch, wordCount, isSorted: false);
        foreach (var (block, skipped) in In(part))
        {
            fixed (ulong* words = block.Words)
            {
                for (var state = skipped; words is not null && state < block.Count; state++)
                {
                    var start = words + ((long)state * wordCount);
                    writer.Add(start, StateHash.Of(start, wordCount));
                }
            }
        }

        return writer.Finish();
    }

    // Blocks, and how many states at the beginning of each are none of the part.
    private IEnumerable<(Block Block, int Skipped)> In(List<BlockRange> part)
    {
        foreach (var (from, first, end) in part)
        {
            for (var i = from; i < end; i++)
            {
                yield return (blocks[i], i == from ? Math.Min(first, blocks[i].Count) : 0);
            }
        }
    }

    private void Clear()
    {
        blocks.Clear();
        closedCount = 0;
    }

    private void Open()
    {
        Close();
        open = pool?.Rent() ?? BlockPool.NewBlock(wordCount);
        openCount = 0;
    }

    private void Close()
    {
        if (open.Length > 0)
        {
            blocks.Add(new Block(open, null, 0, openCount));
            closedCount += openCount;
        }

        (open, openCount) = ([], BlockStates);
    }

    /// <summary>A block: words in memory, or a part of a file.</summary>
    private sealed record Block(ulong[] Words, StateFile? File, long First, int Count);
}
