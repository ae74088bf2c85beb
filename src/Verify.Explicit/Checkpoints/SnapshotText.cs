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

    /// <summary>The text of a snapshot.</summary>
    public static string Write(SearchSnapshot snapshot, string identity) => JsonSerializer.Serialize(new SnapshotText
    {
        Identity = identity,
        Depth = snapshot.Depth,
        IsMidLevel = snapshot.IsMidLevel,
        States = snapshot.States,
        Transitions = snapshot.Transitions,
        StoodFor = snapshot.StoodFor,
        Met = snapshot.Met,
        RuleCounts = snapshot.RuleCounts,
        WitnessDepths = snapshot.WitnessDepths,
        IsOnDisk = snapshot.IsOnDisk,
        Seen = [.. snapshot.Seen.Select(PartOf)],
        Candidates = [.. snapshot.Candidates.Select(PartOf)],
        Frontier = [.. snapshot.Frontier.Select(PartOf)],
        Next = [.. snapshot.Next.Select(PartOf)],
    });

    /// <summary>Which search a text is from.</summary>
    public static string IdentityOf(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty(nameof(Identity)).GetString() ?? "";
    }

    /// <summary>The snapshot that a text was made from.</summary>
    public static SearchSnapshot Read(string text, FindFile find)
    {
        var written = JsonSerializer.Deserialize<SnapshotText>(text)!;
        StateFile File(Part part) => find(part.File, part.FileStates, part.Checksum, part.IsSorted);
        FileRange Range(Part part) => new(File(part), part.First, part.Count);
        return new SearchSnapshot
        {
            Depth = written.Depth,
            IsMidLevel = written.IsMidLevel,
            States = written.States,
            Transitions = written.Transitions,
            StoodFor = written.StoodFor,
            Met = written.Met,
            RuleCounts = written.RuleCounts,
            WitnessDepths = written.WitnessDepths,
            IsOnDisk = written.IsOnDisk,
            Seen = [.. written.Seen.Select(File)],
            Candidates = [.. written.Candidates.Select(File)],
            Frontier = [.. written.Frontier.Select(Range)],
            Next = [.. written.Next.Select(Range)],
        };
    }

    private static Part PartOf(StateFile file) => PartOf(new FileRange(file, 0, file.Count));

    private static Part PartOf(FileRange part) =>
        new(part.File.Name, part.File.Count, part.File.Checksum, part.File.Index.Length > 0, part.First, part.Count);
}
