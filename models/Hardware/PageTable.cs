using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>The page table of one address space, with a leaf entry for each address.</summary>
/// <remarks>
/// A PTE is a holder too: if it stays valid while its frame is freed, it is stale, and so are its copies. Every walk is
/// taken to write the accessed bit; that write is not part of the state, but it is the reason why a walk counts as a
/// write to the table.
/// </remarks>
public sealed class PageTable : IHolder
{
    private readonly Sort cpu;
    private readonly Sort va;
    private readonly Translation translation;
    private readonly Expr pte;

    /// <summary>Declares the entries.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="va">The addresses.</param>
    /// <param name="translation">The content of an entry.</param>
    /// <param name="isPerCpu">True if every processor has a table of its own.</param>
    public PageTable(ModelBuilder m, Sort cpu, Sort va, Translation translation, bool isPerCpu = false)
    {
        (this.cpu, this.va, this.translation, IsPerCpu) = (cpu, va, translation, isPerCpu);
        var entry = Sort.Option(translation.Sort);
        pte = isPerCpu ? m.Map("pte", cpu, va, entry) : m.Map("pte", va, entry);
    }

    /// <summary>True if every processor has a table of its own.</summary>
    public bool IsPerCpu { get; }

    /// <summary>The entry for an address in the table that a processor walks.</summary>
    public Expr Entry(Expr c, Expr x) => IsPerCpu ? pte[c, x] : pte[x];

    /// <summary>The entry for an address in the shared table, which devices walk too.</summary>
    public Expr Shared(Expr x) => pte[x];

    /// <summary>True if some entry leads to a frame.</summary>
    public Expr Names(Expr f) => Any(entry => translation.Names(entry, f));

    /// <summary>True if some entry is valid.</summary>
    public Expr HasEntries => Any(entry => entry.HasValue);

    /// <summary>True if some entry is stale.</summary>
    public Expr HasStale => Any(translation.IsStale);

    public void Outdate(StepBuilder s, Expr frame)
    {
        if (IsPerCpu)
        {
            s.Each(cpu, c => s.Each(va, x => translation.Outdate(s, pte[c, x], frame)));
        }
        else
        {
            s.Each(va, x => translation.Outdate(s, pte[x], frame));
        }
    }

    private Expr Any(Func<Expr, Expr> what) => IsPerCpu
        ? Exists(cpu, va, (c, x) => what(pte[c, x]))
        : Exists(va, x => what(pte[x]));
}
