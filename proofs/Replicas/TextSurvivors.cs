using System.Collections.Immutable;
using Verify.Models.Replicas;

namespace Verify.Proofs.Replicas;

/// <summary>The parts that no claim about replicated kernel text needs.</summary>
public sealed class TextSurvivors() : SurvivorReasons(new ReplicatedText())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("A CPU may fetch again whenever it likes; then it has newer bytes, or the same.",
            "fetch (first byte): !fetched_first[cpu].HasValue"),
        Because("What the CPU keeps here it keeps no longer than until it synchronises, which the patch waits for.",
            "exc_int3: fetched_first[cpu] := None",
            "jump: fetched_first[cpu] := None"),
        Because("Where one copy is patched, the claims are refuted with as many steps if the copy is another one each time.",
            "patch.text_poke (rest): !patch.node.HasValue | patch.node == Some(cpu)",
            "patch.text_poke (first byte): !patch.node.HasValue | patch.node == Some(cpu)"),
    ];
}
