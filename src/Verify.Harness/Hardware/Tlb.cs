namespace Verify.Harness.Hardware;

/// <summary>The TLB of a processor, whose walker fills it from a page table whenever it likes, and evicts whenever it likes.</summary>
/// <param name="run">The run it belongs to.</param>
/// <param name="table">What the walker walks.</param>
/// <remarks>
/// A speculative walk needs no access: hardware may do it at any time for any page that is mapped (Intel SDM 3A, 4.10.2.3).
/// </remarks>
public sealed class Tlb(TestRun run, PageTable table)
{
    private readonly int?[] entries = new int?[table.Entries.Count];

    /// <summary>The entries: not a scheduling point.</summary>
    public IReadOnlyList<int?> Entries => entries;

    /// <summary>Invalidates the entry of a page, as INVLPG does on its own processor.</summary>
    public void Invalidate(int page)
    {
        run.Yield();
        entries[page] = null;
    }

    /// <summary>What the walker does, for ever: it fills or evicts an entry.</summary>
    /// <param name="filled">Told of a page right after its entry was filled.</param>
    /// <param name="evicted">Told of a page right after its entry was evicted.</param>
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
