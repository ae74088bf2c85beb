namespace Verify.Harness.Hardware;

/// <summary>A page table with one level: each page maps to a frame or to nothing.</summary>
/// <param name="run">The run that it belongs to.</param>
/// <param name="pages">The number of pages.</param>
/// <remarks>
/// Software accesses an entry atomically at a scheduling point; a walker sees the current value at any time.
/// </remarks>
public sealed class PageTable(TestRun run, int pages)
{
    private readonly int?[] entries = new int?[pages];

    /// <summary>The entries, for walkers and observers; not a scheduling point.</summary>
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

    /// <summary>Clears an entry and returns its old value.</summary>
    public int? GetAndClear(int page)
    {
        run.Yield();
        var was = entries[page];
        entries[page] = null;
        return was;
    }
}
