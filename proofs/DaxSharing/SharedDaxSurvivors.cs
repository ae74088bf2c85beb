using System.Collections.Immutable;
using Verify.Models.DaxSharing;

namespace Verify.Proofs.DaxSharing;

/// <summary>The parts that no claim about reflinked DAX files needs.</summary>
public sealed class SharedDaxSurvivors() : SurvivorReasons(new SharedDax())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.NothingToDo,
            "fault.grab_mapping_entry (write): !(pte[cpu].HasValue & pte[cpu].Value.writable)"),
        Because(CommonReasons.WalksMore,
            "fault.zap_pte_range: maps[cpu] == dax_locked[cpu]",
            "memory failure.mf_dax_kill_procs: extent[file] == failing"),
        Because(CommonReasons.NothingStale, "fault.xfs_reflink_allocate_cow: !(Exists cpu2: cpu. pte[cpu2].HasValue &…"),
        Because(CommonReasons.Leak, "fault.xfs_reflink_cancel_cow_range: new_block[cpu] := None"),
        Because("A reflink of a block that both files share does once more what the first one did.",
            "xfs_reflink_remap_blocks: !(extent[file] == extent[file2])"),
        Because("The copy overwrites it, or the block is given back.",
            "fault.xfs_reflink_allocate_cow: content[block] := Some(file)"),
        Because("The allocator hands out a block that has failed, or none though there is one: the fault gives up.",
            "fault.xfs_reflink_allocate_cow: !poisoned[block]",
            "fault.xfs_reflink_allocate_cow (ENOSPC): !(Exists block:…"),
        Because("The fault ends without a PTE and comes again: no claim asks that it maps something.",
            "fault.vmf_insert_page_mkwrite (own block): pte[cpu] := Some(…"),
        Because("The deadlock needs one kind of fault that waits for the AGF buffer, and there are two. No process is missed without that "
            + "lock: who gets the block after the query cannot map it, as the driver refuses access.",
            "fault.xfs_read_iomap_begin: !agf_locked",
            "fault.IOMAP_F_SHARED: !agf_locked",
            "xfs_reflink_remap_blocks: !agf_locked"),
        Because("A block that two files share refutes the claim that its page names its file, whatever name new blocks get.",
            "fault.dax_insert_entry, dax_iomap_copy_around: mapping[new_block[cpu].Value] :=…",
            "memory failure.mf_dax_kill_procs: mapping[failing.Value] == Some(file)"),
        Because("The claim about a driver that hears late is refuted before it hears. What faults do to entries and contents is asked "
            + "where it hears in time.",
            "pmem_revalidate_poison: poisoned[block]",
            "pmem_revalidate_poison: badblocks[block] := true",
            "fault.xfs_read_iomap_begin: slot[dax_locked[cpu].Value] :=…",
            "fault.vmf_insert_page_mkwrite (own block): slot[dax_locked[cpu].Value] :=…",
            "fault.dax_insert_entry, dax_iomap_copy_around: content[new_block[cpu].Value] :=…"),
        Because("Without early kill the claim is refuted by the file that has the block.",
            "memory failure.mf_dax_kill_procs (no early kill): extent[file] == failing",
            "memory failure.mf_dax_kill_procs (no early kill): !(Exists cpu: cpu. dax_locked[cpu] == Some(file))"),
    ];
}
