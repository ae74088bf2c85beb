using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Verify.Modelling;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Soaking;

/// <summary>The request for a soak.</summary>
/// <param name="Time">The duration.</param>
/// <param name="Seed">The seed of models and laws.</param>
/// <param name="Models">The maximum number of models; by default only the time ends the soak.</param>
/// <param name="Often">Multiplies how often a law is tried; it is tried at most once per model.</param>
internal sealed record SoakRequest(TimeSpan Time, ulong Seed, long Models = long.MaxValue, int Often = 1);

/// <summary>The results of a law in a soak.</summary>
internal sealed class SoakRow(Law law)
{
    public Law Law { get; } = law;

    /// <summary>The comparisons of the law.</summary>
    public Tally Tally { get; } = new();

    /// <summary>The number of models that the law was tried on.</summary>
    public long Models { get; set; }

    /// <summary>The number of models that were too large or that the law does not apply to.</summary>
    public long Skipped { get; set; }

    public long Disagreements { get; set; }

    public TimeSpan Elapsed { get; set; }

    /// <summary>The CPU time of this process and of ended solver processes.</summary>
    public TimeSpan Cpu { get; set; }

    /// <summary>The reason why the law cannot be tried here; null if it can.</summary>
    public string? Unavailable { get; set; }
}

/// <summary>A model on which a law fails.</summary>
/// <param name="Law">The law.</param>
/// <param name="Source">The source of the model.</param>
/// <param name="Seed">The seed of the model.</param>
/// <param name="Model">The model.</param>
/// <param name="Error">The failure.</param>
internal sealed record Disagreement(Law Law, ModelSource Source, int Seed, Model Model, Exception Error);

/// <summary>
/// Tries all laws on new models for a limited time. A model is drawn once and shared, so that laws can reuse each
/// other's results. The same seed gives the same models and the same laws for each.
/// </summary>
/// <param name="request">The request.</param>
/// <param name="laws">The laws.</param>
/// <param name="met">Called for the first occurrence of each kind of failure.</param>
internal sealed partial class Soak(SoakRequest request, IEnumerable<Law> laws, Action<Disagreement> met)
{
    private readonly HashSet<string> known = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();

    /// <summary>The results of each law.</summary>
    public IReadOnlyList<SoakRow> Rows { get; } = [.. laws.Select(law => new SoakRow(law))];

    /// <summary>The number of models drawn.</summary>
    public long Models { get; private set; }

    /// <summary>The number of models with too many states for any law.</summary>
    public long Large { get; private set; }

    /// <summary>The CPU time for drawing models and computing their graphs.</summary>
    public TimeSpan DrawingCpu { get; private set; }

    public TimeSpan Elapsed => clock.Elapsed;

    /// <summary>The errors of models that could not be drawn, or whose graph could not be computed.</summary>
    public ImmutableArray<string> Undrawn { get; private set; } = [];

    /// <summary>The current activity.</summary>
    public string Now { get; private set; } = "";

    /// <summary>Runs until the time is up or the soak is cancelled.</summary>
    public void Run(CancellationToken cancellation)
    {
        for (; Models < request.Models && clock.Elapsed < request.Time && !cancellation.IsCancellationRequested; Models++)
        {
            var random = Prng.ForRun(request.Seed, Models);
            var source = ModelSource.All.First(some => random.OneIn(some.Odds));
            var seed = random.Below(int.MaxValue / 2);
            if (Draw(source, seed) is { } sample)
            {
                Try(source, seed, sample, random, cancellation);
            }
        }
    }

    // All laws are drawn, also those that cannot be tried, so that the same seed gives the same draws.
    private void Try(ModelSource source, int seed, Sample sample, Prng random, CancellationToken cancellation)
    {
        foreach (var row in Rows.Where(row => random.OneIn(Math.Max(1, row.Law.Odds / request.Often))).ToList())
        {
            if (cancellation.IsCancellationRequested || clock.Elapsed >= request.Time)
            {
                return;
            }

            if (row.Unavailable is not null || !row.Law.Suits(sample))
            {
                row.Skipped++;
                continue;
            }

            Now = $"{row.Law.Name} on seed {seed} ({source.Name})";
            row.Models++;
            var (elapsed, cpu) = (clock.Elapsed, Usage.Cpu);
            if (Failure(row.Law, sample, row.Tally) is { } error)
            {
                Fail(row, new Disagreement(row.Law, source, seed, sample.Model, error));
            }

            row.Elapsed += clock.Elapsed - elapsed;
            row.Cpu += Usage.Cpu - cpu;
        }
    }

    private Sample? Draw(ModelSource source, int seed)
    {
        Now = $"drawing seed {seed} ({source.Name})";
        var cpu = Usage.Cpu;
        try
        {
            var sample = source.Sample(seed);
            Large += sample.Toy.IsCut ? 1 : 0;
            return sample.Toy.IsCut ? null : sample;
        }
#pragma warning disable CA1031 // An exception in a generator or in the interpreter must not end a soak of hours.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Undrawn = Undrawn.Add($"{Now}: {e.Message}");
            return null;
        }
        finally
        {
            DrawingCpu += Usage.Cpu - cpu;
        }
    }

    private void Fail(SoakRow row, Disagreement failure)
    {
        if (Law.IsSkip(failure.Error))
        {
            row.Unavailable = failure.Error.Message;
            row.Models--;
            return;
        }

        row.Disagreements++;
        if (known.Add($"{row.Law.Name} {WayOf(failure.Error)}"))
        {
            met(failure);
        }
    }

    /// <summary>The failure of a law on a model; null if it holds.</summary>
    public static Exception? Failure(Law law, Sample sample, Tally tally)
    {
        try
        {
            law.Try(sample, tally);
            return null;
        }
#pragma warning disable CA1031 // Any exception while a law is tried is a failure of the law.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    /// <summary>The kind of a failure: its place, its exception, and the verdicts and codes in its message.</summary>
    public static string WayOf(Exception error)
    {
        var frame = new StackTrace(error, fNeedFileInfo: true).GetFrames()
            .FirstOrDefault(frame => frame.GetFileName() is not null
                && frame.GetMethod()?.DeclaringType?.Assembly == typeof(Soak).Assembly);
        return $"{error.GetType().Name} at {Path.GetFileName(frame?.GetFileName())}:{frame?.GetFileLineNumber()} "
            + string.Join(' ', Words().Matches(error.Message).Select(match => match.Value));
    }

    [GeneratedRegex(@"\b(proved|refuted|unknown|holds-up-to|VRF\d+)\b")]
    private static partial Regex Words();
}
