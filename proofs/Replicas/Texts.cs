using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Replicas;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Replicas;

/// <summary>Kernel text with a copy for each node.</summary>
public sealed class Texts : ClaimList
{
    private static readonly Choices Intel = Choices.Default.Size("cpu", 3);
    private static readonly Choices Arm = Intel.On(ReplicatedText.Arm64);

    private static readonly InstanceClaims Loop = Of("NR-TEXT-LOOP", Intel);
    private static readonly InstanceClaims LoopArm = Of("NR-TEXT-LOOP-ARM", Arm);
    private static readonly InstanceClaims Missed = Of("NR-TEXT", Intel.With(ReplicatedText.OneNode));
    private static readonly InstanceClaims MissedArm = Of("NR-TEXT-ARM", Arm.With(ReplicatedText.OneNode));
    private static readonly InstanceClaims Trap = Of("NR-TEXT-TRAP", Intel.With(ReplicatedText.TrapOneNode));
    private static readonly InstanceClaims NoSync = Of("NR-TEXT-NOSYNC", Intel.With(ReplicatedText.NoSync));
    private static readonly InstanceClaims NoSyncArm = Of("NR-TEXT-NOSYNC-ARM", Arm.With(ReplicatedText.NoSync));

    public override IEnumerable<Claim> Claims =>
    [
        Loop.Claim("I-COH", Proved,
            "If each write of a patch goes to the copy of every node, and all CPUs are synchronised after it, no CPU executes the "
                + "old instruction once the patch has returned."),
        Loop.Claim("I-TEXT", Proved,
            "If each write of a patch goes to the copy of every node, and all CPUs are synchronised after it, no CPU executes "
                + "half of each instruction."),
        Loop.Claim("L-PROG", Proved,
            "A patch of replicated text ends: every CPU answers when it is asked to synchronise."),
        LoopArm.Claim("I-COH", Proved,
            "On Arm too, where an instruction is written by one store to each copy, no CPU executes the old one once the caller "
                + "has made all CPUs fetch again.",
            "aarch64_insn_patch_text_nosync() itself synchronises no CPU: a caller that does not is NR-TEXT-NOSYNC-ARM."),
        Missed.Claim("I-COH", Refuted(18),
            "Text can be replicated without a change to text_poke(): it writes to the page of the kernel image.",
            "The page of the kernel image is the copy of one node. The others execute the old instruction for good."),
        MissedArm.Claim("I-COH", Refuted(6),
            "On Arm, text can be replicated without a change to aarch64_insn_patch_text_nosync()."),
        Trap.Claim("I-COH", Proved,
            "If the breakpoint goes to the copy of one node, and the rest of the patch to all, the new instruction is everywhere "
                + "in the end."),
        Trap.Claim("I-TEXT", Refuted(9),
            "If the breakpoint goes to the copy of one node, and the rest of the patch to all, nobody can tell.",
            "The other node executes the old first byte with the new rest. It is not enough that every copy is right in the end."),
        NoSync.Claim("I-COH", Refuted(13),
            "It is enough that every copy is patched: CPUs see the text of their node.",
            "They execute what they have fetched."),
        NoSync.Claim("I-TEXT", Refuted(7),
            "It is enough that every copy gets the breakpoint first: no CPU has to be synchronised."),
        NoSyncArm.Claim("I-COH", Refuted(5),
            "On Arm it is enough that every copy is patched."),
    ];

    private static InstanceClaims Of(string id, Choices choices) => new(id, new ReplicatedText(), choices, ReplicatedText.Series);
}
