namespace Verify.Explicit.Disk;

/// <summary>Storage sizes that affect the time of a search and nothing else. Tests use small ones.</summary>
internal sealed record StorageTuning
{
    /// <summary>The default sizes.</summary>
    public static StorageTuning Default { get; } = new();

    /// <summary>The maximum number of states in the table, whatever the memory limit.</summary>
    public long MaxHeld { get; init; } = long.MaxValue;

    /// <summary>
    /// The number of slots of the first table, a power of two. The table is larger if one step of all threads could
    /// fill it.
    /// </summary>
    public long MinCapacity { get; init; } = 1 << 17;

    /// <summary>
    /// The maximum number of sorted files in a merge; if there are more, the smaller ones are merged first.
    /// </summary>
    public int MaxRuns { get; init; } = 16;

    /// <summary>The number of states per read or write.</summary>
    public int BufferStates { get; init; } = 4096;

    /// <summary>True if every opportunity for a checkpoint is used.</summary>
    public bool AlwaysCheckpoints { get; init; }

    /// <summary>Called before each change on disk, with its name; a test makes it fail.</summary>
    public Action<string>? BeforeChange { get; init; }
}
