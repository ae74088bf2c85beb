using System.Collections.Immutable;
using System.Text.Json;
using Verify.Explicit.Disk;

namespace Verify.Explicit.Checkpoints;

/// <summary>The text of a checkpoint: a <see cref="SearchSnapshot"/> as JSON, with the names of the files that hold the states.</summary>
internal sealed record SnapshotText
{
    public required string Identity { get; init; }

    public required int Depth { get; init; }

    public required bool IsMidLevel { get; init; }

    public required long States { get; init; }

    public required long Transitions { get; init; }

    public required Int128 StoodFor { get; init; }

    public required long Met { get; init; }

    public required ImmutableArray<long> RuleCounts { get; init; }

    public required ImmutableArray<int?> WitnessDepths { get; init; }

    public required bool IsOnDisk { get; init; }

    public required ImmutableArray<Part> Seen { get; init; }

    public required ImmutableArray<Part> Candidates { get; init; }

    public required ImmutableArray<Part> Frontier { get; init; }

    public required ImmutableArray<Part> Next { get; init; }

    /// <summary>A file, and which of its states are meant.</summary>
    internal sealed record Part(string File, long FileStates, ulong Checksum, bool IsSorted, long First, long Count);

    /// <summary>Finds a file again: its name, how many states it has, their checksum, whether they are sorted.</summary>
    public delegate StateFile FindFile(string name, long count, ulong checksum, bool isSorted);

    /// <summary>The text for a standing.</summary>
    public static string Write(SearchSnapshot standing, string identity) => JsonSerializer.Serialize(new SnapshotText
    {
        Identity = identity,
        Depth = standing.Depth,
        IsMidLevel = standing.IsMidLevel,
        States = standing.States,
        Transitions = standing.Transitions,
        StoodFor = standing.StoodFor,
        Met = standing.Met,
        RuleCounts = standing.RuleCounts,
        WitnessDepths = standing.WitnessDepths,
        IsOnDisk = standing.IsOnDisk,
        Seen = [.. standing.Seen.Select(PartOf)],
        Candidates = [.. standing.Candidates.Select(PartOf)],
        Frontier = [.. standing.Frontier.Select(PartOf)],
        Next = [.. standing.Next.Select(PartOf)],
    });

    /// <summary>Which search a text is from.</summary>
    public static string IdentityOf(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty(nameof(Identity)).GetString() ?? "";
    }

    /// <summary>The standing that a text was made from.</summary>
    public static SearchSnapshot Read(string text, FindFile find)
    {
        var manifest = JsonSerializer.Deserialize<SnapshotText>(text)!;
        StateFile File(Part part) => find(part.File, part.FileStates, part.Checksum, part.IsSorted);
        FileRange Segment(Part part) => new(File(part), part.First, part.Count);
        return new SearchSnapshot
        {
            Depth = manifest.Depth,
            IsMidLevel = manifest.IsMidLevel,
            States = manifest.States,
            Transitions = manifest.Transitions,
            StoodFor = manifest.StoodFor,
            Met = manifest.Met,
            RuleCounts = manifest.RuleCounts,
            WitnessDepths = manifest.WitnessDepths,
            IsOnDisk = manifest.IsOnDisk,
            Seen = [.. manifest.Seen.Select(File)],
            Candidates = [.. manifest.Candidates.Select(File)],
            Frontier = [.. manifest.Frontier.Select(Segment)],
            Next = [.. manifest.Next.Select(Segment)],
        };
    }

    private static Part PartOf(StateFile file) => PartOf(new FileRange(file, 0, file.Count));

    private static Part PartOf(FileRange part) =>
        new(part.File.Name, part.File.Count, part.File.Checksum, part.File.Index.Length > 0, part.First, part.Count);
}
