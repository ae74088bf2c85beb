using System.Collections.Immutable;
using Verify.Models.Shootdowns;

namespace Verify.Proofs.Shootdowns;

/// <summary>The parts that no claim about the smallest shootdown needs.</summary>
public sealed class ShootdownSurvivors() : SurvivorReasons(new TlbShootdown())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.Leak,
            "map: !pte[page].HasValue",
            "kfree: own[frame] := Free"),
        Because("The next zap writes it before a flush reads it.",
            "free: zapped.page[cpu] := None",
            "free: zapped.frame[cpu] := None"),
        Because("An entry that stays can still be replaced, or flushed: fewer runs.", "evict: tlb[cpu][page] := None"),
    ];
}
