using System.Collections.Immutable;
using Verify.Explicit.Checkpoints;
using Verify.Explicit.Compilation;
using Verify.Explicit.Storage;

namespace Verify.Explicit.Exploration;

/// <summary>The threads of a search: they share a level, and what they find is summed up between levels.</summary>
internal sealed class WorkerTeam : IDisposable
{
    private const int SmallLevel = 1024;
    private const int BatchesBetweenReports = 64;
    private readonly CompiledModel model;
    private readonly StateStore store;
    private readonly Worker[] workers;
    private ThreadGroup? crew; // hired for the first level that is worth it
    private Frontier frontier;
    private LevelPartition shares;

    public WorkerTeam(CompiledModel model, StateStore store, int threads)
    {
        (this.model, this.store) = (model, store);
        workers = [.. Enumerable.Range(0, threads).Select(_ => new Worker(model, store.Pool))];
        frontier = new Frontier(model.Layout.WordCount);
        shares = new LevelPartition(frontier, 1, threads);
    }

    /// <summary>The threads; null while one suffices.</summary>
    public ThreadGroup? Crew => crew;

    /// <summary>Steps taken.</summary>
    public long Transitions => workers.Sum(worker => worker.Transitions);

    /// <summary>Under symmetry, the states that those found stand for.</summary>
    public Int128 StoodFor => workers.Aggregate(Int128.Zero, (sum, worker) => StateTally.Sum(sum, worker.Findings.StoodFor));

    /// <summary>The predicates met in what is known to be new of the next level.</summary>
    public PredicateBits Met => workers.Aggregate(default(PredicateBits), (met, worker) => met | worker.Findings.Met);

    /// <summary>Whether a state of the level cannot go on and may not rest.</summary>
    public bool MetDeadlock => workers.Any(worker => worker.MetDeadlock);

    /// <summary>Of the nearest states in which something is undefined, the least.</summary>
    public UndefinedState? Undefined => workers.Select(worker => worker.Findings.Undefined).OfType<UndefinedState>().Min();

    /// <summary>What was found of the next level and is known to be new.</summary>
    public IEnumerable<Frontier> Nexts => workers.Select(worker => worker.Next);

    /// <summary>The states of the level that are not expanded yet. Not while they work.</summary>
    public IEnumerable<BlockRange> Left => shares.Left;

    /// <summary>How often each rule fired.</summary>
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

    /// <summary>Adds a state of the first level.</summary>
    public unsafe void AddInitial(ulong[] state)
    {
        fixed (ulong* words = state)
        {
            store.Added(workers[0].AddInitial(store.Table, words) ? 1 : 0);
        }
    }

    /// <summary>Forgets what was met in the level before, not what was counted.</summary>
    public void ForgetMet()
    {
        foreach (var worker in workers)
        {
            worker.StartLevel();
        }
    }

    /// <summary>Begins with the first state of a level.</summary>
    public void Start(Frontier level)
    {
        frontier = level;
        // All threads together must not fill the table before they look at it again.
        var fit = (int)Math.Clamp(store.Table.Capacity / 8 / workers.Length / model.MaxSuccessors, 1, Worker.MaxPerBatch);
        var batch = 1 << System.Numerics.BitOperations.Log2((uint)fit);
        shares = new LevelPartition(level, batch, workers.Length);
    }

    /// <summary>Expands states of the level until there are none (true), or the round has to end (false).</summary>
    /// <param name="mayContinue">Asked by each thread after each batch.</param>
    /// <param name="reportProgress">Called by one thread now and then.</param>
    public bool Expand(Func<bool> mayContinue, Action reportProgress)
    {
        if (frontier.Count <= SmallLevel || workers.Length == 1)
        {
            return ExpandPart(0, mayContinue, reportProgress);
        }

        var done = 0;
        (crew ??= new ThreadGroup(workers.Length)).Do(i =>
        {
            if (ExpandPart(i, mayContinue, reportProgress))
            {
                Interlocked.Increment(ref done);
            }
        });
        return done == workers.Length;
    }

    /// <summary>From now on it is found out when a level is finished which states are new.</summary>
    public void Delay()
    {
        foreach (var worker in workers)
        {
            worker.IsDelayed = true;
        }
    }

    /// <summary>What was met need not be met again: no state need be kept for it.</summary>
    /// <param name="witnessDepths">The first level of each witness; null where it was not met.</param>
    public void GiveUp(int?[] witnessDepths)
    {
        var met = default(PredicateBits);
        for (var i = 0; i < witnessDepths.Length; i++)
        {
            met |= witnessDepths[i] is null ? default : PredicateBits.Witness(i);
        }

        Array.ForEach(workers, worker => worker.GiveUp(met));
    }

    /// <summary>Takes over what was noted about new states when that was found out.</summary>
    public void Note(StateTally findings) => workers[0].Findings.Add(findings);

    /// <summary>Takes over what another search had found when it stood there.</summary>
    public void Resume(SearchSnapshot snapshot)
    {
        workers[0].Resume(snapshot);
        foreach (var segment in snapshot.Next)
        {
            workers[0].Next.Add(segment);
        }
    }

    /// <summary>What is known to be new, as a level of its own.</summary>
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
    public void Dispose() => crew?.Dispose();

    private unsafe bool ExpandPart(int member, Func<bool> mayContinue, Action reportProgress)
    {
        // At least one batch: a round that does nothing could be followed by another one for ever.
        var worker = workers[member];
        var batches = 0;
        for (var isGoing = true; isGoing && store.HasRoom;)
        {
            if (!shares.TryTake(member, out var block, out var first, out var count))
            {
                return true;
            }

            fixed (ulong* words = &frontier.Words(block, first, count, worker.Scratch, out var at)[at])
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
