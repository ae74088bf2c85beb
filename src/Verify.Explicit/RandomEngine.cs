using System.Globalization;
using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Explicit;

/// <summary>Random walks, for models that are too large to be searched. It can refute, and it never proves.</summary>
/// <param name="walks">How many.</param>
/// <remarks>
/// An engine of its own and no option of the search: nothing is the same but the compiled rules. A budget of depth is the
/// length of a walk. Walks are taken in rounds and a round is always finished, so that nothing but the time depends on
/// the number of threads; of the walks of a round that met something the first one is told.
/// </remarks>
public sealed class RandomEngine(long walks = RandomEngine.DefaultWalks) : IEngine
{
    /// <summary>The number of walks unless another is asked for.</summary>
    public const long DefaultWalks = 1000;

    /// <summary>The steps of a walk unless the budget says otherwise.</summary>
    public const int DefaultSteps = 1000;

    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public string Summary => "random walks from a seed; refutes, but proves nothing";

    /// <inheritdoc/>
    public string? Unavailable => null;

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property property) => property is Property.LeadsTo
        ? "a walk of finite length says nothing about what comes some time"
        : null;

    /// <inheritdoc/>
    /// <exception cref="ModelException">VRF203: a reduction is asked for. VRF104, VRF120, VRF121: a walk met what is undefined.</exception>
    public Verdict Decide(Model model, Property property, Run run)
    {
        if (run.Reductions != Reductions.None)
        {
            throw ModelException.At(property.Where, Codes.BadReduction, "random walks take every step that there is",
                "leave --reduce out, or search with --engine explicit");
        }

        using var sample = new Sample(new CompiledModel(model, property, Reductions.None), run, walks);
        var cause = sample.Take();
        var evidence = sample.Evidence;
        var taken = string.Create(CultureInfo.InvariantCulture, $"{sample.Taken:N0} walks of at most {sample.MostSteps:N0} steps");
        return (sample.Trace, property) switch
        {
            ({ } trace, Property.Reachable) => new Verdict.Proved(evidence, trace),
            ({ } trace, _) => new Verdict.Refuted(trace, evidence),
            (null, Property.Reachable) => new Verdict.Unknown($"not met in {taken}", evidence),
            _ when run.Cancellation.IsCancellationRequested => new Verdict.Unknown($"interrupted after {taken}", evidence),
            _ => new Verdict.HoldsUpTo(new Bound(cause is null ? taken : $"{cause} after {taken}", 0, evidence.States), evidence),
        };
    }

    /// <summary>The walks of one run.</summary>
    private sealed class Sample : IDisposable
    {
        private const int WalksPerRound = 64;
        private const long MostStatesCounted = 1 << 24;
        private readonly CompiledModel model;
        private readonly Run run;
        private readonly long walks;
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private readonly List<ulong[]> starts;
        private readonly RandomWalk[] walkers;
        private readonly SeenSet? seen;
        private readonly Crew? crew;
        private readonly WalkEnd[] ends = new WalkEnd[WalksPerRound];
        private readonly State?[] undefined = new State?[WalksPerRound];
        private volatile string? stopped;

        public Sample(CompiledModel model, Run run, long walks)
        {
            (this.model, this.run, this.walks) = (model, run, walks);
            MostSteps = run.Budget.Depth ?? DefaultSteps;
            starts = [.. new Interpreter(model.Model).InitialStates().Select(model.Layout.Pack)];
            // Room for everything that can be met, or none: a table that grows would have to be looked at in every step.
            var most = starts.Count + ((double)walks * (MostSteps + 1));
            seen = most <= MostStatesCounted && !(run.Budget.Bytes < 64 * most * model.Layout.WordCount)
                ? new SeenSet(model.Layout.WordCount, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(2 * most) + 1024))
                : null;
            var threads = run.Threads > 0 ? run.Threads : Environment.ProcessorCount;
            walkers = [.. Enumerable.Range(0, threads).Select(_ => new RandomWalk(model, starts, run.Seed, MostSteps, seen))];
            crew = threads > 1 ? new Crew(threads) : null;
        }

        public int MostSteps { get; }

        /// <summary>Walks finished.</summary>
        public long Taken { get; private set; }

        /// <summary>The run to what was met, if it was.</summary>
        public Trace? Trace { get; private set; }

        public Evidence Evidence => new()
        {
            Kind = EvidenceKind.Sampled,
            States = walkers.Sum(walker => walker.Found),
            Transitions = walkers.Sum(walker => walker.Steps),
            Depth = walkers.Max(walker => walker.Longest),
            RuleCounts = [.. model.Model.Rules.Select((_, rule) => walkers.Sum(walker => walker.RuleCounts[rule]))],
            Witnesses =
            [
                .. model.Witnesses.Select((witness, i) =>
                    new Witness(witness.Name, walkers.Min(walker => walker.WitnessDepths[i]))),
            ],
            Identity = seen is null ? "states not counted" : "exact states",
        };

        /// <summary>Walks until something is met or there are enough.</summary>
        /// <returns>What cut it short, if something did.</returns>
        public string? Take()
        {
            LookAtStarts();
            while (Trace is null && Taken < walks && stopped is null)
            {
                TakeRound((int)Math.Min(WalksPerRound, walks - Taken));
                var (found, steps) = (walkers.Sum(walker => walker.Found), walkers.Sum(walker => walker.Steps));
                run.Progress?.Report(new Progress(found, steps, MostSteps, walks - Taken));
                if (run.Budget.States <= (seen is null ? steps : found) && Taken < walks)
                {
                    stopped ??= string.Create(CultureInfo.InvariantCulture, $"budget of {run.Budget.States} states");
                }
            }

            return stopped;
        }

        public void Dispose()
        {
            crew?.Dispose();
            seen?.Dispose();
        }

        // All of them, so that "within 0 steps" is true of what is reported.
        private void LookAtStarts()
        {
            for (var i = 0; i < starts.Count && Trace is null; i++)
            {
                var end = walkers[0].LookAt(i);
                if (end == WalkEnd.Undefined)
                {
                    throw Undefined.Explain(model, walkers[0].Last);
                }

                Trace = end == WalkEnd.Met ? new Trace([walkers[0].Last], []) : null;
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
            if (ends[walk] == WalkEnd.Undefined)
            {
                throw Undefined.Explain(model, undefined[walk]!);
            }

            if (ends[walk] == WalkEnd.Met)
            {
                var whole = new RandomWalk(model, starts, run.Seed, MostSteps, null).Tell(Taken + walk);
                Trace = Shorten.Of(new Interpreter(model.Model), model.Property, whole);
            }
        }

        private void TakePart(int member, int members, int count)
        {
            for (var i = member; i < count && stopped is null; i += members)
            {
                ends[i] = walkers[member].Walk(Taken + i);
                undefined[i] = ends[i] == WalkEnd.Undefined ? walkers[member].Last : null;
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
}
