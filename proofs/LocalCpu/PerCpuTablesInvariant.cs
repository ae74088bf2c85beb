using System.Collections.Immutable;
using Verify.Claims;
using Verify.Models.LocalCpu;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.LocalCpu;

/// <summary>Why page tables for each CPU make a local flush enough, for any number of them.</summary>
public sealed class PerCpuTablesInvariant : Invariant
{
    public override ImmutableArray<string> Claims => ["VL-PERCPU-PT:I-ENTRY"];

    protected override void Describe(InvariantBuilder i)
    {
        var machine = i.Published<Machine>();
        var w = new Words(machine);
        var (cpu, va, frame) = (w.Cpu, w.Va, w.Frame);
        var pages = machine.PageTable;
        w.AddHolders(i);

        i.Add("a PTE is of an address that the thread of its CPU holds", ForAll(cpu, va, (c, x) =>
            pages.Entry(c, x).HasValue.Implies(w.Holder(x) == c)));
        i.Add("a thread with a PTE serves", ForAll(cpu, va, (c, x) => pages.Entry(c, x).HasValue.Implies(w.IsServing(c))));
        i.Add("a PTE leads to the buffer of the thread of its CPU", ForAll(cpu, va, frame, (c, x, f) =>
            w.Names(pages.Entry(c, x), f).Implies(w.Buffer(c) == f)));
        i.Add("no PTE is stale", ForAll(cpu, va, (c, x) => !w.IsStale(pages.Entry(c, x))));

        i.Add("a TLB entry is of an address that the thread of its CPU holds", ForAll(cpu, va, (c, x) =>
            w.Tlb(c, x).HasValue.Implies(w.Holder(x) == c)));
        i.Add("a TLB entry leads to the buffer of the thread of its CPU", ForAll(cpu, va, frame, (c, x, f) =>
            w.Names(w.Tlb(c, x), f).Implies(w.Buffer(c) == f)));
        i.Add("no TLB entry is stale", ForAll(cpu, va, (c, x) => !w.IsStale(w.Tlb(c, x))));
    }
}
