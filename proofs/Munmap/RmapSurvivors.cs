using System.Collections.Immutable;
using Verify.Models.Munmap;

namespace Verify.Proofs.Munmap;

/// <summary>The parts that no claim about batches of reclaim needs.</summary>
public sealed class BatchedUnmapSurvivors() : SurvivorReasons(new BatchedUnmap())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("The VMA may then be writable again before mprotect(PROT_READ) returns. The entries from before are gone all the same.",
            "process.mprotect(PROT_READ | PROT_WRITE): !mmap_lock"),
        Because(CommonReasons.MoreFlushed,
            "process.flush_tlb_others: flush_va[cpu] := process.address[cpu]",
            "process.TLBI VAE1IS: flush_va[cpu] := process.address[cpu]"),
        Because(CommonReasons.NextFlush, "process.flush is complete: flush_va[cpu] := None"),
        Because(CommonReasons.FlushAnyway,
            "process.flush_tlb_func_local: process.has_changed[cpu]",
            "process.TLBI VAE1IS: process.has_changed[cpu]"),
        Because("The counts stay apart, and the next mprotect flushes once more.",
            "process.cmpxchg tlb_flush_batched: tlb_flush_batched.flushed := tlb_flush_batched.pending if…"),
        Because("A PTE that was write-protected stays so until it is cleared: fewer stores.",
            "wp_page_reuse: pte[va].Value.writable := true"),
        Because(CommonReasons.WalkAgain, "speculative walk: !tlb[cpu][va].HasValue"),
        Because(CommonReasons.OtherFill, "speculative walk: tlb[cpu][va] := pte[va]"),
        Because("No claim asks whether a page is dirty, and a store marks its own entry.", "store: pte[va].Value.dirty := true if…"),
        Because(CommonReasons.FlushUnasked,
            "flush_tlb_func: pending[cpu2][cpu]",
            "TLBI completes: pending[cpu2][cpu]"),
        Because(CommonReasons.Leak, "__free_pages: owner[frame] := Free"),
    ];
}

/// <summary>The parts that no claim about delayed rmap needs.</summary>
public sealed class DelayedRmapSurvivors() : SurvivorReasons(new DelayedRmap())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("A clean page is then taken for dirty: it is written once more.",
            "process.zap_pte_range (dirty): pte[va].Value.dirty",
            "process.folio_lock: folio_dirty[frame]"),
        Because("A clean PTE can be zapped under writeback's hands, which has the page locked: it is neither dropped nor mapped again "
            + "until it is written.",
            "process.zap_pte_range (clean): !ptl",
            "process.page_mkclean_one: ptl := true"),
        Because("The page keeps its rmap, or is not read again: fewer runs.",
            "process.tlb_flush_rmaps: folio_mapped[process.gathered[cpu].Value] := false",
            "filemap_read_folio: owner[frame] := PageCache"),
        Because(CommonReasons.WalkAgain, "speculative walk: !tlb[cpu][va].HasValue"),
        Because(CommonReasons.OtherFill, "store: tlb[cpu][va] := Some(translation(…"),
        Because(CommonReasons.FlushUnasked,
            "flush_tlb_func: pending[cpu2][cpu]",
            "TLBI completes: pending[cpu2][cpu]"),
    ];
}

/// <summary>The parts that no claim about moved PTEs needs.</summary>
public sealed class MremapSurvivors() : SurvivorReasons(new Mremap())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("mremap then moves an empty PTE, and leaves its VMA behind.", "process.copy_vma: pte[va].HasValue"),
        Because("A clean page is then written once more.", "process.folio_lock: folio_dirty[frame]"),
        Because("Who takes the rmap locks takes the page-table locks too, and these keep ftruncate away.",
            "process.ftruncate: zap_pte_range: !i_mmap_write"),
        Because("The lock of the old table is not needed where the new VMA comes later, or the rmap locks are held: "
            + "B-MREMAP/old-lock:I-LOST.",
            "process.pte_offset_map_lock: !ptl[process.old_addr[cpu].Value]"),
        Because("Writeback comes to a PTE twice, or early, or where no VMA is. It finds it all the same; the order is for addresses "
            + "where it finds nothing.",
            "process.page_mkclean_one: !process.passed[cpu][va]",
            "process.page_mkclean_one: !copied_from[va].HasValue | …",
            "process.page_mkclean_one (pte_none): vma[va]"),
        Because("What mremap or ftruncate takes away under writeback's hands is clean and write-protected already.",
            "process.page_mkclean_one: ptl[va] := true"),
        Because(CommonReasons.MoreFlushed,
            "process.flush_tlb_others: flush_va[cpu] := …",
            "process.TLBI VAE1IS: flush_va[cpu] := …"),
        Because(CommonReasons.NextFlush, "process.flush is complete: flush_va[cpu] := None"),
        Because("The page is not used again, or is taken for dirty when it is: fewer runs.",
            "process.tlb_finish_mmu: owner[process.page[cpu].Value] := Free",
            "process.tlb_finish_mmu: folio_dirty[process.page[cpu].Value] := false",
            "__remove_mapping: owner[frame] := Free",
            "filemap_read_folio: owner[frame] := PageCache"),
        Because(CommonReasons.LockStays,
            "process.i_mmap_unlock_read: i_mmap_read[cpu] := false",
            "process.tlb_finish_mmu: folio_locked[process.page[cpu].Value] := false",
            "process.page_vma_mapped_walk_done: ptl[process.at[cpu].Value] := false",
            "process.mremap returns: mmap_lock := false",
            "process.spin_unlock (early): ptl[process.old_addr[cpu].Value] := false"),
        Because("A VMA that leaves i_mmap has no PTE any more.", "process.mremap returns: ForAll cpu2: cpu. !i_mmap_read[cpu2]"),
        Because("There is one more VMA to map the page in, which is mapped once at a time.",
            "process.mremap returns: vma[process.old_addr[cpu].Value] := false",
            "mmap: !(Exists va2: va. vma[va2])"),
        Because("Each of two VMAs then comes after the other: writeback waits for good, which is fewer runs.",
            "process.mremap returns: copied_from[each va] := None if…"),
        Because(CommonReasons.OtherFill,
            "speculative walk: tlb[cpu][va] := pte[va]",
            "store: tlb[cpu][va] := Some(translation(…"),
    ];
}
