using System.Collections.Immutable;
using Verify.Models.Seals;

namespace Verify.Proofs.Seals;

/// <summary>The parts that no claim about the seals of memfd needs.</summary>
public sealed class MemfdSurvivors() : SurvivorReasons(new MemfdSeals())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("Without the fault, F_SEAL_IOMAP is a seal that means nothing: it may be asked for, and is not kept.",
            "F_ADD_SEALS.inode_lock: !(seal == Iomap)"),
        Because("A pin that stays makes F_SEAL_WRITE fail: no claim asks that a seal is set in the end.",
            "unpin_user_page: page_pinned := false"),
    ];
}
