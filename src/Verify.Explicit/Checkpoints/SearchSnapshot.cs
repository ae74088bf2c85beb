using System.Collections.Immutable;
using Verify.Explicit.Compilation;
using Verify.Explicit.Disk;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Checkpoints;

/// <summary>How far a search is, between two steps: all that it takes to go on, and nothing that depends on threads.</summary>
internal sealed record SearchSnapshot
{
    /// <summary>The level that is being expanded.</summary>
    public required int Depth { get; init; }

    /// <summary>Whether a part of that level has been.</summary>
    public required bool IsMidLevel { get; init; }

    /// <summary>Distinct states seen.</summary>
    public required long States { get; init; }

    /// <summary>Steps taken.</summary>
    public required long Transitions { get; init; }

    /// <summary>Under symmetry, the states that those seen stand for.</summary>
    public required Int128 StoodFor { get; init; }

    /// <summary>The predicates met in what was found of the next level.</summary>
    public required PredicateBits Met { get; init; }

    /// <summary>How often each rule fired.</summary>
    public required ImmutableArray<long> RuleCounts { get; init; }

    /// <summary>The first level of each witness; null where it was not met.</summary>
    public required ImmutableArray<int?> WitnessDepths { get; init; }

    /// <summary>Whether the search had left memory.</summary>
    public required bool IsOnDisk { get; init; }

    /// <summary>The states seen, each once, in the order of <see cref="StateOrder"/>.</summary>
    public required ImmutableArray<StateFile> Seen { get; init; }

    /// <summary>On disk, what was found of the next level and is not known to be new.</summary>
    public required ImmutableArray<StateFile> Candidates { get; init; }

    /// <summary>What is left of the level that is being expanded.</summary>
    public required ImmutableArray<FileRange> Frontier { get; init; }

    /// <summary>States of the next level.</summary>
    public required ImmutableArray<FileRange> Next { get; init; }

    /// <summary>All files, some more than once.</summary>
    public IEnumerable<StateFile> Files =>
        [.. Seen, .. Candidates, .. Frontier.Select(part => part.File), .. Next.Select(part => part.File)];
}
