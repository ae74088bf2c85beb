using System.Collections.Immutable;
using Verify.Models.Munmap;

namespace Verify.Proofs.Munmap;

/// <summary>The parts that no claim about mmu_gather needs.</summary>
public sealed class MmuGatherSurvivors() : SurvivorReasons(new MmuGather())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.LockStays, "munmap.tlb_finish_mmu: mmap_lock := None"),
        Because(CommonReasons.WalkAgain, "speculative walk: !tlb[cpu][va].HasValue"),
        Because(CommonReasons.Leak, "__free_pages: owner[frame] := Free"),
        Because("Where pages are freed first, the claims are refuted by one that is freed in its turn.",
            "munmap.pages are freed: mmap_lock == Some(cpu)",
            "munmap.pages are freed: ForAll va: va. !munmap.batch[cpu][va].HasValue"),
        Because("The walk comes to an address twice, and promises twice that what is cached there goes.",
            "madvise.pte_none: !madvise.passed[cpu][va]"),
        Because(CommonReasons.NothingToDo,
            "madvise.mm_tlb_flush_nested: Exists va: va. madvise.passed[cpu][va]",
            "madvise.tlb_finish_mmu: Exists va: va. madvise.passed[cpu][va]"),
        Because(CommonReasons.FlushAnyway,
            "madvise.flush_tlb_func_local: madvise.must_flush[cpu]",
            "madvise.TLBI VAE1IS: madvise.must_flush[cpu]"),
    ];
}

/// <summary>The parts that no claim about the levels of a flush needs.</summary>
public sealed class GatherLevelsSurvivors() : SurvivorReasons(new GatherLevels())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.NothingToDo, "process.tlb_gather_mmu: pmd.HasValue"),
        Because("x86 drops upper levels with every flush: nothing reads what this one is for.",
            "process.flush_tlb_others: flush_freed_tables[cpu] := true",
            "process.flush_tlb_others: flush_freed_tables[cpu] := process.freed_tables[cpu]"),
        Because("The next flush writes anew which levels it is for.",
            "process.flush is complete: flush_freed_tables[cpu] := false"),
        Because("The madvise has freed no table itself, and who has freed one flushes all levels.",
            "process.TLBI VAE1IS: flush_freed_tables[cpu] := true"),
        Because("The VMA is not mapped again: fewer runs.", "process.tlb_finish_mmu: vma_is_detached := false"),
        Because("The table that comes meanwhile maps nothing until the munmap has ended, and has a frame of its own.",
            "__pte_alloc: !vma_is_detached"),
        Because(CommonReasons.Leak, "__free_pages: owner[frame] := Free"),
    ];
}

/// <summary>The parts that no claim about walks without a lock needs.</summary>
public sealed class LocklessWalkSurvivors() : SurvivorReasons(new LocklessWalk())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("The fault may as well come on another CPU.", "do_anonymous_page: !irqs_off[cpu]"),
        Because(CommonReasons.LockStays,
            "process.tlb_batch_pages_flush: mmap_lock := false",
            "process.__tlb_remove_table: mmap_lock := false",
            "process.call_rcu: mmap_lock := false",
            "process.pmd_populate (pinned): mmap_lock := false"),
        Because("The CPU keeps interrupts off, or the grace period does not end: fewer runs.",
            "process.local_irq_restore (fall back): irqs_off[cpu] := false",
            "process.local_irq_restore (fall back): grace_waits_for[cpu] := false",
            "process.local_irq_restore: grace_waits_for[cpu] := false"),
        Because("The queued table is past its grace period then, and may be freed later.",
            "process.tlb_remove_table_sync_one: !rcu_table.HasValue"),
        Because("What GUP-fast has read of a PTE is read again before it counts; without that the claims are refuted by a page that "
            + "munmap frees.",
            "process.try_grab_folio_fast: gup.pte[cpu].Value.stale := false if…",
            "process.gup_put_folio: gup.pte[each cpu].Value.stale := true if…",
            "process.unpin_user_page: gup.pte[each cpu].Value.stale := true if…"),
        Because("It is stale since khugepaged has found the page unpinned.",
            "process.free_folio_and_swap_cache: gup.pte[each cpu].Value.stale := true if…"),
        Because("The huge page, which is never accessed here, stays, or has a page table beside it.",
            "process.zap_huge_pmd: deposited_table := None",
            "__pte_alloc: !deposited_table.HasValue"),
        Because(CommonReasons.Leak, "__free_pages: owner[frame] := Free"),
    ];
}
