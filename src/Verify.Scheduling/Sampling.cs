using System.Globalization;
using Verify.Engines;
using Verify.Explicit.Counterexamples;
using Verify.Explicit.Exploration;
using Verify.Explicit.Storage;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Scheduling;

/// <summary>Draws the runs of one decision and computes the verdict.</summary>
/// <remarks>
/// Runs are drawn in rounds, and every round is completed, so that the number of threads affects only the time. If
/// several runs of a round decide the property, the first one is reported.
/// </remarks>
internal sealed class Sampling : IDisposable
{
    private const int RunsPerRound = 64;
    private const long MaxStatesCounted = 1 << 24;
    private const int RunsToMeasure = 8;
    private readonly CompiledModel model;
    private readonly EngineOptions run;
    private readonly long most;
    private readonly Func<StepPolicy> policy;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly StartStates starts;
    private readonly int expectedSteps;
    private readonly RandomWalk[] walkers;
    private readonly SeenSet? seen;
    private readonly ThreadGroup? threads;
    private readonly RunOutcome[] ends = new RunOutcome[RunsPerRound];
    private long? met;
    private volatile string? stopped;

    /// <summary>Prepares to draw runs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="run">The options; a budget of depth limits the length of a run.</param>
    /// <param name="most">The number of runs.</param>
    /// <param name="chooser">Creates a policy that selects steps, one per thread.</param>
    private Sampling(CompiledModel model, EngineOptions run, long most, Func<StepPolicy> chooser)
    {
        (this.model, this.run, this.most, this.policy) = (model, run, most, chooser);
        MaxSteps = run.Budget.Depth ?? RandomEngine.DefaultSteps;
        starts = new StartStates(model);
        // The table has room for every state that the runs can reach, or is omitted, because growing it would need a
        // check in every step.
        var states = starts.LookedAt + ((double)most * (MaxSteps + 1));
        seen = states <= MaxStatesCounted && !(run.Budget.Bytes < 64 * states * model.Layout.WordCount)
            ? new SeenSet(model.Layout.WordCount, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(2 * states) + 1024))
            : null;
        expectedSteps = Math.Max(1, MeasuredLength());
        var threads = run.ThreadCount;
        walkers = [.. Enumerable.Range(0, threads).Select(_ => Walker(seen))];
        this.threads = threads > 1 ? new ThreadGroup(threads) : null;
    }

    private int MaxSteps { get; }

    /// <summary>The number of completed runs.</summary>
    private long Finished { get; set; }

    /// <summary>The trace to a state that decides the property; null if there is none.</summary>
    private Trace? Trace { get; set; }

    /// <summary>Draws runs until one decides the property or there are enough, and computes the verdict.</summary>
    /// <param name="model">The model.</param>
    /// <param name="property">The property.</param>
    /// <param name="run">The options; a budget of depth limits the length of a run.</param>
    /// <param name="most">The number of runs.</param>
    /// <param name="words">The name of a run, "walk" or "schedule", and a note on how they are drawn.</param>
    /// <param name="chooserFor">Creates a policy that selects steps, one per thread.</param>
    /// <exception cref="UserErrorException">VRF203: the options ask for a reduction. VRF104, VRF120, VRF121: a run
    /// reached an undefined state.</exception>
    public static Verdict Decide(
        Model model, Property property, EngineOptions run, long most, (string Name, string How) words,
        Func<CompiledModel, StepPolicy> chooserFor)
    {
        RefuseReductions(property, run, $"{words.Name}s");
        var compiled = new CompiledModel(model, property, Reductions.None);
        using var sample = new Sampling(compiled, run, most, () => chooserFor(compiled));
        var cause = sample.DrawAll();
        var evidence = EvidenceOf(
            compiled, [.. sample.walkers.Select(walker => walker.Run)], sample.met ?? sample.Finished, sample.seen is not null);
        var taken = $"{Amount.Of(sample.Finished, words.Name)} of at most {Amount.Of(sample.MaxSteps, "step")}{words.How}";
        return Conclude(property, run, evidence, taken, cause, sample.Trace);
    }

    /// <summary>Computes the verdict after some runs.</summary>
    /// <param name="property">The property.</param>
    /// <param name="run">The options.</param>
    /// <param name="evidence">The evidence.</param>
    /// <param name="taken">A description of the runs.</param>
    /// <param name="cause">The reason why fewer runs were drawn than requested; null if there is none.</param>
    /// <param name="trace">The trace to a state that decides the property; null if there is none.</param>
    public static Verdict Conclude(Property property, EngineOptions run, Evidence evidence, string taken, string? cause, Trace? trace) =>
        (trace, property) switch
        {
            (not null, Property.Reachable) => new Verdict.Proved(evidence, trace),
            (not null, _) => new Verdict.Refuted(trace, evidence),
            (null, Property.Reachable) => new Verdict.Unknown($"not reached in {taken}", evidence),
            _ when run.Cancellation.IsCancellationRequested => new Verdict.Unknown($"stopped by an interrupt after {taken}", evidence),
            _ => new Verdict.HoldsUpTo(new ExplorationBound(cause is null ? taken : $"{taken}, ended by {cause}", 0, evidence.States),
                evidence),
        };

    /// <summary>Collects the evidence of some runs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="steppers">The executions of the runs.</param>
    /// <param name="drawn">The number of runs.</param>
    /// <param name="isCounted">True if states were counted.</param>
    public static Evidence EvidenceOf(CompiledModel model, IReadOnlyList<ModelRun> steppers, long drawn, bool isCounted) => new()
    {
        Kind = EvidenceKind.Sampled,
        States = steppers.Sum(stepper => stepper.Found),
        Transitions = steppers.Sum(stepper => stepper.Steps),
        Depth = steppers.Max(stepper => stepper.Longest),
        RuleCounts = [.. model.Model.Rules.Select((_, rule) => steppers.Sum(stepper => stepper.RuleCounts[rule]))],
        RulePairs = Enumerable.Range(0, steppers[0].Pairs.Length).Count(i => steppers.Any(stepper => stepper.Pairs[i])),
        Schedules = drawn,
        Witnesses =
        [
            .. model.Witnesses.Select((witness, i) =>
                new Witness(witness.Name, steppers.Min(stepper => stepper.WitnessDepths[i]))),
        ],
        Identity = isCounted ? "exact states" : Evidence.StatesNotCounted,
    };

    /// <summary>Rejects reductions, which do not apply to runs.</summary>
    /// <exception cref="UserErrorException">VRF203: the options ask for a reduction.</exception>
    public static void RefuseReductions(Property property, EngineOptions run, string what)
    {
        if (run.Reductions != Reductions.None)
        {
            throw UserErrorException.At(null, ErrorCodes.BadReduction, $"reductions do not apply to {what}",
                "omit --reduce, or search with --engine explicit");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        threads?.Dispose();
        seen?.Dispose();
    }

    private RandomWalk Walker(SeenSet? counted) =>
        new(model, starts, run.Seed, MaxSteps, policy(), counted) { ExpectedSteps = expectedSteps };

    // The number of steps that runs of this model have, which a policy spreads its changes over: the longest of a few
    // random walks.
    private int MeasuredLength()
    {
        var walk = new RandomWalk(model, starts, run.Seed, MaxSteps, new StepPolicy.AnyStep(), null);
        for (var number = 0; number < RunsToMeasure && walk.Run.Longest < MaxSteps; number++)
        {
            walk.Walk(number);
        }

        return walk.Run.Longest;
    }

    private long Total(Func<ModelRun, long> of) => walkers.Sum(walker => of(walker.Run));

    // Draws the runs; returns the reason for an early end, else null.
    private string? DrawAll()
    {
        CheckStarts();
        while (Trace is null && Finished < most && stopped is null)
        {
            DrawRound((int)Math.Min(RunsPerRound, most - Finished));
            var (found, steps) = (Total(stepper => stepper.Found), Total(stepper => stepper.Steps));
            run.Progress?.Report(new Progress(found, steps, MaxSteps, most - Finished));
            if (run.Budget.States <= (seen is null ? steps : found) && Finished < most)
            {
                stopped ??= $"a budget of {Amount.Of(run.Budget.States.Value, "state")}";
            }
        }

        return stopped;
    }

    // Checks all initial states, or as many as time allows, so that the reported bound "within 0 steps" is true.
    private void CheckStarts()
    {
        for (var i = 0; i < starts.LookedAt && Trace is null; i++)
        {
            if (run.Cancellation.IsCancellationRequested || run.Budget.Seconds <= clock.Elapsed.TotalSeconds)
            {
                return; // the first run reports it
            }

            var end = walkers[0].CheckStart(i);
            if (end == RunOutcome.Undefined)
            {
                throw UndefinedTrace.Explain(model, new Trace([walkers[0].Run.State], []));
            }

            Trace = end == RunOutcome.Found ? new Trace([walkers[0].Run.State], []) : null;
        }
    }

    private void DrawRound(int count)
    {
        Array.Clear(ends);
        if (threads is null)
        {
            DrawPart(0, 1, count);
        }
        else
        {
            threads.Do(member => DrawPart(member, threads.Size, count));
        }

        for (var i = 0; i < count && Trace is null; i++)
        {
            Conclude(i);
        }

        // The runs of an incomplete round are not counted, but a violation that they found is reported.
        Finished += stopped is null ? count : 0;
    }

    private void Conclude(int walk)
    {
        if (ends[walk] == RunOutcome.Undefined)
        {
            throw UndefinedTrace.Explain(model, Walker(null).Replay(Finished + walk));
        }

        if (ends[walk] == RunOutcome.Found)
        {
            met = Finished + walk + 1;
            Trace = Shorten.Apply(new Interpreter(model.Model), model.Property, Walker(null).Replay(Finished + walk));
        }
    }

    private void DrawPart(int member, int members, int count)
    {
        for (var i = member; i < count && stopped is null; i += members)
        {
            ends[i] = walkers[member].Walk(Finished + i);
            if (run.Cancellation.IsCancellationRequested)
            {
                stopped = "an interrupt";
            }
            else if (run.Budget.Seconds <= clock.Elapsed.TotalSeconds)
            {
                stopped = string.Create(CultureInfo.InvariantCulture, $"a time budget of {run.Budget.Seconds} s");
            }
        }
    }
}
