using System.Collections.Immutable;
using Verify.Models.Munmap;

namespace Verify.Proofs.Munmap;

/// <summary>The parts that no claim about tlb_flush_pending needs.</summary>
public sealed class FlushPendingSurvivors() : SurvivorReasons(new TlbFlushPending())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("The page stays locked until the copy has ended, which clears the entry: nothing reads it meanwhile.",
            "process.try_to_migrate_one (pte_present): protected[va] := Some(pte[va].Value.frame)",
            "process.write_protect_page (pte_write): protected[va] := Some(pte[va].Value.frame)"),
        Because("The entry is cleared twice, with the flush and with the new page: once is enough.",
            "process.pmdp_huge_clear_flush: protected[process.moved_address[cpu].Value] := None",
            "process.ptep_clear_flush: protected[process.moved_address[cpu].Value] := None"),
        Because(CommonReasons.NothingToDo,
            "process.change_pte_range (nothing to change): !pte[va].HasValue",
            "process.do_huge_pmd_numa_page: !tlb[cpu][va].HasValue",
            "process.do_wp_page: !tlb[cpu][va].HasValue"),
        Because(CommonReasons.MoreFlushed,
            "process.flush_tlb_others: flush_va[cpu] := …",
            "process.TLBI VAE1IS: flush_va[cpu] := …"),
        Because(CommonReasons.NextFlush, "process.flush is complete: flush_va[cpu] := None"),
        Because("A scan that has nothing to change flushes for its own caller, which no claim is about. What another scan has changed "
            + "counts as pending until that one has flushed.",
            "process.flush_tlb_func_local: tlb[cpu][each va] := None",
            "flush_tlb_func: tlb[cpu][each va] := None if !flush_va[cpu2].HasValue",
            "TLBI completes: tlb[cpu][each va] := None if !flush_va[cpu2].HasValue"),
        Because(CommonReasons.Leak, "__free_pages: owner[frame] := Free"),
        Because(CommonReasons.LockStays,
            "process.remove_migration_pte: folio_locked[process.moved_address[cpu].Value] := false",
            "process.set_pmd_at: folio_locked[process.moved_address[cpu].Value] := false",
            "process.set_pte_at: folio_locked[process.moved_address[cpu].Value] := false",
            "process.replace_page: folio_locked[process.moved_address[cpu].Value] := false"),
    ];
}
