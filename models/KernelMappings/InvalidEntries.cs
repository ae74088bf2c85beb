using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.KernelMappings;

/// <summary>Invalid PTEs that a processor has cached, as RISC-V allows; an access through one faults.</summary>
/// <remarks>A valid entry for the same address may be cached beside it, and the hardware may use either.</remarks>
internal sealed class InvalidEntries
{
    private static readonly Source Caching = Source.Manual("PTEs with V=0 may be cached",
        "RISC-V privileged specification, supervisor memory-management fence, riscv-isa-manual 00883b028b0e");

    private static readonly Source Bounded = Source.Manual("A store that sets V becomes visible in bounded time",
        "RISC-V Svvptc, riscv-isa-manual 067ed6fd0873");

    private readonly Sort cpu;
    private readonly Sort va;
    private readonly bool isBounded;
    private readonly Expr entries;

    /// <summary>Declares the entries, all empty.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="va">The addresses.</param>
    /// <param name="isBounded">True if an entry whose PTE has become valid disappears in bounded time (Svvptc).</param>
    public InvalidEntries(ModelBuilder m, Sort cpu, Sort va, bool isBounded)
    {
        (this.cpu, this.va, this.isBounded) = (cpu, va, isBounded);
        entries = m.Map("tlb_invalid", cpu, va, Sort.Bool);
    }

    /// <summary>True if a processor has cached that an address is invalid.</summary>
    public Expr this[Expr c, Expr x] => entries[c, x];

    /// <summary>Extends a step: a processor drops its entry for an address, or all entries if the address is none.</summary>
    public void Drop(StepBuilder s, Expr c, Expr address)
    {
        if (address is Expr.NoneOf)
        {
            s.Each(va, x => s.Set(entries[c, x], false));
            return;
        }

        s.If(address.HasValue, () => s.Set(entries[c, address.Value], false));
        s.If(address.IsNone, () => s.Each(va, x => s.Set(entries[c, x], false)));
    }

    /// <summary>Adds the walks that find an invalid PTE, and the end of such entries, if they end.</summary>
    public void AddWalks(ModelBuilder m, PageTable pages)
    {
        m.Rule("speculative walk (invalid PTE)", cpu, va, (s, c, x) => s
            .When(!entries[c, x] & pages.Entry(c, x).IsNone).Set(entries[c, x], true))
            .From(Caching);
        if (isBounded)
        {
            m.Rule("the store to the PTE becomes visible", cpu, va, (s, c, x) => s
                .When(entries[c, x] & pages.Entry(c, x).HasValue).Set(entries[c, x], false))
                .Fair().From(Bounded);
        }

        m.Reachable("an invalid entry outlives its PTE", Exists(cpu, va, (c, x) => entries[c, x] & pages.Entry(c, x).HasValue));
    }
}
