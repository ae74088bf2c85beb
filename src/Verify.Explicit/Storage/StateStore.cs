using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explicit.Checkpoints;
using Verify.Explicit.Disk;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Storage;

/// <summary>
/// The storage for the seen states: a table in memory. If memory does not suffice, the table holds the states found for
/// the next level, and sorted files hold the rest.
/// </summary>
internal sealed unsafe class StateStore : IDisposable
{
    private const long SmallBytes = 64 << 20;
    private readonly int wordCount;
    private readonly EngineOptions run;
    private readonly StorageTuning tuning;
    private readonly Checkpoint? checkpoint;
    private readonly long minCapacity;
    private readonly Lazy<long> limitBytes; // lazy, because few searches come near the limit
    private long held;
    private long settled;

    /// <summary>Creates an empty store.</summary>
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

    /// <summary>
    /// In memory mode, all seen states; in disk mode, the states found since the table was last written.
    /// </summary>
    public SeenSet Table { get; }

    /// <summary>The pool that frontiers take blocks from.</summary>
    public BlockPool Pool { get; }

    /// <summary>The states on disk; null in memory mode.</summary>
    public ExternalSet? Disk { get; private set; }

    /// <summary>The directory of the files; null if there is none.</summary>
    public StateDirectory? Directory { get; private set; }

    /// <summary>The files that hold states.</summary>
    public IEnumerable<StateFile> Files => Disk is null ? [] : Disk.Seen.Concat(Disk.Candidates);

    /// <summary>The number of distinct states.</summary>
    public long States => Disk is null ? Volatile.Read(ref held) : settled;

    /// <summary>True if the table can take more states before it has to grow. Thread-safe.</summary>
    public bool HasRoom => Volatile.Read(ref held) < Room;

    /// <summary>Counts states that were added to the table. Thread-safe.</summary>
    public void Added(long states) => Interlocked.Add(ref held, states);

    /// <summary>Grows the table; false if that would exceed the memory limit.</summary>
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

    /// <summary>True if continuing would exceed the budget of bytes in memory or on disk.</summary>
    public bool IsOverBudget
    {
        get
        {
            var bytes = Disk is null && held >= Table.Limit ? MemoryToGrow(2) : Table.SizeBytes + Pool.SizeBytes;
            return bytes + (Disk is null ? 0 : Directory!.SizeBytes) > run.Budget.Bytes;
        }
    }

    /// <summary>Switches to disk mode: writes the table and clears it for the states of the next level.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void GoToDisk()
    {
        Directory ??= checkpoint?.Directory ?? StateDirectory.Temporary(run.SpillDirectory, tuning);
        var disk = new ExternalSet(wordCount, Directory, tuning);
        disk.Add(Table.WriteTo(Directory) is { } file ? [file] : [], []);
        GoOn(disk, held);
    }

    /// <summary>
    /// Resumes from a checkpoint; in memory mode if the checkpoint is in that mode and memory suffices.
    /// </summary>
    public void Resume(SearchSnapshot snapshot)
    {
        Directory = checkpoint!.Directory;
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

        var disk = new ExternalSet(wordCount, Directory, tuning);
        disk.Add(snapshot.Seen, snapshot.Candidates);
        GoOn(disk, snapshot.States);
    }

    /// <summary>Writes the content of the table for a checkpoint.</summary>
    /// <returns>The files of the seen states and of the states found for the next level.</returns>
    /// <exception cref="IOException">The write failed.</exception>
    public (ImmutableArray<StateFile> Seen, ImmutableArray<StateFile> Candidates) Save()
    {
        if (Disk is null)
        {
            Directory = checkpoint!.Directory;
            return (Table.WriteTo(Directory) is { } file ? [file] : [], []);
        }

        Spill();
        return ([.. Disk.Seen], [.. Disk.Candidates]);
    }

    /// <summary>In disk mode, writes the table to a file of states found for the next level.</summary>
    /// <exception cref="IOException">The write failed.</exception>
    public void Spill()
    {
        if (held > 0)
        {
            Disk!.AddCandidates(Table.WriteTo(Directory!));
            Empty(Table.Capacity);
        }
    }

    /// <summary>
    /// Starts a level. In disk mode, a small level gets a small table, which is faster to write and to clear.
    /// </summary>
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

    /// <summary>
    /// In disk mode, determines which of the states found for the next level are new. If it is stopped, nothing
    /// changes.
    /// </summary>
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

    /// <summary>A unique number of a seen state after the last level; -1 if the state was not seen.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public long Find(ulong* state, ulong hash) => Disk is null ? Table.Find(state, hash) : Disk.Find(state, hash);

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        if (checkpoint is null)
        {
            Directory?.Dispose();
        }
    }

    private long Room => Math.Min(Table.Limit, tuning.MaxHeld);

    // While the table is small it grows by a larger factor: it grows less often, and the possibly unused space is
    // small.
    private bool MayLeap =>
        4 * Table.SizeBytes <= SmallBytes && MemoryToGrow(4) <= Math.Min(limitBytes.Value, run.Budget.Bytes ?? long.MaxValue);

    // The memory of the larger table and, later, of the blocks of levels, which together may hold every state once.
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
