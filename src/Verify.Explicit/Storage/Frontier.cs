using System.Runtime.CompilerServices;
using Verify.Explicit.Disk;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Storage;

/// <summary>
/// The states of one level, in blocks in memory or on disk. One thread appends them; afterwards all threads read them.
/// </summary>
internal sealed class Frontier(int wordCount, BlockPool? pool = null)
{
    /// <summary>The number of states per block.</summary>
    public const int BlockStates = 4096;

    private readonly List<Block> blocks = [];
    private ulong[] open = [];
    private int openCount = BlockStates;
    private long closedCount;

    /// <summary>The number of states.</summary>
    public long Count => closedCount + (open.Length == 0 ? 0 : openCount);

    /// <summary>The number of blocks.</summary>
    public int BlockCount => blocks.Count + (open.Length == 0 ? 0 : 1);

    /// <summary>The files of the blocks; some appear more than once.</summary>
    public IEnumerable<StateFile> Files => blocks.Select(block => block.File).OfType<StateFile>();

    /// <summary>The number of states in a block.</summary>
    public int StatesIn(int block) => block < blocks.Count ? blocks[block].Count : openCount;

    /// <summary>Some states of a block: in place if they are in memory, else read into a buffer.</summary>
    /// <param name="block">The block.</param>
    /// <param name="first">The index of the first state in the block.</param>
    /// <param name="count">The number of states.</param>
    /// <param name="buffer">The buffer for states on disk.</param>
    /// <param name="at">The index of the first word in the returned array.</param>
    /// <exception cref="IOException">The read failed.</exception>
    public ulong[] Words(int block, int first, int count, ulong[] buffer, out int at)
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

        file.Read(start + first, count, buffer);
        at = 0;
        return buffer;
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

    /// <summary>Moves the states of another frontier to this one.</summary>
    public void Absorb(Frontier other)
    {
        Close();
        other.Close();
        blocks.AddRange(other.blocks);
        closedCount += other.closedCount;
        other.Clear();
    }

    /// <summary>Returns the blocks to their pool.</summary>
    public void Recycle()
    {
        Close();
        foreach (var block in blocks)
        {
            pool?.Return(block.Words);
        }

        Clear();
    }

    /// <summary>Moves states from memory to a file; blocks and positions stay the same.</summary>
    /// <exception cref="IOException">The write failed.</exception>
    public void MoveTo(StateDirectory directory)
    {
        Close();
        var file = Write(directory, Whole);
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

    /// <summary>The file ranges of the states; writes the states that are in memory.</summary>
    /// <param name="directory">The directory for new files.</param>
    /// <param name="part">The states, in order; null for all.</param>
    /// <exception cref="IOException">The write failed.</exception>
    public List<FileRange> Store(StateDirectory directory, IEnumerable<BlockRange>? part = null)
    {
        Close();
        var stretches = part?.ToList() ?? Whole;
        var segments = new List<FileRange>();
        if (Write(directory, stretches) is { } written)
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

    private unsafe StateFile? Write(StateDirectory directory, List<BlockRange> part)
    {
        using var writer = new StateWriter(directory, wordCount, isSorted: false);
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

    // The blocks of a part, each with the number of states at its start to skip.
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

    /// <summary>A block: words in memory or a range of a file.</summary>
    private sealed record Block(ulong[] Words, StateFile? File, long First, int Count);
}
