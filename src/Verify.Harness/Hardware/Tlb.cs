namespace Verify.Harness.Hardware;

/// <summary>The TLB of a processor. Its walker fills entries from a page table and evicts them at any time.</summary>
/// <param name="run">The run that it belongs to.</param>
/// <param name="table">The page table of the walker.</param>
/// <remarks>
/// A speculative walk needs no access: hardware may perform it at any time for any mapped page (Intel SDM 3A,
/// 4.10.2.3).
/// </remarks>
public sealed class Tlb(TestRun run, PageTable table)
{
    private readonly int?[] entries = new int?[table.Entries.Count];

    /// <summary>The entries; not a scheduling point.</summary>
    public IReadOnlyList<int?> Entries => entries;

    /// <summary>Invalidates the entry of a page on this processor, as INVLPG does.</summary>
    public void Invalidate(int page)
    {
        run.Yield();
        entries[page] = null;
    }

    /// <summary>Fills or evicts entries in an endless loop.</summary>
    /// <param name="filled">Called with a page directly after its entry was filled.</param>
    /// <param name="evicted">Called with a page directly after its entry was evicted.</param>
    public void Walk(Action<int> filled, Action<int> evicted)
    {
        while (true)
        {
            run.WaitUntil(() => Possible().Any());
            var possible = Possible().ToArray();
            var (page, fills) = possible[run.Choose(possible.Length)];
            entries[page] = fills ? table.Entries[page] : null;
            (fills ? filled : evicted)(page);
        }
    }

    private IEnumerable<(int Page, bool Fills)> Possible()
    {
        for (var page = 0; page < entries.Length; page++)
        {
            if (table.Entries[page] is { } frame && entries[page] != frame)
            {
                yield return (page, true);
            }

            if (entries[page] is not null)
            {
                yield return (page, false);
            }
        }
    }
}
