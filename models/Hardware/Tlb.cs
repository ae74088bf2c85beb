using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Hardware;

/// <summary>The TLB of each processor, for the addresses of one address space.</summary>
/// <remarks>
/// Eviction is left out: no step is forced to fill, so a run in which an entry is evicted has a twin in which it was
/// never filled.
/// </remarks>
public sealed class Tlb : IHolder
{
    private readonly Sort cpu;
    private readonly Sort va;
    private readonly Translation translation;
    private readonly Expr tlb;

    /// <summary>Declares the entries, all empty.</summary>
    public Tlb(ModelBuilder m, Sort cpu, Sort va, Translation translation)
    {
        (this.cpu, this.va, this.translation) = (cpu, va, translation);
        tlb = m.Map("tlb", cpu, va, Sort.Option(translation.Sort));
        m.Mark("stale", cpu, va, (c, x) => (tlb[c, x], translation.IsStale(tlb[c, x])));
    }

    /// <summary>The entry of a processor for an address.</summary>
    public Expr this[Expr c, Expr x] => tlb[c, x];

    /// <summary>Whether an entry of some processor leads to a frame.</summary>
    public Expr Names(Expr f) => Exists(cpu, va, (c, x) => translation.Names(tlb[c, x], f));

    /// <summary>Adds to a step that a processor drops what it has for an address.</summary>
    public StepBuilder Drop(StepBuilder s, Expr c, Expr x) => s.Set(tlb[c, x], None);

    /// <summary>Adds to a step that a processor drops everything.</summary>
    public StepBuilder DropAll(StepBuilder s, Expr c) => s.Each(va, x => s.Set(tlb[c, x], None));

    /// <summary>Adds to a step that every entry for an address that allows a store is stale from now on.</summary>
    public StepBuilder OutdateWritable(StepBuilder s, Expr x) => s.Each(cpu, c => s.SetIf(
        tlb[c, x].HasValue & tlb[c, x].Value[translation.Writable], tlb[c, x].Value[translation.Stale], true));

    /// <inheritdoc/>
    public void Outdate(StepBuilder s, Expr frame) =>
        s.Each(cpu, c => s.Each(va, x => translation.Outdate(s, tlb[c, x], frame)));
}
