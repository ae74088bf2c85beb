using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>The translations that a device caches for a shared address space (SVA, by ATS).</summary>
public sealed class DeviceTlb : IHolder
{
    private readonly Sort va;
    private readonly Translation translation;
    private readonly Expr entries;

    /// <summary>Declares the entries, all empty.</summary>
    public DeviceTlb(ModelBuilder m, Sort va, Translation translation)
    {
        (this.va, this.translation) = (va, translation);
        entries = m.Map("device_tlb", va, Sort.Option(translation.Sort));
        m.Mark("stale", va, x => (entries[x], translation.IsStale(entries[x])));
    }

    /// <summary>The entry for an address.</summary>
    public Expr this[Expr x] => entries[x];

    /// <summary>True if an entry is stale.</summary>
    public Expr HasStale => Exists(va, x => translation.IsStale(entries[x]));

    /// <summary>
    /// Extends a step: the device drops its entry for an address, or all entries if the address is none.
    /// </summary>
    public StepBuilder Drop(StepBuilder s, Expr address) =>
        s.Each(va, x => s.SetIf(address.IsNone | address == x, entries[x], None));

    public void Outdate(StepBuilder s, Expr frame) =>
        s.Each(va, x => translation.Outdate(s, entries[x], frame));
}
