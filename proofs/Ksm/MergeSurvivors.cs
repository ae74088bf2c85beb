using System.Collections.Immutable;
using Verify.Models.Ksm;

namespace Verify.Proofs.Ksm;

/// <summary>The parts that no claim about merges of anonymous pages needs.</summary>
public sealed class AnonymousKsmSurvivors() : SurvivorReasons(new AnonymousKsm())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.MoreFlushed,
            "ksmd.flush_tlb_page: flush_va[Ksmd] := ksmd.address",
            "madvise.flush_tlb_page: flush_va[Advice] := madvise.address",
            "write protection.flush_tlb_page: flush_va[Protection] := write protection.address"),
        Because(CommonReasons.NextFlush,
            "madvise.flush is complete: flush_va[Advice] := None",
            "write protection.flush is complete: flush_va[Protection] := None"),
        Because(CommonReasons.FlushUnasked, "flush_tlb_func: pending[flusher][cpu]"),
        Because(CommonReasons.WalkAgain, "speculative walk: !tlb[cpu][va].HasValue"),
        Because(CommonReasons.OtherFill, "speculative walk: tlb[cpu][va] := pte[va]"),
        Because("ksmd keeps the lock and the pages that it has found pinned: others wait for good, which is fewer runs. That it gives back "
            + "what it has taken is asked without pins.",
            "ksmd.set_pte_at (restored): ptl := None",
            "ksmd.set_pte_at (restored): folio := None",
            "ksmd.set_pte_at (restored): kfolio := None"),
        Because("The reference leaks: the page is neither merged nor used again.",
            "direct I/O.pte_val(pte) == pte_val(*ptep): pin := None if…",
            "direct I/O.unpin_user_page: pin := None"),
        Because("The second look at the PTE asks the same.",
            "direct I/O.gup_fast_pte_range: pte[va].Value.frame == frame",
            "direct I/O.gup_fast_pte_range: pte[va].Value.writable"),
        Because("While ksmd holds the lock, the PTE is there until ksmd clears it, as if the call had come before the lock, and stays "
            + "only if it is read-only, clean and not exclusive.",
            "madvise.madvise_free_pte_range: !(ptl == Some(va))",
            "write protection.change_pte_range (uffd-wp): !(ptl == Some(va))",
            "write protection.clear_soft_dirty: !(ptl == Some(va))"),
        Because("The fault changes nothing and comes again: no claim asks that it ends.",
            "do_wp_page (wp_page_reuse): pte[va].Value.writable := true"),
        Because("The fault copies a page that it could reuse.",
            "do_wp_page (wp_page_copy): !((all false)[pte[va].Value.frame] |…"),
        Because("What is still to be copied then is a page that is mapped read-only: the one that ksmd write-protects. pte_same finds that "
            + "its PTE has changed.",
            "do_wp_page (wp_page_copy): !(kfolio == Some(frame))"),
        Because("A store is lost only if neither call has flushed: the flush of the other one drops the entry.",
            "madvise.flush_tlb_page: pending[Advice][each cpu] := true",
            "write protection.flush_tlb_page: pending[Protection][each cpu] := true",
            "write protection.flush is complete: ForAll cpu: cpu. !pending[Protection][cpu]"),
        Because("In 6.19 ksmd flushes each page that is exclusive, whether or not another call has write-protected it.",
            "write protection.change_pte_range (uffd-wp): pte[va].Value.writable := false"),
        Because("The claim is refuted by a run in which nothing comes between the two steps.",
            "ksmd.ptep_clear_flush: ptl := ksmd.address"),
    ];
}
