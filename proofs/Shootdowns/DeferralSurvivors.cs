using System.Collections.Immutable;
using Verify.Models.Shootdowns;

namespace Verify.Proofs.Shootdowns;

/// <summary>The parts that no claim about deferred flushes needs.</summary>
public sealed class DeferralSurvivors() : SurvivorReasons(new DeferredFlush())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("Only where a change is relied on at once does a flush begin before the last one has ended: the first change decides "
            + "these claims.", "change.flush_tlb_others: ForAll cpu2: cpu. !pending[cpu][cpu2]"),
        Because(CommonReasons.MoreFlushed, "change.flush_tlb_others: flush_va[cpu] := changing[cpu]"),
        Because("The CPU then stays in its call, in the kernel, and with its process: fewer runs, and the change is over as before.",
            "change.free the frame: changing[cpu] := None",
            "change.map another frame: changing[cpu] := None",
            "change.hand the frame to user space: changing[cpu] := None",
            "change.rely on it: changing[cpu] := None",
            "return to user space: in_kernel[cpu] := false"),
        Because("A CPU then leaves in the middle of a call. It has flushed its own entries before others rely on the change.",
            "switch to a thread of the process: !changing[cpu].HasValue",
            "return to user space: !changing[cpu].HasValue"),
        Because(CommonReasons.FlushAgain, "switch to another process: flush_pending[cpu] := false if flush_pending[cpu]"),
        Because("A CPU that is in the kernel enters it again, and flushes again.", "kernel entry: !in_kernel[cpu]"),
        Because("The address stays unmapped: the claims are about what is cached from before.",
            "change.map another frame: pte[changing[cpu].Value] := Some(translation(frame, false))"),
    ];
}
