using System.Collections.Immutable;
using Verify.Models.Munmap;

namespace Verify.Proofs.Munmap;

/// <summary>The parts that no claim about VMAs that leave i_mmap needs.</summary>
public sealed class UnlinkedVmaSurvivors() : SurvivorReasons(new UnlinkedVma())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("A page is mapped again where it is mapped.",
            "vmf_insert_pfn: !pte[va].HasValue",
            "vmf_insert_pfn: !(Exists va2: va. pte[va2].HasValue & pte[va2].Value.frame == frame)",
            "dax_iomap_fault: !(Exists va2: va. pte[va2].HasValue & pte[va2].Value.frame == frame)"),
        Because("Memory that was taken back once is not mapped again: fewer runs.",
            "the driver allocates: revoked[frame] := false",
            "process.xfs_itruncate_extents: revoked[process.page[cpu].Value] := false",
            "process.dax_busy_page: revoked[process.page[cpu].Value] := false…"),
        Because("munmap comes to a VMA that is gone, and does the same once more.", "process.munmap: tlb_gather_mmu: vma"),
        Because(CommonReasons.FlushAnyway,
            "process.flush_tlb_func_local: process.must_flush[cpu]",
            "process.TLBI VAE1IS: process.must_flush[cpu]"),
        Because(CommonReasons.LockStays,
            "process.i_mmap_unlock_read: i_mmap_read[cpu] := false",
            "process.munmap returns: mmap_lock := false",
            "process.xfs_itruncate_extents: IOLOCK := false"),
        Because("The lock keeps the VMA alive while the tree is walked, which is not modelled: a walker that has found the VMA goes on.",
            "process.unlink_file_vma: !(Exists cpu2: cpu. i_mmap_read[cpu2])"),
        Because(CommonReasons.Leak,
            "process.driver: free: owner[process.page[cpu].Value] := Free",
            "process.xfs_itruncate_extents: owner[process.page[cpu].Value] := Free",
            "__free_pages: owner[frame] := Free"),
    ];
}
