using System.Collections.Immutable;
using Verify.Models.ExtentSeals;

namespace Verify.Proofs.ExtentSeals;

/// <summary>The parts that no claim about seals of a block map needs.</summary>
public sealed class MapDirectSurvivors() : SurvivorReasons(new MapDirect())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.LockStays,
            "truncate.inode_newsize_ok: MMAPLOCK := false if S_IOMAP_SEALED",
            "truncate.vfs_fallocate: MMAPLOCK := false if S_IOMAP_SEALED"),
        Because("The file gets another block, and the one before stays the file's.", "xfs_bmapi_write: !extent.HasValue"),
        Because("Another file keeps its blocks: fewer are used again.", "truncate B: block_owner[block] := Free"),
        Because("A process that has exited maps, registers and exits as one that runs: more of the same.",
            "mmap: process == Running",
            "exit_mm: process == Running",
            "ib_dereg_mr: process == Running"),
        Because("A process that has exited touches its memory no more.",
            "exit_mm: vma := false if vma",
            "exit_mm: pte[each va] := None if vma"),
        Because("A page comes where no VMA is. What uses it asks for the VMA.",
            "dax_iomap_fault: vma",
            "alloc_anon_folio: vma"),
        Because("A seal without a registration is one more seal.", "seal in ib_umem_get: umem.HasValue"),
        Because("The process is gone.",
            "exit_files: umem_sealed := false",
            "exit_files: umem_checked := false"),
        Because("The registration stays unchecked, and no DMA comes from it.", "look again: gone: umem := None"),
        Because("The lock keeps the mapping out of a change; what counts is whether the block is the file's when the NIC writes, and the "
            + "seal, or its absence, decides that.",
            "mmap(MAP_SYNC | MAP_POPULATE): !MMAPLOCK",
            "mmap(MAP_DIRECT): !MMAPLOCK"),
        Because("mm_mpin() has no effect on truncate, and memory needs none for DMA: that is what the claims say.",
            "mm_mpin: VM_PINNED := true"),
        Because(CommonReasons.Leak,
            "munmap: owner[page.Value] := Free if…",
            "exit_mm: owner[page.Value] := Free if…",
            "exit_files: owner[umem.Value.frame] := Free if…",
            "ib_dereg_mr: owner[umem.Value.frame] := Free if…",
            "migrate_pages: owner[page.Value] := Free",
            "__free_pages: owner[frame] := Free"),
        Because("A page of memory with another user. That an allocator gives a page once is not asked.",
            "alloc_anon_folio: owner[frame] == Free",
            "alloc_pages: !(owner == AppBuf)"),
        Because("The old block stays mapped, and is shared or the file's own as before.",
            "xfs_reflink_remap_blocks: pte[each va] := None"),
        Because("Who has the block besides decides nothing: that the two files share none any more is enough.",
            "xfs_reflink_unshare: block_owner[extent.Value] := FileB",
            "unshare B: block_owner[block] == Both",
            "unshare B: block_owner[block] := FileA"),
        Because("Only where the process deregisters before it unmaps, and is killed before that: the exit refutes the claim.",
            "munmap: !umem.HasValue"),
    ];
}
