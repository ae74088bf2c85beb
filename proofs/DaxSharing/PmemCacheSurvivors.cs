using System.Collections.Immutable;
using Verify.Models.DaxSharing;

namespace Verify.Proofs.DaxSharing;

/// <summary>The parts that no claim about main memory as a cache of persistent memory needs.</summary>
public sealed class PmemCacheSurvivors() : SurvivorReasons(new PmemCache())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("A fault, or a walk, then puts the entry of now in place of one that leads to the same home.",
            "fault: !pte[cpu].HasValue",
            "walk: !tlb[cpu].HasValue"),
        Because("Nothing maps the new home before the entry leads to it, so its lock keeps nothing out; a lock that stays ends faults "
            + "and moves, and no claim asks for another one.",
            "cache daemon.lock entry: folio_locked[frame] := true",
            "cache daemon.unlock entry: folio_locked[cache daemon.to.Value] := false"),
        Because(CommonReasons.WalksMore,
            "cache daemon.zap_pte_range: maps[cpu] == cache daemon.file",
            "cache daemon.zap_pte_range: !cache daemon.unmap_mapping_pages: visited[cpu]"),
    ];
}
