using Verify.Modelling;

namespace Verify.Models.Hardware;

/// <summary>The walker of each processor, with the TLB and the cache of upper levels that it fills.</summary>
public sealed class Mmu
{
    private readonly Architecture architecture;
    private readonly Translation translation;
    private readonly PageTable pages;
    private readonly Tlb tlb;
    private readonly PagingStructureCache? upper;

    /// <summary>Puts the parts together.</summary>
    /// <param name="m">The model.</param>
    /// <param name="architecture">What an invalidation reaches.</param>
    /// <param name="translation">What an entry says.</param>
    /// <param name="pages">What is walked.</param>
    /// <param name="tlb">What a walk fills.</param>
    /// <param name="upper">Upper levels and their caches, where page tables are freed.</param>
    public Mmu(ModelBuilder m, Architecture architecture, Translation translation, PageTable pages, Tlb tlb,
        PagingStructureCache? upper = null)
    {
        (this.architecture, this.translation, this.pages) = (architecture, translation, pages);
        (this.tlb, this.upper) = (tlb, upper);
        ReadFreedTable = upper is null ? false : m.Ghost("read_freed_table", Sort.Bool);
    }

    /// <summary>Whether a walk went through a freed table; never where tables stay.</summary>
    public Expr ReadFreedTable { get; }

    /// <summary>Whether a walk of a processor can get through; one that speculates may end at an invalid entry.</summary>
    public Expr CanWalk(Expr c, Expr x, bool isSpeculative)
    {
        var isMapped = pages.Entry(c, x).HasValue;
        return upper is null
            ? isMapped
            : upper.CanWalk(c) & (isSpeculative | isMapped);
    }

    /// <summary>Adds to a step that a processor walks, and caches what it comes by.</summary>
    public void Walk(StepBuilder s, Expr c, Expr x)
    {
        var pte = pages.Entry(c, x);
        if (upper is null)
        {
            s.Set(tlb[c, x], pte);
            return;
        }

        // What a freed table holds is whatever its new owner wrote: the walk is a violation in itself, and the
        // translation that comes out of it is left out.
        s.SetIf(upper.ReadsPresentTable(c), tlb[c, x], pte);
        s.SetIf(upper.ReadsFreedTable(c), ReadFreedTable, true);
        upper.Cache(s, c);
    }

    /// <summary>Adds to a step that a processor drops what it has for an address, or everything when there is none.</summary>
    public void Invalidate(StepBuilder s, Expr c, Expr address)
    {
        if (address is Expr.NoneOf)
        {
            tlb.DropAll(s, c);
            upper?.Drop(s, c);
            return;
        }

        s.If(address.HasValue, () => tlb.Drop(s, c, address.Value));
        s.If(address.IsNone, () => tlb.DropAll(s, c));
        if (upper is not null)
        {
            s.If(architecture.AddressFlushClearsUpperLevels ? true : address.IsNone, () => upper.Drop(s, c));
        }
    }

    /// <summary>Whether a store goes through the entry of a processor as it is, without a look at the PTE.</summary>
    public Expr StoresAtOnce(Expr c, Expr x) =>
        tlb[c, x].HasValue & tlb[c, x].Value[translation.Writable] & tlb[c, x].Value[translation.Dirty];

    /// <summary>
    /// Adds to a step that it is a store: at once, or by way of the PTE, which has to allow it and becomes dirty.
    /// </summary>
    public void Store(StepBuilder s, Expr c, Expr x)
    {
        var pte = pages.Entry(c, x);
        s.When(StoresAtOnce(c, x) | (pte.HasValue & pte.Value[translation.Writable]));
        s.If(!StoresAtOnce(c, x), () => s
            .Set(pte.Value[translation.Dirty], true)
            .Set(tlb[c, x], pte.Value.With(translation.Dirty, true)));
    }
}
