using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explicit.Checkpoints;
using Verify.Explicit.Disk;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Storage;

/// <summary>
/// Where a search keeps the states it has seen: a table, and when memory does not suffice, the table for what it finds
/// of the next level and sorted files for the rest.
/// </summary>
internal sealed unsafe class StateStore : IDisposable
{
    private const long SmallBytes = 64 << 20;
    private readonly int wordCount;
    private readonly EngineOptions run;
    private readonly StorageTuning tuning;
    private readonly Checkpoint? checkpoint;
    private readonly long minCapacity;
    private readonly Lazy<long> limitBytes; // few searches come near it
    private long held;
    private long settled;

    /// <summary>Begins with an empty table.</summary>
    public StateStore(int wordCount, int maxSuccessors, EngineOptions run, StorageTuning tuning, Checkpoint? checkpoint)
    {
        (this.wordCount, this.run, this.tuning, this.checkpoint) = (wordCount, run, tuning, checkpoint);
        minCapacity = tuning.MinCapacity;
        while (minCapacity < 16L * run.ThreadCount * maxSuccessors)
        {
            minCapacity *= 2;
        }

        limitBytes = new(() => MemoryLimit.Of(run), isThreadSafe: false);
        Table = new SeenSet(wordCount, minCapacity, run.IsCompact);
        Pool = new BlockPool(wordCount);
    }

    /// <summary>In memory, all states seen; on disk, those found since it was last written.</summary>
    public SeenSet Table { get; }

    /// <summary>Where frontiers take their memory from.</summary>
    public BlockPool Pool { get; }

    /// <summary>The states on disk; null while all are in the table.</summary>
    public ExternalSet? Disk { get; private set; }

    /// <summary>The directory of the files; null while there are none.</summary>
    public StateDirectory? Scratch { get; private set; }

    /// <summary>Files that the states are in.</summary>
    public IEnumerable<StateFile> Files => Disk is null ? [] : Disk.Seen.Concat(Disk.Candidates);

    /// <summary>Distinct states.</summary>
    public long States => Disk is null ? Volatile.Read(ref held) : settled;

    /// <summary>Whether the table takes more states before somebody makes room. Any thread may ask.</summary>
    public bool HasRoom => Volatile.Read(ref held) < Room;

    /// <summary>Takes note of states added to the table. Any thread may.</summary>
    public void Added(long states) => Interlocked.Add(ref held, states);

    /// <summary>Makes the table larger; false if that would take more memory than there is.</summary>
    public bool TryGrow(ThreadGroup? crew)
    {
        while (held >= Table.Limit)
        {
            if (held >= tuning.MaxHeld || MemoryToGrow(2) > limitBytes.Value)
            {
                return false;
            }

            try
            {
                Table.Grow(MayLeap ? 4 : 2, crew);
            }
            catch (OutOfMemoryException)
            {
                return false;
            }
        }

        return held < tuning.MaxHeld;
    }

    /// <summary>Whether going on would take more memory, or disk, than a budget of bytes allows.</summary>
    public bool IsOverBudget
    {
        get
        {
            var bytes = Disk is null && held >= Table.Limit ? MemoryToGrow(2) : Table.SizeBytes + Pool.SizeBytes;
            return bytes + (Disk is null ? 0 : Scratch!.SizeBytes) > run.Budget.Bytes;
        }
    }

    /// <summary>Goes on on disk: writes the table, and empties it for what will be found of the next level.</summary>
    /// <exception cref="IOException">The directory or a file in it cannot be written.</exception>
    public void GoToDisk()
    {
        Scratch ??= checkpoint?.Scratch ?? StateDirectory.Temporary(run.SpillDirectory, tuning);
        var disk = new ExternalSet(wordCount, Scratch, tuning);
        disk.Add(Table.WriteTo(Scratch) is { } file ? [file] : [], []);
        GoOn(disk, held);
    }

    /// <summary>Goes on from a checkpoint; in memory, if it was there and there is enough of it.</summary>
    public void Resume(SearchSnapshot snapshot)
    {
        Scratch = checkpoint!.Scratch;
        var capacity = Table.Capacity;
        while (capacity / 4 * 3 <= snapshot.States)
        {
            capacity *= 2;
        }

        var isSmall = snapshot.States < tuning.MaxHeld && capacity * wordCount * sizeof(ulong) < limitBytes.Value / 2;
        if (isSmall && !snapshot.IsOnDisk)
        {
            Table.Reset(capacity);
            foreach (var file in snapshot.Seen)
            {
                Load(file);
            }

            held = snapshot.States;
            return;
        }

        var disk = new ExternalSet(wordCount, Scratch, tuning);
        disk.Add(snapshot.Seen, snapshot.Candidates);
        GoOn(disk, snapshot.States);
    }

    /// <summary>For a checkpoint: writes what the table holds.</summary>
    /// <returns>Files with the states seen, and with what was found of the next level.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public (ImmutableArray<StateFile> Seen, ImmutableArray<StateFile> Candidates) Save()
    {
        if (Disk is null)
        {
            Scratch = checkpoint!.Scratch;
            return (Table.WriteTo(Scratch) is { } file ? [file] : [], []);
        }

        Spill();
        return ([.. Disk.Seen], [.. Disk.Candidates]);
    }

    /// <summary>On disk, writes what the table holds as found of the next level.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Spill()
    {
        if (held > 0)
        {
            Disk!.AddCandidates(Table.WriteTo(Scratch!));
            Empty(Table.Capacity);
        }
    }

    /// <summary>Begins a level. On disk, a table for few states is quicker to write and to empty.</summary>
    public void StartLevel(long frontierStates)
    {
        if (Disk is null)
        {
            return;
        }

        var capacity = minCapacity;
        while (capacity < 4 * frontierStates)
        {
            capacity *= 2;
        }

        if (capacity <= Table.Capacity / 4)
        {
            Empty(capacity);
        }
    }

    /// <summary>On disk, finds out what of the level that was found is new. Stopped, it changes nothing.</summary>
    /// <exception cref="IOException">A file cannot be written or read.</exception>
    public bool TrySettle(VisitState visit, Func<bool> isStopped, out StateFile? fresh)
    {
        Spill();
        if (!Disk!.TrySettle(visit, isStopped, out fresh))
        {
            return false;
        }

        settled += fresh?.Count ?? 0;
        return true;
    }

    /// <summary>The number of a state, each its own, when all levels are finished; -1 if it was not seen.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public long Find(ulong* state, ulong hash) => Disk is null ? Table.Find(state, hash) : Disk.Find(state, hash);

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        if (checkpoint is null)
        {
            Scratch?.Dispose();
        }
    }

    private long Room => Math.Min(Table.Limit, tuning.MaxHeld);

    // While it is small: to be moved half as often is worth room that may stay empty.
    private bool MayLeap =>
        4 * Table.SizeBytes <= SmallBytes && MemoryToGrow(4) <= Math.Min(limitBytes.Value, run.Budget.Bytes ?? long.MaxValue);

    // The table as it will be; and later the blocks of levels, which together may hold every state once.
    private long MemoryToGrow(int factor) =>
        Math.Max((factor * Table.SizeBytes) + Pool.SizeBytes, 7 * factor * Table.SizeBytes / 4);

    private void GoOn(ExternalSet disk, long states)
    {
        (Disk, settled) = (disk, states);
        Empty(Table.Capacity);
    }

    private void Empty(long capacity)
    {
        if (held > 0 || capacity != Table.Capacity)
        {
            Table.Reset(capacity);
            held = 0;
        }
    }

    private void Load(StateFile file)
    {
        var reader = new StateReader(file, wordCount, tuning.BufferStates);
        for (; !reader.IsAtEnd; reader.MoveNext())
        {
            Table.Insert(reader.Current, reader.Hash);
        }
    }
}
