using System.Collections.Immutable;
using Verify.Models.Replicas;

namespace Verify.Proofs.Replicas;

/// <summary>The parts that no claim about read-only copies of a file page needs.</summary>
public sealed class CopiesSurvivors() : SurvivorReasons(new PageReplicas())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.NothingToDo,
            "process.lock (list): !pte[cpu][X].HasValue",
            "process.lock (list): !device_copy.HasValue",
            "process.filemap_fault: !pte[cpu][X].HasValue",
            "process.filemap_fault: !copy[cpu].HasValue",
            "process.no_spawn = true: !(pte[cpu][X].HasValue & pte[cpu][X].Value.writable)",
            "process.filemap_invalidate_lock: !(pte[cpu][X].HasValue & pte[cpu][X].Value.writable)"),
        Because("Fewer pages are mapped: a fault may make a copy for its own node each time.",
            "process.do_read_fault: pte[cpu][X] := …",
            "process.do_read_fault (copy): pte[cpu][X] := …"),
        Because(CommonReasons.NotWritable, "process.folio_mkclean: pte[each cpu][X].Value.dirty := false…"),
        Because("What is to be flushed was mapped from a copy that is gathered: the test of the one set is enough for both, and a flush "
            + "or a free of nothing changes nothing.",
            "process.flush_tlb_mm_range: Exists cpu2: cpu. process.to_flush[cpu][cpu2]",
            "process.flush_tlb_mm_range: !(Exists frame: frame. process.gathered[cpu][frame])",
            "process.finish_fault (writable): !(Exists cpu2: cpu. process.to_flush[cpu][cpu2])"),
        Because(CommonReasons.OneAddress,
            "process.flush_tlb_mm_range: flush_va[cpu] := Some(X)"),
        Because(CommonReasons.FlushUnasked, "flush_tlb_func: pending[cpu2][cpu]"),
        Because(CommonReasons.Leak,
            "process.put_page (copy): owner[process.made[cpu].Value] := Free"),
        Because(CommonReasons.NothingStale,
            "process.put_page: pte[each cpu][each pageaddress].Value.stale := true…"),
        Because("The number seems to have moved, or the lock stays: no further copy is made, and no claim asks for one.",
            "process.unlock (list): sequence_has_moved[cpu] := false",
            "process.put_page (copy): list_lock[cpu] := false"),
        Because("The sequence number tells a fault of a write in between; two faults that enter their copies at a time are for two nodes.",
            "process.lock (list), look again: ForAll cpu2: cpu. !list_lock[cpu2]"),
        Because("The device then drops its entry once more, as it may for any other reason.",
            "device drops its entry: device_invalidation := false"),
    ];
}
