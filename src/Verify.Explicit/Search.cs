using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Explicit;

/// <summary>How a search ended.</summary>
internal enum SearchEnd
{
    /// <summary>There are no more states.</summary>
    Exhausted,

    /// <summary>What was asked for was met, in the last level.</summary>
    Met,

    /// <summary>A budget was reached.</summary>
    Cut,

    /// <summary>Somebody asked to stop.</summary>
    Cancelled,
}

/// <summary>What a search did.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Cause">What cut it, if something did.</param>
/// <param name="States">Distinct states.</param>
/// <param name="StoodFor">The states that they stand for; 0 without symmetry.</param>
/// <param name="Transitions">Steps taken from those that were expanded.</param>
/// <param name="Depth">The last level that has states.</param>
/// <param name="Covered">Every state of this level and above was looked at; -1 if there is no such level.</param>
/// <param name="RuleCounts">How often each rule fired.</param>
/// <param name="WitnessDepths">The first level of each witness; null where it was not met.</param>
/// <param name="Levels">The states of each level, if they were to be kept.</param>
internal sealed record SearchResult(
    SearchEnd End,
    string? Cause,
    long States,
    Int128 StoodFor,
    long Transitions,
    int Depth,
    int Covered,
    ImmutableArray<long> RuleCounts,
    ImmutableArray<int?> WitnessDepths,
    IReadOnlyList<Frontier> Levels)
{
    /// <summary>The same as evidence for a verdict.</summary>
    public Evidence ToEvidence(CompiledModel model) => new()
    {
        Kind = End == SearchEnd.Exhausted ? EvidenceKind.Exhaustive : EvidenceKind.Partial,
        States = States,
        // Under partial order there are more that no state stands for.
        StatesStoodFor = StoodFor > 0 && StoodFor <= long.MaxValue && model.Steps is null ? (long)StoodFor : null,
        Transitions = Transitions,
        Depth = Depth,
        RuleCounts = model.WithoutLeftOut(RuleCounts),
        Witnesses = [.. model.Witnesses.Select((witness, i) => new Witness(witness.Name, WitnessDepths[i]))],
        NotLookedFor = model.NotLookedFor,
        Identity = model.Identity,
    };
}

/// <summary>
/// The one search loop: level by level, so that the first violation is a nearest one. Threads share a level; what they
/// find is a set, the same whatever their order, and a level is finished before anything is concluded from it.
/// </summary>
internal sealed class Search(CompiledModel model, Run run) : IDisposable
{
    private const int SmallLevel = 1024;
    private const int MostPerBatch = 256;
    private readonly int wordCount = model.Layout.WordCount;
    private readonly Worker[] workers =
        [.. Enumerable.Range(0, run.Threads > 0 ? run.Threads : Environment.ProcessorCount).Select(_ => new Worker(model))];

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<Frontier> levels = [];
    private readonly int?[] witnessDepths = new int?[model.Witnesses.Length];
    private SeenSet seen = null!;
    private Crew? crew; // hired for the first level that is worth it
    private long states;
    private long cursor;
    private volatile string? stopped;

    /// <summary>Searches.</summary>
    /// <param name="keepLevels">Whether the states of all levels are kept.</param>
    /// <param name="lastLevel">The last level to reach; null for no limit but the budget's.</param>
    public SearchResult Execute(bool keepLevels, int? lastLevel = null)
    {
        var frontier = Start();
        if (stopped is { } tooSmall)
        {
            return Result(SearchEnd.Cut, tooSmall, 0, -1);
        }

        for (var depth = 0; ; depth++)
        {
            Conclude(depth);
            if (keepLevels)
            {
                levels.Add(frontier);
            }

            var isMet = HasMet && lastLevel is null;
            if (isMet || frontier.Count == 0)
            {
                var last = frontier.Count == 0 ? depth - 1 : depth;
                return Result(isMet ? SearchEnd.Met : SearchEnd.Exhausted, null, last, last);
            }

            if (StopBefore(depth, lastLevel) is { } end)
            {
                return Result(end.End, end.Cause, depth, depth);
            }

            var next = Expand(frontier, depth);
            if (!keepLevels)
            {
                // Shared out, so that the next level but one needs little more.
                frontier.LeaveTo([.. workers.Select(worker => worker.Next)]);
            }

            frontier = next;
            FailIfUndefined();
            if (workers.Any(worker => worker.MetDeadlock) && lastLevel is null)
            {
                return Result(SearchEnd.Met, null, depth, depth);
            }

            if (stopped is { } cause)
            {
                // A violation in the part of the next level that was found is as near as any: all before are fine.
                return HasMet
                    ? Result(SearchEnd.Met, null, depth + 1, depth)
                    : Result(run.Cancellation.IsCancellationRequested ? SearchEnd.Cancelled : SearchEnd.Cut, cause, depth, depth);
            }
        }
    }

    private bool HasMet => model.EndsWhenMet && workers.Any(worker => (worker.Met & 1) != 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        crew?.Dispose();
        seen?.Dispose();
    }

    private unsafe Frontier Start()
    {
        var capacity = 1L << 16;
        while (capacity < 16L * workers.Length * model.MostSuccessors)
        {
            capacity *= 2;
        }

        seen = new SeenSet(wordCount, capacity);
        foreach (var state in new Interpreter(model.Model).InitialStates())
        {
            fixed (ulong* words = model.Layout.Pack(state))
            {
                if (!GrowIfNeeded(workers[0].Next.Count))
                {
                    stopped = "memory budget";
                    break;
                }

                workers[0].AddInitial(seen, words);
            }
        }

        FailIfUndefined();
        states = workers[0].Next.Count;
        return TakeNext();
    }

    // A level is complete: notes what was met in it for the first time.
    private void Conclude(int depth)
    {
        var met = workers.Aggregate(0L, (bits, worker) => bits | worker.Met);
        for (var i = 0; i < witnessDepths.Length; i++)
        {
            if ((met >> (i + 1) & 1) != 0)
            {
                witnessDepths[i] ??= depth;
            }
        }

        var known = witnessDepths.Select((at, i) => at is null ? 0 : 2L << i).Sum();
        Array.ForEach(workers, worker => worker.GiveUp(known));

        run.Progress?.Report(new Progress(states, workers.Sum(worker => worker.Transitions), depth, workers.Sum(w => w.Next.Count)));
    }

    private (SearchEnd End, string? Cause)? StopBefore(int depth, int? lastLevel)
    {
        if (depth == lastLevel)
        {
            return (SearchEnd.Cut, "level");
        }

        if (run.Cancellation.IsCancellationRequested)
        {
            return (SearchEnd.Cancelled, "interrupted");
        }

        if (run.Budget.Depth <= depth)
        {
            return (SearchEnd.Cut, $"depth budget of {run.Budget.Depth}");
        }

        return run.Budget.States <= states ? (SearchEnd.Cut, $"budget of {run.Budget.States} states") : null;
    }

    private Frontier Expand(Frontier frontier, int depth)
    {
        foreach (var worker in workers)
        {
            worker.StartLevel();
        }

        cursor = 0;
        // All threads together must not fill the table before they look at it again.
        var fit = (int)Math.Clamp(seen.Capacity / 8 / workers.Length / model.MostSuccessors, 1, MostPerBatch);
        var batch = PowerOfTwoBelow(fit);
        while (true)
        {
            if (!GrowIfNeeded(states))
            {
                stopped = "memory budget";
                break;
            }

            var isDone = frontier.Count <= SmallLevel || workers.Length == 1
                ? ExpandPart(workers[0], frontier, batch, depth)
                : ExpandTogether(frontier, batch, depth);
            if (isDone || stopped is not null)
            {
                break;
            }
        }

        return TakeNext();
    }

    private bool ExpandTogether(Frontier frontier, int batch, int depth)
    {
        var done = 0;
        (crew ??= new Crew(workers.Length)).Do(i =>
        {
            if (ExpandPart(workers[i], frontier, batch, depth))
            {
                Interlocked.Increment(ref done);
            }
        });
        return done == workers.Length;
    }

    // Takes batches until there are none (true) or the table must grow (false).
    private unsafe bool ExpandPart(Worker worker, Frontier frontier, int batch, int depth)
    {
        var perBlock = Frontier.BlockStates / batch;
        while (Volatile.Read(ref states) < seen.Limit && stopped is null)
        {
            var position = Interlocked.Increment(ref cursor) - 1;
            var block = (int)(position / perBlock);
            if (block >= frontier.BlockCount)
            {
                return true;
            }

            var first = (int)(position % perBlock) * batch;
            var count = Math.Min(batch, frontier.StatesIn(block) - first);
            if (count <= 0)
            {
                continue;
            }

            fixed (ulong* words = frontier.Words(block))
            {
                var found = worker.Expand(seen, words + ((long)first * wordCount), count);
                Interlocked.Add(ref states, found);
            }

            Look(worker, depth, position);
        }

        return false;
    }

    // The clock and the outside world, now and then.
    private void Look(Worker worker, int depth, long position)
    {
        if (run.Cancellation.IsCancellationRequested)
        {
            stopped = "interrupted";
        }
        else if (run.Budget.Seconds <= clock.Elapsed.TotalSeconds)
        {
            stopped = $"time budget of {run.Budget.Seconds} s";
        }
        else if (worker == workers[0] && position % 64 == 0)
        {
            run.Progress?.Report(new Progress(Volatile.Read(ref states), workers.Sum(w => w.Transitions), depth, 0));
        }
    }

    private bool GrowIfNeeded(long count)
    {
        while (count >= seen.Limit)
        {
            var bytes = (2 * seen.SizeBytes) + levels.Sum(level => level.SizeBytes);
            if (bytes > (run.Budget.Bytes ?? DefaultBytes))
            {
                return false;
            }

            seen.Grow(crew);
        }

        return true;
    }

    // Nine tenths of what there is: the machine should refuse before it thrashes.
    private static long DefaultBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 * 9;

    private Frontier TakeNext()
    {
        var next = new Frontier(wordCount);
        foreach (var worker in workers)
        {
            next.Absorb(worker.Next);
        }

        return next;
    }

    private void FailIfUndefined()
    {
        var least = workers.Select(worker => worker.UndefinedIn).OfType<ulong[]>()
            .MinBy(words => words, Comparer<ulong[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        if (least is not null)
        {
            throw Explain(model, model.Layout.Unpack(least));
        }
    }

    /// <summary>The interpreter meets what the compiled code met, and says it in the model's own words.</summary>
    internal static Exception Explain(CompiledModel model, State state)
    {
        var interpreter = new Interpreter(model.Model);
        try
        {
            foreach (var step in interpreter.Enabled(state))
            {
                interpreter.Successor(state, step);
            }

            foreach (var witness in model.Witnesses)
            {
                interpreter.Holds(state, witness.Holds, witness.Where);
            }

            if (model.Property is Property.LeadsTo leadsTo)
            {
                interpreter.Holds(state, leadsTo.From, leadsTo.Where);
                interpreter.Holds(state, leadsTo.To, leadsTo.Where);
            }

            Replay.Decides(interpreter, model.Property, new Traces.Trace([state], []));
        }
        catch (ModelException found)
        {
            return found;
        }

        return new UnreachableException("compiled code calls a state undefined that the interpreter finds nothing wrong with");
    }

    private SearchResult Result(SearchEnd end, string? cause, int depth, int covered)
    {
        var counts = new long[model.Model.Rules.Length];
        foreach (var worker in workers)
        {
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] += worker.RuleCounts[i];
            }
        }

        // Whether a state is stuck shows when it is expanded, which the states of the last level of a cut search were not.
        var looked = model.AsksForDeadlock && end is SearchEnd.Cut or SearchEnd.Cancelled ? covered - 1 : covered;
        return new SearchResult(end, cause, states, workers.Aggregate(Int128.Zero, (sum, w) => sum + w.StoodFor),
            workers.Sum(worker => worker.Transitions), depth, looked,
            [.. counts], [.. witnessDepths], levels);
    }

    private static int PowerOfTwoBelow(int number) => 1 << System.Numerics.BitOperations.Log2((uint)number);
}
