namespace Verify.Explicit.Disk;

/// <summary>Sizes that change how long a search takes and nothing else. Tests make them small.</summary>
internal sealed record StorageTuning
{
    /// <summary>What everyone uses.</summary>
    public static StorageTuning Default { get; } = new();

    /// <summary>The states that the table may hold, whatever the memory limit.</summary>
    public long MaxHeld { get; init; } = long.MaxValue;

    /// <summary>The slots of the first table, a power of two, unless one step of all threads could fill it.</summary>
    public long MinCapacity { get; init; } = 1 << 17;

    /// <summary>The sorted runs that are merged at a time; beyond, the smaller ones are made one.</summary>
    public int MaxRuns { get; init; } = 16;

    /// <summary>States that are read or written at a time.</summary>
    public int BufferStates { get; init; } = 4096;

    /// <summary>Whether a checkpoint is due whenever it may be.</summary>
    public bool AlwaysCheckpoints { get; init; }

    /// <summary>Called before anything on disk is changed, with what it is; a test makes it fail.</summary>
    public Action<string>? BeforeChange { get; init; }
}
