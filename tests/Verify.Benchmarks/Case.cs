using System.Collections.Immutable;

namespace Verify.Benchmarks;

/// <summary>An instance that all contenders decide.</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Why">The kind of model that it represents.</param>
/// <param name="Claim">The identifier of the claim.</param>
/// <param name="Sizes">The sizes to measure.</param>
/// <param name="Tiny">Small sizes for the ordinary tests, so that the case stays runnable.</param>
/// <param name="TinyStates">The states at the small sizes; for a refuted claim, those down to the level of the
/// violation.</param>
/// <param name="IsRefuted">True if there is a violation; then states of different searches cannot be compared.</param>
public sealed record Case(
    string Name, string Why, string Claim, string Sizes, string Tiny, long TinyStates, bool IsRefuted = false)
{
    /// <summary>The instances to compare with other checkers. The first is the reference.</summary>
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

    /// <summary>The sizes of the first instance for the growth table.</summary>
    public static ImmutableArray<string> Growth { get; } =
        ["cpu=2,page=2,frame=2", "cpu=3,page=2,frame=3", "cpu=3,page=3,frame=3", "cpu=4,page=3,frame=3"];
}
