using Verify.Modelling;

namespace Verify.Models.Hardware;

/// <summary>The walker of each processor, with the TLB and the cache of upper levels that it fills.</summary>
public sealed class Mmu
{
    /// <summary>Walks that no access asks for.</summary>
    public static readonly Source Speculation = Source.Manual(
        "Translations may be cached without an access",
        "Intel SDM 3A, 4.10.2.3; Arm ARM, G5.9.1; RISC-V privileged, SFENCE.VMA");

    private readonly Architecture architecture;
    private readonly Translation translation;
    private readonly PageTable pages;
    private readonly Tlb tlb;
    private readonly PagingStructureCache? upper;

    /// <summary>Combines the parts.</summary>
    /// <param name="m">The model.</param>
    /// <param name="architecture">The architecture, which decides the effect of an invalidation.</param>
    /// <param name="translation">The content of an entry.</param>
    /// <param name="pages">The page table.</param>
    /// <param name="tlb">The TLB.</param>
    /// <param name="upper">The upper levels and their caches, if page tables are freed.</param>
    public Mmu(ModelBuilder m, Architecture architecture, Translation translation, PageTable pages, Tlb tlb,
        PagingStructureCache? upper = null)
    {
        (this.architecture, this.translation, this.pages) = (architecture, translation, pages);
        (this.tlb, this.upper) = (tlb, upper);
        ReadFreedTable = upper is null ? false : m.Ghost("read_freed_table", Sort.Bool);
    }

    /// <summary>True if a walk went through a freed table; never where tables stay.</summary>
    public Expr ReadFreedTable { get; }

    /// <summary>True if a walk of a processor can complete; a speculative walk may end at an invalid entry.</summary>
    public Expr CanWalk(Expr c, Expr x, bool isSpeculative)
    {
        var isMapped = pages.Entry(c, x).HasValue;
        return upper is null
            ? isMapped
            : upper.CanWalk(c) & (isSpeculative | isMapped);
    }

    /// <summary>Extends a step: a processor walks and caches the result.</summary>
    public void Walk(StepBuilder s, Expr c, Expr x)
    {
        var pte = pages.Entry(c, x);
        if (upper is null)
        {
            s.Set(tlb[c, x], pte);
            return;
        }

        // The content of a freed table is arbitrary. Such a walk is a violation itself, so the resulting translation is
        // left out.
        s.SetIf(upper.ReadsPresentTable(c), tlb[c, x], pte);
        s.SetIf(upper.ReadsFreedTable(c), ReadFreedTable, true);
        upper.Cache(s, c);
    }

    /// <summary>Adds the walks that no access asks for, where a processor has nothing cached.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="va">The addresses.</param>
    /// <param name="isLoaded">True if a processor has loaded the page table; null if it always has.</param>
    /// <param name="sources">The sources beside that of speculation.</param>
    public void AddWalks(ModelBuilder m, Sort cpu, Sort va, Func<Expr, Expr>? isLoaded = null, params Source[] sources) =>
        m.Rule("speculative walk", cpu, va, (s, c, x) => Walk(s
            .When((isLoaded?.Invoke(c) ?? true) & tlb[c, x].IsNone & CanWalk(c, x, isSpeculative: true)), c, x))
            .From([Speculation, .. sources]);

    /// <summary>
    /// Extends a step: a processor drops its entry for an address, or everything if the address is none.
    /// </summary>
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

    /// <summary>True if a store uses the cached entry of a processor without reading the PTE.</summary>
    public Expr StoresAtOnce(Expr c, Expr x) =>
        tlb[c, x].HasValue & tlb[c, x].Value[translation.Writable] & tlb[c, x].Value[translation.Dirty];

    /// <summary>
    /// Extends a step that is a store: it uses the cached entry, or the PTE, which has to allow it and becomes dirty.
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
