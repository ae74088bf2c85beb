using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>The TLB of each processor, for the addresses of one address space.</summary>
/// <remarks>
/// <para>Eviction is left out: no step is forced to fill, so a run in which an entry is evicted has a twin in which it was
/// never filled.</para>
/// <para>An entry is stale once its frame is freed. It is stale as well once a system call has returned that promised
/// its end: <see cref="Owe"/> notes which entries those are when the call passes over an address, and
/// <see cref="ReturnFrom"/> makes those that are left stale. Entries that are made later are nobody's promise.</para>
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
    /// <param name="translation">What an entry says.</param>
    /// <param name="hasPromises">Whether callers promise the end of entries.</param>
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

    /// <summary>Whether an entry of some processor leads to a frame.</summary>
    public Expr Names(Expr f) => Exists(cpu, va, (c, x) => translation.Names(tlb[c, x], f));

    /// <summary>Adds to a step that a processor drops what it has for an address.</summary>
    public StepBuilder Drop(StepBuilder s, Expr c, Expr x)
    {
        if (hasPromises)
        {
            s.Each(cpu, caller => s.Set(owed[caller, c, x], false));
        }

        return s.Set(tlb[c, x], None);
    }

    /// <summary>Adds to a step that a processor drops everything.</summary>
    public StepBuilder DropAll(StepBuilder s, Expr c) => s.Each(va, x => Drop(s, c, x));

    /// <summary>Adds to a step that every entry for an address that allows a store is stale from now on.</summary>
    public StepBuilder OutdateWritable(StepBuilder s, Expr x) => s.Each(cpu, c => s.SetIf(
        tlb[c, x].HasValue & tlb[c, x].Value[translation.Writable], tlb[c, x].Value[translation.Stale], true));

    /// <summary>Adds to a step that a caller passes over an address: the entries there now are gone when it returns.</summary>
    public StepBuilder Owe(StepBuilder s, Expr caller, Expr x) => s.Each(cpu, c => s.SetIf(
        tlb[c, x].HasValue & (translation.HasPermissions ? tlb[c, x].Value[translation.Writable] : true),
        owed[caller, c, x], true));

    /// <summary>Adds to a step that a caller returns: what it promised the end of, and is still there, is stale.</summary>
    public StepBuilder ReturnFrom(StepBuilder s, Expr caller) => s.Each(cpu, c => s.Each(va, x => s
        .SetIf(tlb[c, x].HasValue & owed[caller, c, x], tlb[c, x].Value[translation.Stale], true)
        .Set(owed[caller, c, x], false)));

    /// <inheritdoc/>
    public void Outdate(StepBuilder s, Expr frame) =>
        s.Each(cpu, c => s.Each(va, x => translation.Outdate(s, tlb[c, x], frame)));
}
