namespace Verify.Explicit;

/// <summary>The states of one level, in blocks. Appended to by one thread, then read by all.</summary>
internal sealed class Frontier(int wordCount)
{
    /// <summary>States a block holds.</summary>
    public const int BlockStates = 4096;

    private readonly List<(ulong[] Words, int Count)> blocks = [];

    /// <summary>States in it.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of memory.</summary>
    public long SizeBytes => (long)blocks.Count * BlockStates * wordCount * sizeof(ulong);

    /// <summary>The number of blocks.</summary>
    public int BlockCount => blocks.Count;

    /// <summary>The words of the states of a block, pinned in memory.</summary>
    public ulong[] Words(int block) => blocks[block].Words;

    /// <summary>States in a block.</summary>
    public int StatesIn(int block) => blocks[block].Count;

    /// <summary>Adds a state.</summary>
    public unsafe void Add(ulong* state)
    {
        if (blocks.Count == 0 || blocks[^1].Count == BlockStates)
        {
            blocks.Add((GC.AllocateUninitializedArray<ulong>(BlockStates * wordCount, pinned: true), 0));
        }

        var (words, count) = blocks[^1];
        for (var i = 0; i < wordCount; i++)
        {
            words[(count * wordCount) + i] = state[i];
        }

        blocks[^1] = (words, count + 1);
        Count++;
    }

    /// <summary>Takes over the states of another, which is empty afterwards.</summary>
    public void Absorb(Frontier other)
    {
        blocks.AddRange(other.blocks);
        Count += other.Count;
        other.blocks.Clear();
        other.Count = 0;
    }
}
