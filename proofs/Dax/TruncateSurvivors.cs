using System.Collections.Immutable;
using Verify.Models.Dax;

namespace Verify.Proofs.Dax;

/// <summary>The parts that no claim about truncate against pins needs.</summary>
public sealed class TruncateSurvivors() : SurvivorReasons(new DaxTruncate())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("The registration stays, and the truncate waits for it; or it is of memory, which keeps its page.",
            "direct I/O.ib_dereg_mr: pin[cpu] := None"),
        Because(CommonReasons.LockStays,
            "truncate.xfs_itruncate_extents: MMAPLOCK := false",
            "truncate.filemap_remove_folio: MMAPLOCK := false"),
        Because("The file gets another block, and the one before stays the file's.", "xfs_bmapi_write: !extent.HasValue"),
        Because("Another file keeps its blocks: fewer are used again.", "truncate B: block_owner[block] := Free"),
        Because(CommonReasons.Leak,
            "direct I/O.ib_dereg_mr: owner[pin[cpu].Value.frame] := Free if…",
            "direct I/O.unpin_user_page: owner[pin[cpu].Value.frame] := Free if…",
            "__free_pages: owner[frame] := Free"),
        Because("The file, or another user, takes a page that has a user. That an allocator gives a page once is not asked: a DMA is "
            + "measured by whose the page was last.",
            "page_cache_alloc: owner[frame] == Free",
            "alloc_pages: !(owner == AppBuf)"),
        Because("The reference of the mapping is dropped with the PTE: the look for references comes after the flush.",
            "truncate.unmap_mapping_pages: gathered := extent if…",
            "munmap.unmap_vmas: munmap_gathered := extent if…"),
        Because("The truncate looks again after the wait.", "truncate.xfs_wait_dax_page: !(…"),
        Because("The file stays mapped, or is mapped again where it is mapped. A truncate unmaps by itself, whatever munmap did.",
            "mmap: vma == None",
            "munmap.unmap_vmas: vma := Cleared",
            "munmap.unmap_vmas: pte[each va] := None",
            "munmap.tlb_finish_mmu: vma := None"),
        Because("The reference stays, and truncates wait for good; that one gets through is asked without munmap.",
            "munmap.tlb_finish_mmu: munmap_gathered := None"),
        Because("No new pin, or fault, comes any more: fewer runs.", "truncate.xfs_itruncate_extents: waits_for_page := false"),
        Because("The exchange of extents is refuted in as many steps with half of what it does.",
            "xfs_swap_extents: !MMAPLOCK",
            "xfs_swap_extents: block_owner[block] := FileA",
            "xfs_swap_extents: extent := Some(block)",
            "xfs_swap_extents: pte[each va] := None"),
        Because("A long-term pin that comes while a truncate waits: the claim is refuted by one that was there before.",
            "direct I/O.FOLL_LONGTERM: !waits_for_page"),
    ];
}
