using System.Collections.Immutable;
using Verify.Explicit.Compilation;
using Verify.Explicit.Disk;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Checkpoints;

/// <summary>
/// The progress of a search between two steps: everything that is needed to resume it, independent of threads.
/// </summary>
internal sealed record SearchSnapshot
{
    /// <summary>The depth of the level that is being expanded.</summary>
    public required int Depth { get; init; }

    /// <summary>True if a part of that level has been expanded.</summary>
    public required bool IsMidLevel { get; init; }

    /// <summary>Distinct states seen.</summary>
    public required long States { get; init; }

    /// <summary>The number of steps taken.</summary>
    public required long Transitions { get; init; }

    /// <summary>Under symmetry, the number of states that the seen representatives stand for.</summary>
    public required Int128 StatesRepresented { get; init; }

    /// <summary>The predicates that hold in some state found for the next level.</summary>
    public required PredicateBits Satisfied { get; init; }

    /// <summary>The number of times each rule fired.</summary>
    public required ImmutableArray<long> RuleCounts { get; init; }

    /// <summary>The depth of the first state of each witness; null if none was found.</summary>
    public required ImmutableArray<int?> WitnessDepths { get; init; }

    /// <summary>True if the search stores states on disk.</summary>
    public required bool IsOnDisk { get; init; }

    /// <summary>The seen states, each once, in the order of <see cref="StateOrder"/>.</summary>
    public required ImmutableArray<StateFile> Seen { get; init; }

    /// <summary>On disk, the states found for the next level, before duplicates are removed.</summary>
    public required ImmutableArray<StateFile> Candidates { get; init; }

    /// <summary>The part of the current level that is not expanded yet.</summary>
    public required ImmutableArray<FileRange> Frontier { get; init; }

    /// <summary>States of the next level.</summary>
    public required ImmutableArray<FileRange> Next { get; init; }

    /// <summary>All files; some appear more than once.</summary>
    public IEnumerable<StateFile> Files =>
        [.. Seen, .. Candidates, .. Frontier.Select(part => part.File), .. Next.Select(part => part.File)];
}
