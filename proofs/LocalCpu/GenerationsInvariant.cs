using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
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

    /// <inheritdoc/>
    public override ImmutableArray<string> Claims =>
        ["VL-FULL:I-ENTRY", "VL-FULL:I-USE", "VL-1CPU-AFTER:I-ENTRY", "VL-1CPU-AFTER:I-USE"];

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var w = new Words(i);
        AddThreads(i, w);
        AddSwitches(i, w);
        AddFlush(i, w);
        AddEntries(i, w);
    }

    // A thread has one address and one buffer from the insert to the end of its munmap, and one thread unmaps at a
    // time.
    private static void AddThreads(InvariantBuilder i, Words w)
    {
        var (cpu, va, frame) = (w.Cpu, w.Va, w.Frame);
        i.Add("waiting has no address", ForAll(cpu, t => w.At[t].IsNone == w.Is(t, "waiting")));
        i.Add("a mapping has a buffer", ForAll(cpu, t => w.At[t].HasValue.Implies(w.Buffer[t].HasValue)));
        i.Add("the holder is there", ForAll(va, cpu, (x, t) => (w.Vma[x] == t).Implies(w.At[t] == x)));
        i.Add("there is the holder", ForAll(va, cpu, (x, t) => (w.At[t] == x).Implies(w.Vma[x] == t)));
        i.Add("a buffer is a buffer", ForAll(cpu, frame, (t, f) => (w.Buffer[t] == f).Implies(Is(i["owner"][f], "AppBuf"))));
        i.Add("mapped has a holder", ForAll(va, x => w.Pte[x].HasValue.Implies(w.Vma[x].HasValue)));
        i.Add("mapped is served", ForAll(va, cpu, (x, t) => (w.Pte[x].HasValue & w.Vma[x] == t).Implies(w.Is(t, "serving"))));
        i.Add("mapped is its buffer", ForAll(va, cpu, frame, (x, t, f) =>
            (w.Names(w.Pte[x], f) & w.Vma[x] == t).Implies(w.Buffer[t] == f)));
        i.Add("no PTE is stale", ForAll(va, x => !w.IsStale(w.Pte[x])));
        i.Add("unmapping has the lock", ForAll(cpu, t => w.IsUnmapping(t).Implies(i["mmap_lock"])));
        i.Add("one is unmapping", ForAll(cpu, cpu, (t, u) => t == u | !(w.IsUnmapping(t) & w.IsUnmapping(u))));
    }

    // The position of a CPU in switch_mm_irqs_off determines its bit, its CR3 and its loaded_mm.
    private static void AddSwitches(InvariantBuilder i, Words w)
    {
        void Add(string name, Func<Expr, Expr> holds) => i.Add(name, ForAll(w.Cpu, holds));
        Add("a switch has interrupts off", c => i["irqs_off"][c] == !w.Switches(c, "between switches"));
        Add("on the way in the bit is set", c => w.Switches(c, "read tlb_gen", "load_new_mm_cr3", "loaded_mm").Implies(w.Mask[c]));
        Add("on the way out it is not", c => w.Switches(c, "load_new_mm_cr3 (other)", "loaded_mm (other)").Implies(!w.Mask[c]));
        Add("before CR3 is loaded", c => w.Switches(c, "read tlb_gen", "load_new_mm_cr3", "loaded_mm (other)").Implies(!w.HasCr3(c)));
        Add("after CR3 is loaded", c => w.Switches(c, "loaded_mm").Implies(w.HasCr3(c)));
        Add("between switches", c => w.Switches(c, "between switches").Implies(w.HasCr3(c) == w.IsLoaded(c)));
        Add("the bit between switches", c => (w.Switches(c, "between switches") & w.HasCr3(c)).Implies(w.Mask[c]));
        Add("what was read", c => w.Switches(c, "load_new_mm_cr3").Implies(w.Next[c].HasValue));
        Add("what was read was there", c => w.Next[c].HasValue.Implies(w.Next[c].Value <= w.Gen));
        Add("a CPU knows a generation", c => w.HasCr3(c).Implies(w.Context[c].HasValue));
        Add("it is not ahead", c => w.Context[c].HasValue.Implies(w.Context[c].Value <= w.Gen));
    }

    // After the generation has increased, every CPU that could use an old entry will be interrupted.
    private static void AddFlush(InvariantBuilder i, Words w)
    {
        var cpu = w.Cpu;
        i.Add("a flush stays on its CPU", ForAll(cpu, cpu, (t, h) => (w.IsFlushing(t) & w.Here(t) == h).Implies(
            i["preempt_off"][h] & w.IsLoaded(h) & !i["is_lazy"][h] & w.Switches(h, "between switches"))));
        i.Add("the own TLB is flushed", ForAll(cpu, cpu, (t, h) =>
            (w.Is(t, "mm_cpumask", Chosen, "tlb_finish_mmu") & w.Here(t) == h).Implies(w.Context[h] == w.Gen)));
        i.Add("the address of the flush", ForAll(cpu, w.Va, (t, x) =>
            (w.Is(t, "tlb_finish_mmu") & w.At[t] == x).Implies(i["flush_va"] == x)));
        i.Add("no address before", ForAll(cpu, t =>
            (w.IsUnmapping(t) & !w.Is(t, "tlb_finish_mmu")).Implies(i["flush_va"].IsNone)));
        i.Add("no address without", (!i["mmap_lock"]).Implies(i["flush_va"].IsNone));
        i.Add("nobody is missed", ForAll(cpu, cpu, (t, d) => (w.IsFlushing(t) & w.IsInDanger(d)).Implies(
            w.Is(t, "flush_tlb_func_local", "mm_cpumask")
                | (w.Is(t, Chosen) & i["zt.others"][t, d]) | (w.Is(t, "tlb_finish_mmu") & i["pending"][d]))));
    }

    // An entry matches the mapping at its address, or its CPU is behind and has to compare generations first.
    private static void AddEntries(InvariantBuilder i, Words w)
    {
        var (cpu, va, frame) = (w.Cpu, w.Va, w.Frame);
        i.Add("no access goes wrong", i["stale_access_to"].IsNone);
        i.Add("a CPU with entries knows a generation", ForAll(cpu, va, (d, x) =>
            w.Tlb[d, x].HasValue.Implies(w.Context[d].HasValue)));
        i.Add("the old entry is from before", ForAll(cpu, cpu, va, (t, d, x) =>
            (w.IsFlushing(t) & w.At[t] == x & w.Tlb[d, x].HasValue).Implies(w.IsBehind(d))));

        void Outlived(string how, Func<Expr, Expr, Expr> has)
        {
            i.Add($"{how} is behind", ForAll(cpu, va, (d, x) => has(d, x).Implies(w.IsBehind(d) & !w.CanUse(d))));
            i.Add($"{how} is behind by two in a flush", ForAll(cpu, cpu, va, (t, d, x) =>
                (has(d, x) & w.IsFlushing(t)).Implies(w.Context[d].HasValue & w.Context[d].Value + 1 < w.Gen)));
            i.Add($"{how} will be compared", ForAll(cpu, va, (d, x) => (has(d, x) & w.Switches(d, "load_new_mm_cr3"))
                .Implies(w.Context[d].HasValue & w.Next[d].HasValue & w.Context[d].Value < w.Next[d].Value)));
        }

        Outlived("stale", (d, x) => w.IsStale(w.Tlb[d, x]));
        Outlived("unmapped", (d, x) => w.Tlb[d, x].HasValue & w.Vma[x].IsNone);
        Outlived("another mapping's", (d, x) => Exists(cpu, frame, (t, f) =>
            w.Names(w.Tlb[d, x], f) & w.Vma[x] == t & w.Buffer[t] != f));
    }

    private sealed class Words(InvariantBuilder i)
    {
        private readonly Field stale = i.Field("stale");
        private readonly Field named = i.Field("frame");
        private readonly bool isPinned = i.Model.Variables.All(variable => variable.Name != "moved_to");

        public Sort Cpu { get; } = i.Sort("cpu");

        public Sort Va { get; } = i.Sort("va");

        public Sort Frame { get; } = i.Sort("frame");

        public Expr Pte { get; } = i["pte"];

        public Expr Tlb { get; } = i["tlb"];

        public Expr Vma { get; } = i["vma"];

        public Expr Mask { get; } = i["mm_cpumask"];

        public Expr Gen { get; } = i["tlb_gen"];

        public Expr Context { get; } = i["ctx.tlb_gen"];

        public Expr Next { get; } = i["switch.next_tlb_gen"];

        public Expr At { get; } = i["zt.at"];

        public Expr Buffer { get; } = i["zt.buffer"];

        public Expr Is(Expr t, params ReadOnlySpan<string> steps) => Invariant.Is(i["zt.pc"][t], steps);

        public Expr Switches(Expr c, params ReadOnlySpan<string> steps) => Invariant.Is(i["switch.pc"][c], steps);

        public Expr IsUnmapping(Expr t) => !Is(t, "waiting", "serving");

        public Expr IsFlushing(Expr t) => Is(t, "flush_tlb_func_local", "mm_cpumask", Chosen, "tlb_finish_mmu");

        public Expr IsStale(Expr entry) => entry.HasValue & entry.Value[stale];

        public Expr Names(Expr entry, Expr f) => entry.HasValue & entry.Value[named] == f;

        public Expr Here(Expr t) => isPinned ? t : If(i["moved_to"][t].HasValue, i["moved_to"][t].Value, t);

        public Expr HasCr3(Expr c) => Invariant.Is(i["cr3"][c], "User");

        public Expr IsLoaded(Expr c) => Invariant.Is(i["loaded_mm"][c], "User");

        public Expr IsBehind(Expr c) => Context[c].HasValue & Context[c].Value < Gen;

        public Expr CanUse(Expr c) => HasCr3(c) & !(i["irqs_off"][c] & !Mask[c]);

        public Expr IsInDanger(Expr d) => (CanUse(d) & IsBehind(d))
            | (Switches(d, "load_new_mm_cr3") & Next[d].HasValue & Next[d].Value < Gen);
    }
}
