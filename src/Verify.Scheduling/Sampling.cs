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

/// <summary>The runs that one decision draws, and what is concluded from them.</summary>
/// <remarks>
/// They are drawn in rounds and a round is always finished, so that nothing but the time depends on the number of
/// threads; of the runs of a round that met something the first one is told.
/// </remarks>
internal sealed class Sampling : IDisposable
{
    private const int RunsPerRound = 64;
    private const long MaxStatesCounted = 1 << 24;
    private readonly CompiledModel model;
    private readonly EngineOptions run;
    private readonly long most;
    private readonly Func<StepPolicy> chooser;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly StartStates starts;
    private readonly RandomWalk[] walkers;
    private readonly SeenSet? seen;
    private readonly ThreadGroup? crew;
    private readonly RunOutcome[] ends = new RunOutcome[RunsPerRound];
    private long? met;
    private volatile string? stopped;

    /// <summary>Makes ready.</summary>
    /// <param name="model">The model.</param>
    /// <param name="run">What is allowed; a budget of depth is the length of a run.</param>
    /// <param name="most">The number of runs.</param>
    /// <param name="chooser">Makes who chooses their steps, one for each thread.</param>
    private Sampling(CompiledModel model, EngineOptions run, long most, Func<StepPolicy> chooser)
    {
        (this.model, this.run, this.most, this.chooser) = (model, run, most, chooser);
        MaxSteps = run.Budget.Depth ?? RandomEngine.DefaultSteps;
        starts = new StartStates(model);
        // Room for everything that can be met, or none: a table that grows would have to be looked at in every step.
        var states = Math.Min(starts.Few, StartStates.MostLookedAt) + ((double)most * (MaxSteps + 1));
        seen = states <= MaxStatesCounted && !(run.Budget.Bytes < 64 * states * model.Layout.WordCount)
            ? new SeenSet(model.Layout.WordCount, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(2 * states) + 1024))
            : null;
        var threads = run.ThreadCount;
        walkers = [.. Enumerable.Range(0, threads).Select(_ => Walker(seen))];
        crew = threads > 1 ? new ThreadGroup(threads) : null;
    }

    private int MaxSteps { get; }

    /// <summary>Runs finished.</summary>
    private long Taken { get; set; }

    /// <summary>The run to what was met, if it was.</summary>
    private Trace? Trace { get; set; }

    /// <summary>Draws runs until something is met or there are enough, and says what that comes to.</summary>
    /// <param name="model">The model.</param>
    /// <param name="property">What is asked.</param>
    /// <param name="run">What is allowed; a budget of depth is the length of a run.</param>
    /// <param name="most">The number of runs.</param>
    /// <param name="words">What they are called, walks or schedules, and what is said of how they are drawn.</param>
    /// <param name="chooserFor">Makes who chooses their steps, one for each thread.</param>
    /// <exception cref="UserErrorException">
    /// VRF203: a reduction is asked for. VRF104, VRF120, VRF121: a run met something undefined.
    /// </exception>
    public static Verdict Decide(
        Model model, Property property, EngineOptions run, long most, (string Name, string How) words,
        Func<CompiledModel, StepPolicy> chooserFor)
    {
        RefuseReductions(property, run, words.Name);
        var compiled = new CompiledModel(model, property, Reductions.None);
        using var sample = new Sampling(compiled, run, most, () => chooserFor(compiled));
        var cause = sample.Take();
        var evidence = EvidenceOf(
            compiled, [.. sample.walkers.Select(walker => walker.Stepper)], sample.met ?? sample.Taken, sample.seen is not null);
        var taken = string.Create(CultureInfo.InvariantCulture,
            $"{sample.Taken:N0} {words.Name} of at most {sample.MaxSteps:N0} steps{words.How}");
        return Conclude(property, run, evidence, taken, cause, sample.Trace);
    }

    /// <summary>What runs come to.</summary>
    /// <param name="property">What was asked.</param>
    /// <param name="run">What was allowed.</param>
    /// <param name="evidence">What was looked at.</param>
    /// <param name="taken">The runs in words.</param>
    /// <param name="cause">What ended them before there were enough; null if nothing did.</param>
    /// <param name="trace">The run to what was met, if it was.</param>
    public static Verdict Conclude(Property property, EngineOptions run, Evidence evidence, string taken, string? cause, Trace? trace) =>
        (trace, property) switch
        {
            (not null, Property.Reachable) => new Verdict.Proved(evidence, trace),
            (not null, _) => new Verdict.Refuted(trace, evidence),
            (null, Property.Reachable) => new Verdict.Unknown($"not met in {taken}", evidence),
            _ when run.Cancellation.IsCancellationRequested => new Verdict.Unknown($"interrupted after {taken}", evidence),
            _ => new Verdict.HoldsUpTo(new ExplorationBound(cause is null ? taken : $"{cause} after {taken}", 0, evidence.States),
                evidence),
        };

    /// <summary>What was looked at.</summary>
    /// <param name="model">The model.</param>
    /// <param name="steppers">Who made the runs.</param>
    /// <param name="drawn">How many there were.</param>
    /// <param name="isCounted">Whether states were counted.</param>
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

    /// <summary>Runs leave nothing out.</summary>
    /// <exception cref="UserErrorException">VRF203: a reduction is asked for.</exception>
    public static void RefuseReductions(Property property, EngineOptions run, string what)
    {
        if (run.Reductions != Reductions.None)
        {
            throw UserErrorException.At(property.Where, ErrorCodes.BadReduction, $"{what} take every step that there is",
                "leave --reduce out, or search with --engine explicit");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        crew?.Dispose();
        seen?.Dispose();
    }

    private RandomWalk Walker(SeenSet? counted) => new(model, starts, run.Seed, MaxSteps, chooser(), counted);

    private long Total(Func<ModelRun, long> of) => walkers.Sum(walker => of(walker.Stepper));

    // What cut it short, if something did.
    private string? Take()
    {
        LookAtStarts();
        while (Trace is null && Taken < most && stopped is null)
        {
            TakeRound((int)Math.Min(RunsPerRound, most - Taken));
            var (found, steps) = (Total(stepper => stepper.Found), Total(stepper => stepper.Steps));
            run.Progress?.Report(new Progress(found, steps, MaxSteps, most - Taken));
            if (run.Budget.States <= (seen is null ? steps : found) && Taken < most)
            {
                stopped ??= string.Create(CultureInfo.InvariantCulture, $"budget of {run.Budget.States} states");
            }
        }

        return stopped;
    }

    // All of them, so that "within 0 steps" is true of what is reported; or as many as there is time for.
    private void LookAtStarts()
    {
        for (var i = 0; i < Math.Min(starts.Few, StartStates.MostLookedAt) && Trace is null; i++)
        {
            if (run.Cancellation.IsCancellationRequested || run.Budget.Seconds <= clock.Elapsed.TotalSeconds)
            {
                return; // the first run says so
            }

            var end = walkers[0].LookAt(i);
            if (end == RunOutcome.Undefined)
            {
                throw UndefinedTrace.Explain(model, new Trace([walkers[0].Stepper.State], []));
            }

            Trace = end == RunOutcome.Met ? new Trace([walkers[0].Stepper.State], []) : null;
        }
    }

    private void TakeRound(int count)
    {
        Array.Clear(ends);
        if (crew is null)
        {
            TakePart(0, 1, count);
        }
        else
        {
            crew.Do(member => TakePart(member, crew.Size, count));
        }

        for (var i = 0; i < count && Trace is null; i++)
        {
            Conclude(i);
        }

        // A round that was cut is not counted, but what was met in it is told.
        Taken += stopped is null ? count : 0;
    }

    private void Conclude(int walk)
    {
        if (ends[walk] == RunOutcome.Undefined)
        {
            throw UndefinedTrace.Explain(model, Walker(null).Tell(Taken + walk));
        }

        if (ends[walk] == RunOutcome.Met)
        {
            met = Taken + walk + 1;
            Trace = Shorten.Of(new Interpreter(model.Model), model.Property, Walker(null).Tell(Taken + walk));
        }
    }

    private void TakePart(int member, int members, int count)
    {
        for (var i = member; i < count && stopped is null; i += members)
        {
            ends[i] = walkers[member].Walk(Taken + i);
            if (run.Cancellation.IsCancellationRequested)
            {
                stopped = "interrupted";
            }
            else if (run.Budget.Seconds <= clock.Elapsed.TotalSeconds)
            {
                stopped = string.Create(CultureInfo.InvariantCulture, $"time budget of {run.Budget.Seconds} s");
            }
        }
    }
}
