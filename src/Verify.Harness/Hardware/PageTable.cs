namespace Verify.Harness.Hardware;

/// <summary>A page table of one level: for each page the frame that it maps, or nothing.</summary>
/// <param name="run">The run it belongs to.</param>
/// <param name="pages">The number of pages.</param>
/// <remarks>Software reads and writes an entry in one access, at a scheduling point; a walker sees what is there.</remarks>
public sealed class PageTable(TestRun run, int pages)
{
    private readonly int?[] entries = new int?[pages];

    /// <summary>The entries, as a walker or an observer sees them: not a scheduling point.</summary>
    public IReadOnlyList<int?> Entries => entries;

    /// <summary>Reads an entry.</summary>
    public int? Get(int page)
    {
        run.Yield();
        return entries[page];
    }

    /// <summary>Writes an entry.</summary>
    public void Set(int page, int frame)
    {
        run.Yield();
        entries[page] = frame;
    }

    /// <summary>Clears an entry, and says what it was.</summary>
    public int? GetAndClear(int page)
    {
        run.Yield();
        var was = entries[page];
        entries[page] = null;
        return was;
    }
}
