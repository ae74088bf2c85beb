using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.LocalCpu;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.LocalCpu;

/// <summary>
/// The reason why upstream's munmap needs no IPI beyond mm_cpumask, for any number of CPUs, addresses, frames and
/// flushes: a CPU with an entry that outlived its mapping is behind the generation, and compares generations before it
/// can use the entry.
/// </summary>
public sealed class GenerationsInvariant : Invariant
{
    private const string Chosen = "flush_tlb_others or tlb_finish_mmu";

    public override ImmutableArray<string> Claims =>
        ["VL-FULL:I-ENTRY", "VL-FULL:I-USE", "VL-1CPU-AFTER:I-ENTRY", "VL-1CPU-AFTER:I-USE"];

    protected override void Describe(InvariantBuilder i)
    {
        var w = new Words(i.Published<Machine>());
        var spaces = w.Machine.Spaces ?? throw UserErrorException.Absent("the claims are about context switches");
        w.AddHolders(i);
        w.AddMappings(i);
        AddSwitches(i, w.Cpu, spaces);
        AddFlush(i, w, spaces);
        AddEntries(i, w, spaces);
    }

    // Where a CPU is in switch_mm_irqs_off says what its bit, its CR3 and its loaded_mm are.
    private static void AddSwitches(InvariantBuilder i, Sort cpu, AddressSpaces spaces)
    {
        void Add(string name, Func<Expr, Expr> holds) => i.Add(name, ForAll(cpu, holds));
        Expr At(Expr c, params ReadOnlySpan<string> points) => spaces.Switch.At(c, points);
        var (mask, generation) = (spaces.Cpumask, spaces.Generation);
        Add("a switch has interrupts off", c => spaces.HasInterrupts(c) == At(c, "between switches"));
        Add("on the way in the bit is set", c => At(c, "read tlb_gen", "load_new_mm_cr3", "loaded_mm").Implies(mask[c]));
        Add("on the way out it is not", c => At(c, "load_new_mm_cr3 (other)", "loaded_mm (other)").Implies(!mask[c]));
        Add("before CR3 is loaded it has another address space", c =>
            At(c, "read tlb_gen", "load_new_mm_cr3", "loaded_mm (other)").Implies(!spaces.IsWalkable(c)));
        Add("after CR3 is loaded it has this one", c => At(c, "loaded_mm").Implies(spaces.IsWalkable(c)));
        Add("between switches CR3 and loaded_mm agree", c =>
            At(c, "between switches").Implies(spaces.IsWalkable(c) == IsLoaded(spaces, c)));
        Add("between switches a CPU in the address space has its bit", c =>
            (At(c, "between switches") & spaces.IsWalkable(c)).Implies(mask[c]));
        Add("a switch has read a generation before it loads CR3", c => At(c, "load_new_mm_cr3").Implies(spaces.NextGeneration[c].HasValue));
        Add("a generation that was read had been there", c => IsAtMost(spaces.NextGeneration[c], generation));
        Add("a CPU in the address space knows a generation", c => spaces.IsWalkable(c).Implies(spaces.ContextGeneration[c].HasValue));
        Add("no CPU knows a generation that is to come", c => IsAtMost(spaces.ContextGeneration[c], generation));
    }

    // From the new generation on, every CPU that could use an old entry will be interrupted.
    private static void AddFlush(InvariantBuilder i, Words w, AddressSpaces spaces)
    {
        var (cpu, server) = (w.Cpu, w.Machine.Server);
        i.Add("a flush stays on its CPU", ForAll(cpu, cpu, (t, c) => (IsFlushing(w, t) & server.Here(t) == c).Implies(
            spaces.IsPreemptionOff(c) & IsLoaded(spaces, c) & !spaces.IsLazy(c) & spaces.Switch.At(c, "between switches"))));
        i.Add("a flush begins with its own CPU", ForAll(cpu, cpu, (t, c) =>
            (w.Is(t, "mm_cpumask", Chosen, "tlb_finish_mmu") & server.Here(t) == c)
                .Implies(spaces.ContextGeneration[c] == spaces.Generation)));
        w.AddFlushAddress(i, "tlb_finish_mmu");
        i.Add("no CPU in danger is missed", ForAll(cpu, cpu, (t, c) => (IsFlushing(w, t) & IsInDanger(spaces, c)).Implies(
            w.Is(t, "flush_tlb_func_local", "mm_cpumask")
                | (w.Is(t, Chosen) & server.Others[t, c]) | (w.Is(t, "tlb_finish_mmu") & w.IsPending(c)))));
    }

    // An entry is that of the mapping at its address, or its CPU is behind and has to compare first.
    private static void AddEntries(InvariantBuilder i, Words w, AddressSpaces spaces)
    {
        var (cpu, va, frame) = (w.Cpu, w.Va, w.Frame);
        var (known, next, generation) = (spaces.ContextGeneration, spaces.NextGeneration, spaces.Generation);
        i.Add("no access has gone wrong", w.Machine.Victim.IsNone);
        i.Add("a CPU with entries knows a generation", ForAll(cpu, va, (c, x) => w.Tlb(c, x).HasValue.Implies(known[c].HasValue)));
        i.Add("an entry of what is being unmapped is from before", ForAll(cpu, cpu, va, (t, c, x) =>
            (IsFlushing(w, t) & w.At(t) == x & w.Tlb(c, x).HasValue).Implies(IsBehind(spaces, c))));

        void Outlived(string how, Func<Expr, Expr, Expr> has)
        {
            i.Add($"a CPU with {how} is behind, and cannot use it", ForAll(cpu, va, (c, x) =>
                has(c, x).Implies(IsBehind(spaces, c) & !CanUse(spaces, c))));
            i.Add($"a CPU with {how} is behind by two in a flush", ForAll(cpu, cpu, va, (t, c, x) =>
                (has(c, x) & IsFlushing(w, t)).Implies(known[c].HasValue & known[c].Value + 1 < generation)));
            i.Add($"a CPU with {how} will compare before it loads CR3", ForAll(cpu, va, (c, x) =>
                (has(c, x) & spaces.Switch.At(c, "load_new_mm_cr3"))
                    .Implies(known[c].HasValue & next[c].HasValue & known[c].Value < next[c].Value)));
        }

        Outlived("a stale entry", (c, x) => w.IsStale(w.Tlb(c, x)));
        Outlived("an entry of an address without a holder", (c, x) => w.Tlb(c, x).HasValue & w.Holder(x).IsNone);
        Outlived("an entry of an earlier mapping", (c, x) => Exists(cpu, frame, (t, f) =>
            w.Names(w.Tlb(c, x), f) & w.Holder(x) == t & w.Buffer(t) != f));
    }

    private static Expr IsFlushing(Words w, Expr t) => w.Is(t, "flush_tlb_func_local", "mm_cpumask", Chosen, "tlb_finish_mmu");

    private static Expr IsLoaded(AddressSpaces spaces, Expr c) => spaces.SeemsLoaded(c, countsSwitching: false);

    private static Expr IsAtMost(Expr option, Expr generation) => option.HasValue.Implies(option.Value <= generation);

    private static Expr IsBehind(AddressSpaces spaces, Expr c) =>
        spaces.ContextGeneration[c].HasValue & spaces.ContextGeneration[c].Value < spaces.Generation;

    private static Expr CanUse(AddressSpaces spaces, Expr c) =>
        spaces.IsWalkable(c) & !(!spaces.HasInterrupts(c) & !spaces.Cpumask[c]);

    private static Expr IsInDanger(AddressSpaces spaces, Expr c) => (CanUse(spaces, c) & IsBehind(spaces, c))
        | (spaces.Switch.At(c, "load_new_mm_cr3") & spaces.NextGeneration[c].HasValue
            & spaces.NextGeneration[c].Value < spaces.Generation);
}
