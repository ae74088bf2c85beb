using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Ksm;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.Ksm;

/// <summary>
/// Why a merge loses no store, for any number of CPUs, pages and frames: a page that can be stored to is exclusive, an exclusive
/// page has one address, and the pages that are compared are not exclusive.
/// </summary>
public sealed class MergeInvariant : Invariant
{
    private static readonly string[] Idle = ["folio_trylock"];
    private static readonly string[] Test = ["pte_write, pte_dirty, anon_exclusive, mm_tlb_flush_pending"];
    private static readonly string[] Sent = ["flush is complete", "flush is complete'2"];

    private static string[] Protecting => ["flush_tlb_page", "flush is complete", "set_pte_at (write-protected)"];

    private static string[] Replacing => ["flush_tlb_page'2", "flush is complete'2", "set_pte_at (kpage)"];

    private static string[] Window => [.. Protecting, .. Replacing];

    private static string[] Flushed => ["set_pte_at (write-protected)", "set_pte_at (kpage)"];

    private static string[] Compared => ["pte_same", .. Replacing];

    private static string[] Protected =>
        ["page_vma_mapped_walk_done", "kfolio", "folio_set_stable_node", "pages_identical", .. Compared];

    public override ImmutableArray<string> Claims => ["KS-BASE:I-LOST", "KS-BASE:I-ISO"];

    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, va, frame) = (i.Sort("cpu"), i.Sort("va"), i.Sort("frame"));
        var (pte, tlb, content, exclusive) = (i["pte"], i["tlb"], i["content"], i["anon_exclusive"]);
        var (ptl, folio, merged, stable) = (i["ptl"], i["folio"], i["kfolio"], i["stable_node"]);
        var (expectsOwn, address, entry) = (i["expects_own"], i["ksmd.address"], i["ksmd.entry"]);
        var (pending, target) = (i["pending"], i["flush_va"][Flusher.Ksmd]);
        var (page, writable) = (i.Field("frame"), i.Field("writable"));
        Expr At(params string[] points) => points.Aggregate((Expr)false, (any, point) => any | Is(i["ksmd.pc"], point));
        Expr Names(Expr option, Expr f) => option.HasValue & option.Value[page] == f;
        Expr Allows(Expr option, Expr f) => Names(option, f) & option.Value[writable];
        Expr IsFlushed(Expr x) => At(Window) & address == x;

        // While ksmd has cleared the PTE of an address, its page still belongs to the address.
        Expr Has(Expr x, Expr f) => Names(pte[x], f) | (IsFlushed(x) & folio == f);

        i.Add("an address has what was stored there", ForAll(va, frame, (x, f) =>
            Has(x, f).Implies((content[f].IsNone & !expectsOwn[x]) | (content[f] == x & expectsOwn[x]))));
        i.Add("a TLB has no other page", ForAll(cpu, va, frame, (c, x, f) => Names(tlb[c, x], f).Implies(Has(x, f))));
        i.Add("a page that a TLB can store to is exclusive", ForAll(cpu, va, frame, (c, x, f) =>
            Allows(tlb[c, x], f).Implies(exclusive[f])));
        i.Add("a page that a PTE can store to is exclusive", ForAll(va, frame, (x, f) => Allows(pte[x], f).Implies(exclusive[f])));
        i.Add("an exclusive page has one address", ForAll(va, va, frame, (x, y, f) =>
            (exclusive[f] & Has(x, f) & Has(y, f)).Implies(x == y)));
        i.Add("a page of two addresses is the KSM page", ForAll(va, va, frame, (x, y, f) =>
            (Has(x, f) & Has(y, f) & x != y).Implies(stable == f)));
        i.Add("the KSM page is not exclusive", ForAll(frame, f => (stable == f).Implies(!exclusive[f])));
        i.Add("an address without a page has stored nothing", ForAll(va, x =>
            (pte[x].IsNone & !IsFlushed(x)).Implies(!expectsOwn[x])));

        // The steps of ksmd.
        i.Add("ksmd at work has a page", !At(Idle) == folio.HasValue & folio.HasValue.Implies(address.HasValue));
        i.Add("ksmd at rest has no KSM page", At(Idle).Implies(merged.IsNone));
        i.Add("ksmd merges with the KSM page", merged.HasValue.Implies(merged == stable));
        i.Add("it merges with something", At("pages_identical", "folio_put", "folio_unlock'2", "folio_unlock'3").Implies(merged.HasValue)
            & At(Compared).Implies(merged.HasValue));
        i.Add("it makes a KSM page where there is none", At("folio_set_stable_node").Implies(merged.IsNone));
        i.Add("the page is another one", ForAll(frame, f => (folio == f).Implies(stable != f)));
        i.Add("without a KSM page none is in use", ForAll(va, frame, (x, f) =>
            (!At(Idle) & merged.IsNone & stable == f).Implies(!Has(x, f))));
        i.Add("the lock is held while the PTE is tested or cleared",
            If(At([.. Test, "page_vma_mapped_walk_done", .. Window]), ptl == address, ptl.IsNone));
        i.Add("the PTE is there while it is tested", ForAll(va, x =>
            (At([.. Test, "page_vma_mapped_walk_done"]) & address == x).Implies(pte[x].HasValue & folio == Some(pte[x].Value[page]))));
        i.Add("the PTE is cleared until it is set", ForAll(va, x => IsFlushed(x).Implies(pte[x].IsNone)));
        i.Add("what was cleared is kept", At(Protecting).Implies(entry.HasValue & folio == Some(entry.Value[page])));
        i.Add("a protected page is not exclusive", ForAll(frame, f => (At(Protected) & folio == f).Implies(!exclusive[f])));
        i.Add("what was compared is equal", ForAll(frame, frame, (f, g) =>
            (At(Compared) & folio == f & merged == g).Implies(content[f] == content[g])));
        i.Add("a flush is for the address", At(Sent).Implies(target == address));
        i.Add("only a flush is pending", ForAll(cpu, c => pending[Flusher.Ksmd, c].Implies(At(Sent))));
        i.Add("nothing else flushes", ForAll(cpu, c => !pending[Flusher.Advice, c] & !pending[Flusher.Protection, c]));
        i.Add("an answer has dropped the entry", ForAll(cpu, va, (c, x) =>
            (address == x & ((At(Sent) & !pending[Flusher.Ksmd, c]) | At(Flushed))).Implies(tlb[c, x].IsNone)));
    }
}
