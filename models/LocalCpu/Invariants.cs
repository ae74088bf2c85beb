using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.LocalCpu;

/// <summary>The invariants that the two sides of the discussion defend; they differ.</summary>
internal static class Invariants
{
    public static void Add(ModelBuilder m, Machine machine)
    {
        var isDefined = !machine.Undefined;
        var noEntry = ForAll(machine.Cpu, machine.Va, (c, x) =>
            machine.CanStillUse(c).Implies(!machine.Translation.IsStale(machine.Tlb[c, x])));
        if (machine.Device is { } device)
        {
            noEntry &= !device.HasStale;
        }

        m.Always("I-ENTRY", isDefined & noEntry,
            "no TLB entry that its owner could still use is from before the frame's last free");
        m.Always("I-USE", isDefined & machine.Victim.IsNone,
            "no architectural access goes through a stale translation");
        m.Always("I-KERNEL", isDefined & machine.Victim != Owner.Kmalloc & machine.Victim != Owner.PageTable,
            "no architectural access through a stale translation reaches kernel data or a page table");
        if (machine.SpeculatedStale is { } speculatedStale)
        {
            m.Always("I-SPEC", isDefined & !speculatedStale,
                "no speculative access goes through a stale translation");
        }

        m.Always("I-PTE", !machine.PageTable.HasStale,
            "no valid PTE names a frame that is free or belongs to another user");
        if (machine.Upper is not null)
        {
            m.Always("I-TABLE", !machine.Mmu.ReadFreedTable,
                "no walk reads, or writes an accessed bit to, a frame that is no longer a page table");
        }

        if (m.Has(LocalCpuFlag.Overwrite))
        {
            m.Always("I-BBM", isDefined,
                "between two valid values that need break-before-make the entry is invalid and flushed everywhere");
        }

        m.NoDeadlock("no deadlock");
        if (machine.Spaces is { WatchesStale: true } spaces)
        {
            AddCatchUp(m, machine, spaces);
        }
    }

    private static void AddCatchUp(ModelBuilder m, Machine machine, AddressSpaces spaces)
    {
        m.Always("I-CATCHUP", !spaces.KeptStale, "a switch into the mm keeps no TLB entry that was stale when it began");
        m.LeadsTo("L-CATCHUP",
            Exists(machine.Cpu, c => spaces.HasLeft(c) & machine.HasStale(c)),
            !Exists(machine.Cpu, c => !spaces.IsWalkable(c) & machine.HasStale(c)),
            "a CPU that has left the mm with a stale TLB entry does not keep it outside forever");
        m.LeadsTo("L-GONE",
            Exists(machine.Cpu, machine.HasStale),
            !Exists(machine.Cpu, machine.HasStale),
            "a stale TLB entry disappears in the end");
    }
}
