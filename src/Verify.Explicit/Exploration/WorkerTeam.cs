using System.Collections.Immutable;
using Verify.Explicit.Checkpoints;
using Verify.Explicit.Compilation;
using Verify.Explicit.Storage;

namespace Verify.Explicit.Exploration;

/// <summary>The threads of a search. They share a level; the team sums up their results between levels.</summary>
internal sealed class WorkerTeam : IDisposable
{
    private const int SmallLevel = 1024;
    private const int BatchesBetweenReports = 64;
    private readonly CompiledModel model;
    private readonly StateStore store;
    private readonly Worker[] workers;
    private ThreadGroup? threads; // created for the first level that is large enough
    private Frontier frontier;
    private LevelPartition partition;

    public WorkerTeam(CompiledModel model, StateStore store, int threads)
    {
        (this.model, this.store) = (model, store);
        workers = [.. Enumerable.Range(0, threads).Select(_ => new Worker(model, store.Pool))];
        frontier = new Frontier(model.Layout.WordCount);
        partition = new LevelPartition(frontier, 1, threads);
    }

    /// <summary>The threads; null while one is enough.</summary>
    public ThreadGroup? Threads => threads;

    /// <summary>The number of steps taken.</summary>
    public long Transitions => workers.Sum(worker => worker.Transitions);

    /// <summary>Under symmetry, the number of states that the found representatives stand for.</summary>
    public Int128 StatesRepresented => workers.Aggregate(Int128.Zero, (sum, worker) => StateTally.Sum(sum, worker.Tally.StatesRepresented));

    /// <summary>The predicates that hold in some new state of the next level.</summary>
    public PredicateBits Satisfied => workers.Aggregate(default(PredicateBits), (met, worker) => met | worker.Tally.Satisfied);

    /// <summary>True if a state of the level has no successor and may not rest.</summary>
    public bool FoundDeadlock => workers.Any(worker => worker.FoundDeadlock);

    /// <summary>The least of the nearest undefined states.</summary>
    public UndefinedState? Undefined => workers.Select(worker => worker.Tally.Undefined).OfType<UndefinedState>().Min();

    /// <summary>The new states of the next level, per worker.</summary>
    public IEnumerable<Frontier> Nexts => workers.Select(worker => worker.Next);

    /// <summary>The states of the level that are not expanded yet. Not thread-safe while threads work.</summary>
    public IEnumerable<BlockRange> Remaining => partition.Remaining;

    /// <summary>The number of times each rule fired.</summary>
    public ImmutableArray<long> RuleCounts()
    {
        var counts = new long[model.Model.Rules.Length];
        foreach (var worker in workers)
        {
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] += worker.RuleCounts[i];
            }
        }

        return [.. counts];
    }

    /// <summary>Adds an initial state.</summary>
    public unsafe void AddInitial(ulong[] state)
    {
        fixed (ulong* words = state)
        {
            store.Added(workers[0].AddInitial(store.Table, words) ? 1 : 0);
        }
    }

    /// <summary>Clears the facts about the previous level; keeps the totals.</summary>
    public void StartLevel()
    {
        foreach (var worker in workers)
        {
            worker.StartLevel();
        }
    }

    /// <summary>Starts a level at its first state.</summary>
    public void Start(Frontier level)
    {
        frontier = level;
        // The threads together must not fill the table before they check it again.
        var fit = (int)Math.Clamp(store.Table.Capacity / 8 / workers.Length / model.MaxSuccessors, 1, Worker.MaxPerBatch);
        var batch = 1 << System.Numerics.BitOperations.Log2((uint)fit);
        partition = new LevelPartition(level, batch, workers.Length);
    }

    /// <summary>
    /// Expands states of the level. Returns true when all are expanded, false if the round has to end.
    /// </summary>
    /// <param name="mayContinue">Each thread calls it after each batch.</param>
    /// <param name="reportProgress">One thread calls it from time to time.</param>
    public bool Expand(Func<bool> mayContinue, Action reportProgress)
    {
        if (frontier.Count <= SmallLevel || workers.Length == 1)
        {
            return ExpandPart(0, mayContinue, reportProgress);
        }

        var done = 0;
        (threads ??= new ThreadGroup(workers.Length)).Do(i =>
        {
            if (ExpandPart(i, mayContinue, reportProgress))
            {
                Interlocked.Increment(ref done);
            }
        });
        return done == workers.Length;
    }

    /// <summary>Defers the removal of duplicates to the end of each level from now on.</summary>
    public void Delay()
    {
        foreach (var worker in workers)
        {
            worker.IsDelayed = true;
        }
    }

    /// <summary>Drops goals that were reached; the reduction need not preserve states for them any more.</summary>
    /// <param name="witnessDepths">The depth of the first state of each witness; null if none was found.</param>
    public void DropGoals(int?[] witnessDepths)
    {
        var met = default(PredicateBits);
        for (var i = 0; i < witnessDepths.Length; i++)
        {
            met |= witnessDepths[i] is null ? default : PredicateBits.Witness(i);
        }

        Array.ForEach(workers, worker => worker.DropGoals(met));
    }

    /// <summary>Adds the facts about new states that were collected at the end of a level.</summary>
    public void Note(StateTally findings) => workers[0].Tally.Add(findings);

    /// <summary>Restores the results of an earlier search.</summary>
    public void Resume(SearchSnapshot snapshot)
    {
        workers[0].Resume(snapshot);
        foreach (var segment in snapshot.Next)
        {
            workers[0].Next.Add(segment);
        }
    }

    /// <summary>Removes the new states from the workers and returns them as a level.</summary>
    public Frontier TakeNext()
    {
        var next = new Frontier(model.Layout.WordCount, store.Pool);
        foreach (var worker in workers)
        {
            next.Absorb(worker.Next);
        }

        return next;
    }

    /// <inheritdoc/>
    public void Dispose() => threads?.Dispose();

    private unsafe bool ExpandPart(int member, Func<bool> mayContinue, Action reportProgress)
    {
        // At least one batch per round; otherwise rounds without progress could repeat indefinitely.
        var worker = workers[member];
        var batches = 0;
        for (var isGoing = true; isGoing && store.HasRoom;)
        {
            if (!partition.TryTake(member, out var block, out var first, out var count))
            {
                return true;
            }

            fixed (ulong* words = &frontier.Words(block, first, count, worker.ReadBuffer, out var at)[at])
            {
                store.Added(worker.Expand(store.Table, words, count));
            }

            isGoing = mayContinue();
            if (isGoing && member == 0 && batches++ % BatchesBetweenReports == 0)
            {
                reportProgress();
            }
        }

        return false;
    }
}
