using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.ProtectedData;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.ProtectedData;

/// <summary>
/// Why text_poke() leaves nothing that could be used again, for any number of CPUs, pages and writes: a CPU that has an entry
/// from an earlier write is behind the generation, and drops it when it loads the temporary mm again.
/// </summary>
public sealed class TextPokeInvariant : Invariant
{
    // The points between taking the page-table lock and giving it back, in the order of the program.
    private static readonly string[] Locked =
    [
        "local_irq_save", "set_pte_at", "loaded_mm = SWITCHING", "cpumask_set_cpu", "read tlb_gen", "load_new_mm_cr3", "loaded_mm",
        "hw_breakpoint_disable", "memcpy", "pte_clear", "unuse_temporary_mm", "loaded_mm = SWITCHING (other)",
        "load_new_mm_cr3 (other)", "loaded_mm (other)", "hw_breakpoint_restore", "inc_mm_tlb_gen", "cpumask_any_but", "return",
    ];

    /// <inheritdoc/>
    public override ImmutableArray<string> Claims =>
        ["RW-POKE:I-RO", "RW-POKE:I-WALIAS", "RW-POKE:I-CTX", "RW-POKE-2CPU-PTL:I-WALIAS"];

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, frame, va) = (i.Sort("cpu"), i.Sort("frame"), Sort.Enum<PokingAddress>());
        var (pte, tlb, writing, generation) = (i["pte"], i["tlb"], i["writing"], i["tlb_gen"]);
        var (context, next) = (i["ctx.tlb_gen"], i["writer.next_tlb_gen"]);
        var page = i.Field("frame");
        Expr At(Expr c, params string[] points) => points.Aggregate((Expr)false, (any, point) => any | Is(i["writer.pc"][c], point));
        Expr From(Expr c, string first, string last) =>
            At(c, Locked[Array.IndexOf(Locked, first)..(Array.IndexOf(Locked, last) + 1)]);
        Expr HasLock(Expr c) => From(c, "local_irq_save", "return");
        Expr HasCr3(Expr c) => From(c, "loaded_mm", "load_new_mm_cr3 (other)");
        Expr HasPte(Expr c) => From(c, "loaded_mm = SWITCHING", "pte_clear");
        void Add(string name, Func<Expr, Expr> holds) => i.Add(name, ForAll(cpu, holds));

        i.Add("nothing has changed", !i["changed_outside"]);
        i.Add("nobody has gone astray", i["stray"].IsNone);
        i.Add("nobody was asked", !i["asked_with_irqs_off"]);

        // One CPU at a time is between the lock and the unlock.
        Add("whoever is there has the lock", c => HasLock(c).Implies(i["ptl"]));
        i.Add("one is there", ForAll(cpu, cpu, (c, d) => c == d | !HasLock(c) | !HasLock(d)));

        // Where a CPU is in its program says what it has loaded.
        Add("a call writes something", c => writing[c].HasValue == !At(c, "text_poke"));
        Add("interrupts are off under the lock", c => i["irqs_off"][c] == (HasLock(c) & !At(c, "local_irq_save")));
        Add("CR3 has the temporary mm around the store", c => Is(i["cr3"][c], "TemporaryMm") == HasCr3(c));
        Add("CR3 has it or the user's mm", c => Is(i["cr3"][c], "UserMm") | Is(i["cr3"][c], "TemporaryMm"));
        Add("others see the temporary mm", c => Is(i["loaded_mm"][c], "TemporaryMm")
            == From(c, "hw_breakpoint_disable", "loaded_mm = SWITCHING (other)"));
        Add("others see the user's mm", c => Is(i["loaded_mm"][c], "UserMm") == (!HasLock(c)
            | From(c, "local_irq_save", "loaded_mm = SWITCHING") | From(c, "hw_breakpoint_restore", "return")));
        Add("the bit is set for the write", c => i["mm_cpumask"][c] == From(c, "read tlb_gen", "unuse_temporary_mm"));
        Add("no watchpoint is armed at the store", c => From(c, "memcpy", "hw_breakpoint_restore").Implies(!i["dr7"][c]));
        Add("the CPU is kept for the flush", c => i["preempt_off"][c] == At(c, "cpumask_any_but"));

        // The PTE is there for the write, and names what is written.
        i.Add("no PTE without the lock", ForAll(va, x => i["ptl"] | pte[x].IsNone));
        i.Add("the PTE is the writer's", ForAll(cpu, va, (c, x) => HasLock(c).Implies(pte[x].HasValue == HasPte(c))));
        i.Add("the PTE names what is written", ForAll(cpu, va, frame, (c, x, f) =>
            (HasPte(c) & pte[x].Value[page] == f).Implies(writing[c] == f)));

        // An entry is that of the write that is under way, or its CPU is behind.
        Add("nobody is ahead", c => context[c].HasValue.Implies(context[c].Value <= generation));
        Add("nobody flushes after the generation is read", c => At(c, "load_new_mm_cr3").Implies(next[c] == generation));
        i.Add("an old entry is behind", ForAll(cpu, va, (c, x) => tlb[c, x].HasValue.Implies(
            From(c, "loaded_mm", "inc_mm_tlb_gen") | context[c].IsNone | context[c].Value < generation)));
        i.Add("a new entry is of what is written", ForAll(cpu, va, frame, (c, x, f) =>
            (HasCr3(c) & tlb[c, x].Value[page] == f).Implies(writing[c] == f)));
    }
}
