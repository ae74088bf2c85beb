using System.Collections.Immutable;

namespace Verify.Benchmarks;

/// <summary>One instance that everybody decides.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Why">What it stands for.</param>
/// <param name="Claim">The id of the claim.</param>
/// <param name="Sizes">The sizes that are measured.</param>
/// <param name="Tiny">Sizes that the ordinary tests decide, so that a case does not rot.</param>
/// <param name="TinyStates">The states at those; of a refuted one, down to the level of the violation.</param>
/// <param name="IsRefuted">Whether there is a violation; then states of different searches cannot be compared.</param>
public sealed record Case(
    string Name, string Why, string Claim, string Sizes, string Tiny, long TinyStates, bool IsRefuted = false)
{
    /// <summary>The instances that are compared with other checkers. The first is the yardstick.</summary>
    public static ImmutableArray<Case> All { get; } =
    [
        new("reference", "a shootdown in its least form, one word a state", "TLB-SHOOTDOWN",
            "cpu=3,page=3,frame=3", "cpu=2,page=2,frame=2", 1_272),
        new("local CPU", "VM_LOCAL_CPU on three CPUs", "VL-BOAZ:I-USE", "cpu=3", "va=1", 2_894),
        new("large state", "the flush with its generations: the most words a state", "VL-FULL-WIDE:I-ENTRY",
            "frame=2,gens=2", "frame=1,gens=1", 40_167),
        new("textbook", "two-phase commit, as counted by others", "TWO-PHASE-COMMIT", "rm=8", "rm=3", 288),
        new("refuted", "time to the first counterexample", "VL-1CPU-BEFORE:I-USE", "cpu=3", "cpu=2", 6_000, IsRefuted: true),
    ];

    /// <summary>The first of them at growing sizes.</summary>
    public static ImmutableArray<string> Growth { get; } =
        ["cpu=2,page=2,frame=2", "cpu=3,page=2,frame=3", "cpu=3,page=3,frame=3", "cpu=4,page=3,frame=3"];
}
