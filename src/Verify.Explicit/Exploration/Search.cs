using System.Diagnostics;
using Verify.Engines;
using Verify.Explicit.Checkpoints;
using Verify.Explicit.Disk;
using Verify.Explicit.Storage;
using Verify.Semantics;

namespace Verify.Explicit.Exploration;

/// <summary>
/// The one search loop: level by level, so that the first violation is a nearest one. Threads share a level; what they
/// find is a set, the same whatever their order, and a level is finished before anything is concluded from it.
/// </summary>
internal sealed class Search : IDisposable
{
    private readonly CompiledModel model;
    private readonly EngineOptions run;
    private readonly Checkpoint? checkpoint;
    private readonly StateStore store;
    private readonly WorkerTeam team;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<Frontier> levels = [];
    private readonly int?[] witnessDepths;
    private int depth;
    private volatile StopReason? stopped;
    private bool mayLeaveMemory;

    public Search(CompiledModel model, EngineOptions run, StorageTuning tuning, Checkpoint? checkpoint = null)
    {
        (this.model, this.run, this.checkpoint) = (model, run, checkpoint);
        store = new StateStore(model.Layout.WordCount, model.MaxSuccessors, run, tuning, checkpoint);
        team = new WorkerTeam(model, store, run.ThreadCount);
        witnessDepths = new int?[model.Witnesses.Length];
    }

    /// <summary>Searches.</summary>
    /// <param name="keepLevels">Whether the states of all levels are kept.</param>
    /// <param name="lastLevel">The last level to reach; null for no limit but the budget's.</param>
    /// <param name="inMemory">Whether to end where memory does.</param>
    public SearchResult Execute(bool keepLevels, int? lastLevel = null, bool inMemory = false)
    {
        // Hashes cannot be expanded: what is found of a level must be told from what is not at once.
        mayLeaveMemory = !inMemory && !store.Table.IsCompact;
        var isResumed = TryResume(out var frontier);
        if (stopped is not null || (team.Undefined is not null && lastLevel is null))
        {
            return stopped is null ? Result(SearchEnd.Undefined, 0, -1) : Result(stopped, 0, -1);
        }

        while (true)
        {
            // What goes on in the middle of a level has this behind it.
            if (!isResumed && Conclude(frontier, keepLevels, lastLevel) is { } result)
            {
                return result;
            }

            frontier = Expand(frontier, isResumed, keepLevels);
            if (team.Undefined is { } undefined && lastLevel is null)
            {
                return Result(SearchEnd.Undefined, undefined.IsNew ? depth + 1 : depth, depth - 1);
            }

            if (team.MetDeadlock && lastLevel is null)
            {
                return Result(SearchEnd.Met, depth, depth);
            }

            if (stopped is { } reason)
            {
                // A violation in the part of the next level that was found is as near as any: all before are fine.
                return HasMet ? Result(SearchEnd.Met, depth + 1, depth) : Result(reason, depth, depth);
            }

            isResumed = false;
            depth++;
        }
    }

    /// <summary>The states visited, once the search has ended with no more; until it is disposed of.</summary>
    public IStateSet Visited => new VisitedStates(model, store);

    private bool HasMet => model.EndsWhenMet && team.Met.HasQuestion;

    /// <inheritdoc/>
    public void Dispose()
    {
        team.Dispose();
        store.Dispose();
    }

    // Goes on from a checkpoint (true if in the middle of a level) or begins.
    private bool TryResume(out Frontier frontier)
    {
        if (checkpoint?.Found is not { } found)
        {
            frontier = Start();
            return false;
        }

        depth = found.Depth;
        found.WitnessDepths.CopyTo(witnessDepths);
        team.Resume(found);
        team.GiveUp(witnessDepths);
        store.Resume(found);
        if (store.Disk is not null)
        {
            team.Delay();
        }

        frontier = new Frontier(model.Layout.WordCount, store.Pool);
        Array.ForEach([.. found.Frontier], frontier.Add);
        return found.IsMidLevel;
    }

    // The first level. There is no checkpoint in the middle of it.
    private Frontier Start()
    {
        var none = new Frontier(model.Layout.WordCount, store.Pool);
        try
        {
            foreach (var state in new Interpreter(model.Model).InitialStates())
            {
                if (!MakeRoom(none))
                {
                    return none;
                }

                team.AddInitial(model.Layout.Pack(state));
            }

            return TryFinishLevel(none, keepLevels: false) ?? none;
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            stopped = StopReason.Disk(e);
            return none;
        }
    }

    // A level is complete: notes what was met in it for the first time, and whether to end here.
    private SearchResult? Conclude(Frontier frontier, bool keepLevels, int? lastLevel)
    {
        for (var i = 0; i < witnessDepths.Length; i++)
        {
            if (team.Met.HasWitness(i))
            {
                witnessDepths[i] ??= depth;
            }
        }

        team.GiveUp(witnessDepths);
        ReportProgress(frontier.Count);
        if (keepLevels)
        {
            levels.Add(frontier);
        }

        var isMet = HasMet && lastLevel is null;
        if (isMet || frontier.Count == 0)
        {
            var last = frontier.Count == 0 ? depth - 1 : depth;
            return Result(isMet ? SearchEnd.Met : SearchEnd.Exhausted, last, last);
        }

        if (StopBefore(lastLevel) is not { } cut)
        {
            return null;
        }

        Save(frontier, isMidLevel: false);
        return Result(stopped ?? cut, depth, depth);
    }

    private void ReportProgress(long frontier) => run.Progress?.Report(new Progress(store.States, team.Transitions, depth, frontier));

    private StopReason? StopBefore(int? lastLevel) =>
        depth == lastLevel ? StopReason.LastLevel
        : run.Cancellation.IsCancellationRequested ? StopReason.Interrupt
        : run.Budget.Depth is { } levels && levels <= depth ? StopReason.DepthBudget(levels)
        : run.Budget.States is { } states && states <= store.States ? StopReason.StateBudget(states)
        : null;

    // The next level; when stopped, what it was made of.
    private Frontier Expand(Frontier frontier, bool isResumed, bool keepLevels)
    {
        if (!isResumed)
        {
            team.ForgetMet();
            store.StartLevel(frontier.Count);
        }

        team.Start(frontier);
        try
        {
            for (var isDone = false; !isDone && stopped is null;)
            {
                if (checkpoint is { IsDue: true })
                {
                    Save(frontier, isMidLevel: true);
                }

                isDone = MakeRoom(frontier) && team.Expand(MayContinue, () => ReportProgress(0));
            }

            if (stopped is null && TryFinishLevel(frontier, keepLevels) is { } next)
            {
                return next;
            }

            Save(frontier, isMidLevel: true);
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            stopped = StopReason.Disk(e);
        }

        return frontier;
    }

    // Between two rounds, when no one inserts. False if the search has to stop.
    private bool MakeRoom(Frontier frontier)
    {
        if (store.HasRoom)
        {
            return true;
        }

        if (store.IsOverBudget)
        {
            stopped = StopReason.MemoryBudget;
        }
        else if (!store.TryGrow(team.Crew))
        {
            if (store.Disk is not null)
            {
                store.Spill();
                Sweep(frontier);
            }
            else if (mayLeaveMemory)
            {
                LeaveMemory(frontier);
            }
            else
            {
                stopped = StopReason.MemoryLimit;
            }
        }

        return stopped is null;
    }

    private void LeaveMemory(Frontier frontier)
    {
        store.GoToDisk();
        foreach (var part in team.Nexts.Concat(levels).Append(frontier))
        {
            part.MoveTo(store.Scratch!);
        }

        store.Pool.Trim();
        team.Delay();
    }

    // Whether a round goes on. Any thread may ask.
    private bool MayContinue() => !MustStop() && checkpoint is not { IsDue: true };

    // Whether an interrupt or the clock ends the search. Any thread may ask.
    private bool MustStop()
    {
        if (run.Cancellation.IsCancellationRequested)
        {
            stopped = StopReason.Interrupt;
        }
        else if (run.Budget.Seconds is { } seconds && seconds <= clock.Elapsed.TotalSeconds)
        {
            stopped = StopReason.TimeBudget(seconds);
        }

        return stopped is not null;
    }

    // The next level; null if finding out what is new was stopped.
    private unsafe Frontier? TryFinishLevel(Frontier frontier, bool keepLevels)
    {
        StateFile? fresh = null;
        if (store.Disk is not null)
        {
            var findings = new StateTally(model);
            if (!store.TrySettle(findings.Note, MustStop, out fresh))
            {
                return null;
            }

            team.Note(findings);
        }

        var next = team.TakeNext();
        if (fresh is not null)
        {
            next.Add(new FileRange(fresh, 0, fresh.Count));
        }

        if (!keepLevels)
        {
            frontier.Recycle();
        }

        Sweep(next);
        return next;
    }

    // Removes files that nothing needs any more.
    private void Sweep(Frontier frontier)
    {
        if (store.Scratch is { } scratch)
        {
            var parts = team.Nexts.Concat(levels).Append(frontier);
            scratch.KeepOnly([.. parts.SelectMany(part => part.Files), .. store.Files, .. checkpoint?.Files ?? []]);
        }
    }

    // What will end the search when the level is finished is not written down: it is found again.
    private void Save(Frontier frontier, bool isMidLevel)
    {
        if (checkpoint is null || team.MetDeadlock || team.Undefined is not null)
        {
            return;
        }

        try
        {
            checkpoint.Write(SnapshotOf(checkpoint, frontier, isMidLevel));
            Sweep(frontier);
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            stopped = StopReason.Disk(e);
        }
    }

    private SearchSnapshot SnapshotOf(Checkpoint checkpoint, Frontier frontier, bool isMidLevel)
    {
        var (seen, candidates) = store.Save();
        return new SearchSnapshot
        {
            Depth = depth,
            IsMidLevel = isMidLevel,
            States = store.States,
            Transitions = team.Transitions,
            StoodFor = team.StoodFor,
            Met = isMidLevel ? team.Met : default,
            RuleCounts = team.RuleCounts(),
            WitnessDepths = [.. witnessDepths],
            IsOnDisk = store.Disk is not null,
            Seen = seen,
            Candidates = candidates,
            Frontier = [.. frontier.Store(checkpoint.Scratch, isMidLevel ? team.Left : null)],
            Next = [.. team.Nexts.SelectMany(next => next.Store(checkpoint.Scratch))],
        };
    }

    // An interrupt stays one, whatever fails on the way out.
    private SearchResult Result(StopReason reason, int last, int covered) =>
        Result(run.Cancellation.IsCancellationRequested ? SearchEnd.Cancelled : reason.End, last, covered) with { Cause = reason.Text };

    private SearchResult Result(SearchEnd end, int last, int covered)
    {
        // Whether a state is stuck shows when it is expanded, which the states of the last level of a cut search were not.
        var looked = model.AsksForDeadlock && end is SearchEnd.Cut or SearchEnd.Cancelled ? covered - 1 : covered;
        return new SearchResult(end, null, store.States, team.StoodFor, team.Transitions, last, looked,
            team.RuleCounts(), [.. witnessDepths], levels)
        {
            IsCompact = store.Table.IsCompact,
            UndefinedIn = end == SearchEnd.Undefined ? team.Undefined!.Words : null,
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }
}
