using System.Collections.Immutable;
using Verify.Claims;
using Verify.Models.LocalCpu;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.LocalCpu;

/// <summary>Why a device that shares the address space keeps no stale entry, for any number of CPUs, addresses and frames.</summary>
public sealed class SharedWithDeviceInvariant : Invariant
{
    public override ImmutableArray<string> Claims => ["VL-FULL-SVA:I-ENTRY"];

    protected override void Describe(InvariantBuilder i)
    {
        var machine = i.Published<Machine>();
        var w = new Words(machine);
        var (cpu, va, frame) = (w.Cpu, w.Va, w.Frame);
        var device = machine.Device ?? throw UserErrorException.Absent("the claim is about a device");
        w.AddHolders(i);
        w.AddMappings(i);
        w.AddFlushAddress(i, "mmu_notifier_invalidate_range", "tlb_finish_mmu");
        w.AddEntries(i);
        i.Add("a CPU is flushed before it asks the others", ForAll(cpu, cpu, va, (t, c, x) =>
            (w.Is(t, "flush_tlb_others") & machine.Server.Here(t) == c & w.At(t) == x).Implies(w.Tlb(c, x).IsNone)));

        i.Add("no entry of the device is stale", ForAll(va, x => !w.IsStale(device[x])));
        i.Add("what the device has cached has a holder", ForAll(va, x => device[x].HasValue.Implies(w.Holder(x).HasValue)));
        i.Add("an entry of the device leads to the buffer of its holder", ForAll(cpu, va, frame, (t, x, f) =>
            (w.Names(device[x], f) & w.Holder(x) == t).Implies(w.Buffer(t) == f)));
        i.Add("the device has dropped it before munmap ends", ForAll(cpu, va, (t, x) =>
            (w.Is(t, "tlb_finish_mmu") & w.At(t) == x).Implies(device[x].IsNone)));
    }
}
