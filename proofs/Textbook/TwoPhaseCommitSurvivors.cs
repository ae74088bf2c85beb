using System.Collections.Immutable;
using Verify.Models.Textbook;

namespace Verify.Proofs.Textbook;

/// <summary>The parts that no claim about two-phase commit needs.</summary>
public sealed class TwoPhaseCommitSurvivors() : SurvivorReasons(new TwoPhaseCommit())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("A resource manager that does not abort is one that has not decided: the claim is about those that have.",
            "refuse: state[rm] := Aborted",
            "receive abort: state[rm] := Aborted"),
    ];
}
