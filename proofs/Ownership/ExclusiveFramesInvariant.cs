using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Ownership;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.Ownership;

/// <summary>
/// Why a flush of all CPUs is enough, for any number of CPUs and pages: an address of a page of user space is valid only while
/// some CPU has the page mapped, and cached only while some CPU has it mapped or is about to have it dropped.
/// </summary>
public sealed class ExclusiveFramesInvariant : Invariant
{
    private const string Idle = "xpfo_alloc_pages or kmap_atomic";

    private static readonly string[] Allocating =
        ["set_kpte (unmap)", "flush_tlb_func_local", "flush_tlb_others", "flush is complete", "alloc_pages returns"];

    private static readonly string[] Unmapping =
        ["flush_tlb_func_local'2", "flush_tlb_others'2", "flush is complete'2", "kunmap_atomic returns"];

    private static readonly string[] Mapped = ["load/store", "atomic_dec_return"];

    private static readonly string[] Using = ["xpfo_kmap", .. Mapped, "atomic_read", .. Unmapping];

    public override ImmutableArray<string> Claims =>
        ["XP-SYNC:I-XPFO-CLOSED", "XP-SYNC:I-RET2DIR", "XP-SYNC:I-KMAP"];

    protected override void Describe(InvariantBuilder i)
    {
        var s = i.Published<Xpfo.Parts>();
        var (cpu, frame, flush) = (s.Cpu, s.Frame, s.Shootdown);
        Expr At(Expr c, params string[] points) => s.Kernel.At(c, points);
        Expr Pte(Expr f) => s.Pages.Shared(f);
        Expr IsAt(Expr c, Expr f, params string[] points) => s.Reference[c] == f & At(c, points);
        void Of(string name, Func<Expr, Expr, Expr> holds) => i.Add(name, ForAll(cpu, frame, holds));

        i.Add("no kernel code is misled", !s.Hijacked);
        i.Add("nothing has faulted", !s.Faulted);

        // Where a CPU is in its program says what it has, and what the page is.
        i.Add("a call has a page", ForAll(cpu, c => s.Reference[c].HasValue == !At(c, Idle)));
        Of("a page that is being allocated is nobody's", (c, f) => IsAt(c, f, Allocating).Implies(s.Use[f] == PageUse.Allocated));
        Of("a page that is mapped is user space's", (c, f) => IsAt(c, f, Using).Implies(s.Use[f] == PageUse.User));
        i.Add("one CPU allocates it", ForAll(cpu, cpu, frame, (c, d, f) =>
            (IsAt(c, f, Allocating) & s.Reference[d] == f).Implies(c == d)));
        Of("the count says who has it mapped", (c, f) => s.Mapped[f, c] == IsAt(c, f, Mapped));
        i.Add("nothing is user space's at boot", ForAll(frame, f => s.Ready | s.Use[f] == PageUse.Kernel));

        // A flush that is under way is that of the page.
        i.Add("a flush has an address", ForAll(cpu, c => At(c, "flush is complete", "flush is complete'2")
            .Implies(flush.Address(c) == s.Reference[c])));
        i.Add("a flush is awaited", ForAll(cpu, cpu, (c, d) => flush.IsPending(c, d)
            .Implies(c != d & At(c, "flush is complete", "flush is complete'2"))));

        // The PTE.
        i.Add("the kernel's pages are mapped", ForAll(frame, f => (s.Ready & s.Use[f] == PageUse.Kernel).Implies(Pte(f).HasValue)));
        Of("so is what a CPU has mapped", (c, f) => s.Mapped[f, c].Implies(Pte(f).HasValue));
        Of("a page that was taken out is out", (c, f) => IsAt(c, f, Allocating[1..]).Implies(Pte(f).IsNone));
        i.Add("a page is in only if somebody has it mapped", ForAll(frame, f =>
            (s.Use[f] == PageUse.User & Pte(f).HasValue).Implies(Exists(cpu, c => IsAt(c, f, [.. Mapped, "atomic_read"])))));

        // What is cached of a page that is out will be dropped by a flush that is under way.
        i.Add("what is cached will be dropped", ForAll(cpu, frame, (d, f) =>
            (s.Tlb[d, f].HasValue & Pte(f).IsNone).Implies(Exists(cpu, c =>
                IsAt(c, f, "flush_tlb_func_local", "flush_tlb_func_local'2")
                | (IsAt(c, f, "flush_tlb_others", "flush_tlb_others'2") & c != d)
                | (s.Reference[c] == f & flush.IsPending(c, d))))));
    }
}
