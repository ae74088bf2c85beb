using System.Diagnostics;
using Verify.Engines;
using Verify.Explicit.Checkpoints;
using Verify.Explicit.Disk;
using Verify.Explicit.Storage;
using Verify.Semantics;

namespace Verify.Explicit.Exploration;

/// <summary>
/// The search loop. It works level by level, so that the first violation is a nearest one. Threads share a level; the
/// set of states that they find does not depend on their order, and results are computed only after a level is
/// complete.
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

    /// <summary>Runs the search.</summary>
    /// <param name="keepLevels">True to keep the states of all levels.</param>
    /// <param name="lastLevel">The last level to visit; null for no limit except the budget.</param>
    /// <param name="inMemory">True to end the search when memory is full.</param>
    public SearchResult Execute(bool keepLevels, int? lastLevel = null, bool inMemory = false)
    {
        // Compact mode stores hashes only, so duplicates must be detected immediately, not at the end of a level.
        mayLeaveMemory = !inMemory && !store.Table.IsCompact;
        var isResumed = TryResume(out var frontier);
        if (stopped is not null || (team.Undefined is not null && lastLevel is null))
        {
            return stopped is null ? Result(SearchEnd.Undefined, 0, -1) : Result(stopped, 0, -1);
        }

        while (true)
        {
            // A search that resumes in the middle of a level has already concluded that level.
            if (!isResumed && Conclude(frontier, keepLevels, lastLevel) is { } result)
            {
                return result;
            }

            frontier = Expand(frontier, isResumed, keepLevels);
            if (team.Undefined is { } undefined && lastLevel is null)
            {
                return Result(SearchEnd.Undefined, undefined.IsNew ? depth + 1 : depth, depth - 1);
            }

            if (team.FoundDeadlock && lastLevel is null)
            {
                return Result(SearchEnd.Found, depth, depth);
            }

            if (stopped is { } reason)
            {
                // A violation in the part of the next level that was found is a nearest one, because all levels before
                // it are complete and have none.
                return IsQuestionSatisfied ? Result(SearchEnd.Found, depth + 1, depth) : Result(reason, depth, depth);
            }

            isResumed = false;
            depth++;
        }
    }

    /// <summary>The visited states after an exhaustive search; valid until it is disposed of.</summary>
    public IStateSet Visited => new VisitedStates(model, store);

    private bool IsQuestionSatisfied => model.StopsAtQuestion && team.Satisfied.HasQuestion;

    /// <inheritdoc/>
    public void Dispose()
    {
        team.Dispose();
        store.Dispose();
    }

    // Resumes from a checkpoint (returns true if it was in the middle of a level) or starts anew.
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
        team.DropGoals(witnessDepths);
        store.Resume(found);
        if (store.Disk is not null)
        {
            team.Delay();
        }

        frontier = new Frontier(model.Layout.WordCount, store.Pool);
        Array.ForEach([.. found.Frontier], frontier.Add);
        return found.IsMidLevel;
    }

    // Builds the first level. No checkpoint is written in the middle of it.
    private Frontier Start()
    {
        var none = new Frontier(model.Layout.WordCount, store.Pool);
        try
        {
            foreach (var state in new Interpreter(model.Model).StartsAndTries())
            {
                if (state is null ? MustStop() : !MakeRoom(none))
                {
                    return none;
                }

                if (state is not null)
                {
                    team.AddInitial(model.Layout.Pack(state));
                }
            }

            return TryFinishLevel(none, keepLevels: false) ?? none;
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            stopped = StopReason.Disk(e);
            return none;
        }
    }

    // Concludes a complete level: records new witnesses and decides whether the search ends.
    private SearchResult? Conclude(Frontier frontier, bool keepLevels, int? lastLevel)
    {
        for (var i = 0; i < witnessDepths.Length; i++)
        {
            if (team.Satisfied.HasWitness(i))
            {
                witnessDepths[i] ??= depth;
            }
        }

        team.DropGoals(witnessDepths);
        ReportProgress(frontier.Count);
        if (keepLevels)
        {
            levels.Add(frontier);
        }

        var isMet = IsQuestionSatisfied && lastLevel is null;
        if (isMet || frontier.Count == 0)
        {
            var last = frontier.Count == 0 ? depth - 1 : depth;
            return Result(isMet ? SearchEnd.Found : SearchEnd.Exhausted, last, last);
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

    // Computes the next level; if stopped, the part that was found.
    private Frontier Expand(Frontier frontier, bool isResumed, bool keepLevels)
    {
        if (!isResumed)
        {
            team.StartLevel();
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

    // Makes room between two rounds, when no thread inserts. Returns false if the search has to stop.
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
        else if (!store.TryGrow(team.Threads))
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
            part.MoveTo(store.Directory!);
        }

        store.Pool.Trim();
        team.Delay();
    }

    // True if a round may continue. Thread-safe.
    private bool MayContinue() => !MustStop() && checkpoint is not { IsDue: true };

    // True if an interrupt or the clock ends the search. Thread-safe.
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

    // Completes the next level; null if the removal of duplicates was stopped.
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

    // Removes files that are no longer needed.
    private void Sweep(Frontier frontier)
    {
        if (store.Directory is { } directory)
        {
            var parts = team.Nexts.Concat(levels).Append(frontier);
            directory.KeepOnly([.. parts.SelectMany(part => part.Files), .. store.Files, .. checkpoint?.Files ?? []]);
        }
    }

    // A reason to end the search after this level is not saved, because a resumed search finds it again.
    private void Save(Frontier frontier, bool isMidLevel)
    {
        if (checkpoint is null || team.FoundDeadlock || team.Undefined is not null)
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
            StatesRepresented = team.StatesRepresented,
            Satisfied = isMidLevel ? team.Satisfied : default,
            RuleCounts = team.RuleCounts(),
            WitnessDepths = [.. witnessDepths],
            IsOnDisk = store.Disk is not null,
            Seen = seen,
            Candidates = candidates,
            Frontier = [.. frontier.Store(checkpoint.Directory, isMidLevel ? team.Remaining : null)],
            Next = [.. team.Nexts.SelectMany(next => next.Store(checkpoint.Directory))],
        };
    }

    // An interrupt is reported as such even if something else fails afterwards.
    private SearchResult Result(StopReason reason, int last, int covered) =>
        Result(run.Cancellation.IsCancellationRequested ? SearchEnd.Cancelled : reason.End, last, covered) with { Cause = reason.Text };

    private SearchResult Result(SearchEnd end, int last, int covered)
    {
        // A deadlock shows when a state is expanded, and an incomplete search has not expanded its last level.
        var looked = model.AsksForDeadlock && end is SearchEnd.Cut or SearchEnd.Cancelled ? covered - 1 : covered;
        return new SearchResult(end, null, store.States, team.StatesRepresented, team.Transitions, last, looked,
            team.RuleCounts(), [.. witnessDepths], levels)
        {
            IsCompact = store.Table.IsCompact,
            UndefinedIn = end == SearchEnd.Undefined ? team.Undefined!.Words : null,
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }
}
