using System.Collections.Immutable;
using Verify.Models.Dax;

namespace Verify.Proofs.Dax;

/// <summary>The parts that no claim about MAP_SYNC needs.</summary>
public sealed class MapSyncSurvivors() : SurvivorReasons(new MapSync())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("Until the extent is on the medium no PTE leads to its block: another one may take its place.",
            "xfs_iomap_write_direct: !extent_in_memory.HasValue"),
        Because("It wipes a block of what was stored before a crash. The claim is decided at the first crash.",
            "xfs_iomap_write_direct: medium_has_store[block] := false"),
        Because("The fault commits as well, and where it does not the claim is refuted without a commit.",
            "log is written: extent_on_medium := extent_in_memory"),
        Because("A fault begins again while it syncs, or syncs again: the same extent is committed.",
            "dax_iomap_pte_fault: sync_fault == None",
            "dax_insert_pfn_mkwrite: sync_fault := None",
            "vfs_fsync_range: sync_fault := None"),
        Because("A PTE becomes writable by either of two steps; the other one is enough to store.",
            "dax_iomap_pte_fault: pte_writable := extent_in_memory if extent_in_memory == extent_on_medium",
            "dax_insert_pfn_mkwrite: pte_writable := extent_in_memory"),
        Because("The same store is written back again.", "clwb; sfence: cached_store := None"),
        Because("The claim looks at the medium when power is lost. What memory holds afterwards leads to the blocks that it led to.",
            "crash: extent_in_memory := extent_on_medium",
            "crash: pte_writable := None",
            "crash: cached_store := None"),
    ];
}
