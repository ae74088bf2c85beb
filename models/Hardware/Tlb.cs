using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>The TLB of each processor, for the addresses of one address space.</summary>
/// <remarks>
/// <para>
/// Evictions are left out: no step is forced to fill, so a run with an eviction has an equivalent run in which the
/// entry was never filled.
/// </para>
/// <para>
/// An entry becomes stale when its frame is freed. It also becomes stale when a system call returns that promised to
/// remove it: <see cref="Owe"/> records these entries when the call passes an address, and <see cref="ReturnFrom"/>
/// marks the remaining ones as stale. The promise does not cover entries that are made later.
/// </para>
/// </remarks>
public sealed class Tlb : IHolder
{
    private readonly Sort cpu;
    private readonly Sort va;
    private readonly Translation translation;
    private readonly Expr tlb;
    private readonly bool hasPromises;
    private readonly Expr owed;

    /// <summary>Declares the entries, all empty.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="va">The addresses.</param>
    /// <param name="translation">The content of an entry.</param>
    /// <param name="hasPromises">True if system calls promise to remove entries.</param>
    public Tlb(ModelBuilder m, Sort cpu, Sort va, Translation translation, bool hasPromises = false)
    {
        (this.cpu, this.va, this.translation, this.hasPromises) = (cpu, va, translation, hasPromises);
        tlb = m.Map("tlb", cpu, va, Sort.Option(translation.Sort));
        var whose = Sort.Map(cpu, Sort.Map(cpu, Sort.Set(va)));
        owed = hasPromises ? m.Ghost("owed", whose) : Fill(whose, Fill(Sort.Map(cpu, Sort.Set(va)), Fill(Sort.Set(va), false)));
        m.Mark("stale", cpu, va, (c, x) => (tlb[c, x], translation.IsStale(tlb[c, x])));
    }

    /// <summary>The entry of a processor for an address.</summary>
    public Expr this[Expr c, Expr x] => tlb[c, x];

    /// <summary>True if an entry of some processor leads to a frame.</summary>
    public Expr Names(Expr f) => Exists(cpu, va, (c, x) => translation.Names(tlb[c, x], f));

    /// <summary>Extends a step: a processor drops its entry for an address.</summary>
    public StepBuilder Drop(StepBuilder s, Expr c, Expr x)
    {
        if (hasPromises)
        {
            s.Each(cpu, caller => s.Set(owed[caller, c, x], false));
        }

        return s.Set(tlb[c, x], None);
    }

    /// <summary>Extends a step: a processor drops all entries.</summary>
    public StepBuilder DropAll(StepBuilder s, Expr c) => s.Each(va, x => Drop(s, c, x));

    /// <summary>
    /// Extends a step: every entry for an address that allows a store becomes stale; without permissions, every entry.
    /// </summary>
    public StepBuilder OutdateWritable(StepBuilder s, Expr x) => s.Each(cpu, c => s.SetIf(
        tlb[c, x].HasValue & (translation.HasPermissions ? tlb[c, x].Value[translation.Writable] : true),
        tlb[c, x].Value[translation.Stale], true));

    /// <summary>
    /// Extends a step: a caller passes an address and promises that its current entries are gone on return.
    /// </summary>
    public StepBuilder Owe(StepBuilder s, Expr caller, Expr x) => s.Each(cpu, c => s.SetIf(
        tlb[c, x].HasValue & (translation.HasPermissions ? tlb[c, x].Value[translation.Writable] : true),
        owed[caller, c, x], true));

    /// <summary>
    /// Extends a step: a caller returns; entries that it promised to remove and that still exist become stale.
    /// </summary>
    public StepBuilder ReturnFrom(StepBuilder s, Expr caller) => s.Each(cpu, c => s.Each(va, x => s
        .SetIf(tlb[c, x].HasValue & owed[caller, c, x], tlb[c, x].Value[translation.Stale], true)
        .Set(owed[caller, c, x], false)));

    public void Outdate(StepBuilder s, Expr frame) =>
        s.Each(cpu, c => s.Each(va, x => translation.Outdate(s, tlb[c, x], frame)));
}
