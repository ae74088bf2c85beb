using System.Runtime.CompilerServices;

namespace Verify.Explicit;

/// <summary>The states of one level, in blocks. Appended to by one thread, then read by all.</summary>
internal sealed class Frontier(int wordCount)
{
    /// <summary>States a block holds.</summary>
    public const int BlockStates = 4096;

    private readonly List<(ulong[] Words, int Count)> blocks = [];
    private readonly Stack<ulong[]> spare = new();
    private ulong[] open = [];
    private int openCount = BlockStates;
    private long closedCount;

    /// <summary>States in it.</summary>
    public long Count => closedCount + (open.Length == 0 ? 0 : openCount);

    /// <summary>Bytes of memory.</summary>
    public long SizeBytes => (long)BlockCount * BlockStates * wordCount * sizeof(ulong);

    /// <summary>The number of blocks.</summary>
    public int BlockCount => blocks.Count + (open.Length == 0 ? 0 : 1);

    /// <summary>The words of the states of a block, pinned in memory.</summary>
    public ulong[] Words(int block) => block < blocks.Count ? blocks[block].Words : open;

    /// <summary>States in a block.</summary>
    public int StatesIn(int block) => block < blocks.Count ? blocks[block].Count : openCount;

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

    /// <summary>Takes over the states of another, which is empty afterwards.</summary>
    public void Absorb(Frontier other)
    {
        Close();
        other.Close();
        blocks.AddRange(other.blocks);
        closedCount += other.closedCount;
        other.blocks.Clear();
        other.closedCount = 0;
    }

    /// <summary>Gives up its states; the memory is used again for those that are added to others.</summary>
    public void LeaveTo(ReadOnlySpan<Frontier> others)
    {
        Close();
        for (var i = 0; i < blocks.Count; i++)
        {
            others[i % others.Length].spare.Push(blocks[i].Words);
        }

        blocks.Clear();
        closedCount = 0;
    }

    private void Open()
    {
        Close();
        if (!spare.TryPop(out var words))
        {
            words = GC.AllocateUninitializedArray<ulong>(BlockStates * wordCount, pinned: true);
        }

        (open, openCount) = (words, 0);
    }

    private void Close()
    {
        if (open.Length > 0)
        {
            blocks.Add((open, openCount));
            closedCount += openCount;
        }

        (open, openCount) = ([], BlockStates);
    }
}
