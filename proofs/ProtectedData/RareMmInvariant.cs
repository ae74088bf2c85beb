using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.ProtectedData;

/// <summary>
/// Why a permanent alias needs neither lock nor flush, for any number of CPUs and pages: CR3 has rare_mm only while the CPU
/// writes, with interrupts off, and the alias of a page never leads to another.
/// </summary>
public sealed class RareMmInvariant : Invariant
{
    private static readonly string[] Outside = ["rare_write", "local_irq_disable"];

    private static string[] WithCr3 =>
    [
        "loaded_mm", "hw_breakpoint_disable", "copy_to_user (alias)", "unuse_temporary_mm", "loaded_mm = SWITCHING (other)",
        "load_new_mm_cr3 (other)",
    ];

    private static string[] Loaded => WithCr3[1..5];

    private static string[] Left => ["rare_write", "local_irq_disable", "loaded_mm = SWITCHING", "hw_breakpoint_restore", "return"];

    /// <inheritdoc/>
    public override ImmutableArray<string> Claims => ["RW-RAREMM:I-RO", "RW-RAREMM:I-WALIAS", "RW-RAREMM:I-CTX"];

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, frame) = (i.Sort("cpu"), i.Sort("frame"));
        var (pte, tlb, ready, writing) = (i["pte"], i["tlb"], i["wr_ready"], i["writing"]);
        var page = i.Field("frame");
        Expr At(Expr c, params string[] points) => points.Aggregate((Expr)false, (any, point) => any | Is(i["writer.pc"][c], point));
        void Add(string name, Func<Expr, Expr> holds) => i.Add(name, ForAll(cpu, holds));

        i.Add("nothing has changed", !i["changed_outside"]);
        i.Add("nobody has gone astray", i["stray"].IsNone);

        // Where a CPU is in its program says what it has loaded.
        Add("a call writes something", c => writing[c].HasValue == !At(c, "rare_write"));
        Add("a call has found the alias", c => writing[c].HasValue.Implies(ready));
        Add("interrupts are off in a call", c => i["irqs_off"][c] == !At(c, Outside));
        Add("CR3 has rare_mm around the store", c => Is(i["cr3"][c], "TemporaryMm") == At(c, WithCr3));
        Add("CR3 has it or the user's mm", c => Is(i["cr3"][c], "UserMm") | Is(i["cr3"][c], "TemporaryMm"));
        Add("others see rare_mm", c => Is(i["loaded_mm"][c], "TemporaryMm") == At(c, Loaded));
        Add("others see the user's mm", c => Is(i["loaded_mm"][c], "UserMm") == At(c, Left));
        Add("the generation was read", c => At(c, "load_new_mm_cr3").Implies(i["writer.next_tlb_gen"][c].HasValue));
        Add("no watchpoint is armed at the store", c => At(c, WithCr3[2..]).Implies(!i["dr7"][c]));

        // The alias of a page is that of the page, in the page table and in each TLB.
        i.Add("the alias is there", ForAll(frame, f => pte[f].HasValue == ready));
        i.Add("it leads to its page", ForAll(frame, frame, (f, g) => (pte[f].Value[page] == g).Implies(f == g)));
        i.Add("so does what is cached", ForAll(cpu, frame, frame, (c, f, g) => (tlb[c, f].Value[page] == g).Implies(f == g)));
    }
}
