using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>One upper-level entry that covers all modelled addresses, and the processors' caches of it.</summary>
/// <remarks>
/// The page table occupies a frame of the allocator, so that it can be freed and reused while a processor still walks
/// through its cached entry.
/// </remarks>
public sealed class PagingStructureCache : IHolder
{
    private readonly Sort cpu;
    private readonly Expr psc;
    private readonly Field table;
    private readonly Field stale = new("stale", Sort.Bool, IsGhost: true);
    private readonly Sort cached;

    /// <summary>Declares the entry and the caches, all empty.</summary>
    public PagingStructureCache(ModelBuilder m, Sort cpu, Sort frame)
    {
        this.cpu = cpu;
        table = new Field("table", frame);
        cached = m.Record("upper", table, stale);
        Pmd = m.Var("pmd", Sort.Option(frame));
        psc = m.Map("psc", cpu, Sort.Option(cached));
        m.Mark("stale", cpu, c => (psc[c], psc[c].HasValue & psc[c].Value[stale]));
    }

    /// <summary>The frame of the page table; none if there is no table.</summary>
    public Expr Pmd { get; }

    /// <summary>True if a walk of a processor can start.</summary>
    public Expr CanWalk(Expr c) => psc[c].HasValue | Pmd.HasValue;

    /// <summary>True if a walk of a processor reads the current page table.</summary>
    public Expr ReadsPresentTable(Expr c) => Pmd.HasValue & (psc[c].HasValue.Implies(psc[c].Value[table] == Pmd.Value));

    /// <summary>True if a walk of a processor caches an entry that it has not cached yet.</summary>
    public Expr WouldCache(Expr c) => psc[c].IsNone & Pmd.HasValue;

    /// <summary>True if a walk of a processor goes through a frame that is not a page table any more.</summary>
    public Expr ReadsFreedTable(Expr c) =>
        psc[c].HasValue & psc[c].Value[stale] & !(Pmd.HasValue & Pmd.Value == psc[c].Value[table]);

    /// <summary>The table of the cached entry of a processor.</summary>
    public Expr Table(Expr c) => psc[c].Value[table];

    /// <summary>Extends a step: a processor caches the upper level.</summary>
    public void Cache(StepBuilder s, Expr c) => s.SetIf(WouldCache(c), psc[c], New(cached, Pmd.Value, false));

    /// <summary>Extends a step: a processor drops its cached upper levels.</summary>
    public StepBuilder Drop(StepBuilder s, Expr c) => s.Set(psc[c], None);

    public void Outdate(StepBuilder s, Expr frame) => s.Each(cpu, c =>
        s.SetIf(psc[c].HasValue & psc[c].Value[table] == frame, psc[c].Value[stale], true));
}
