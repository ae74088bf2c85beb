using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Verify.Modelling;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Soaking;

/// <summary>What a soak is asked for.</summary>
/// <param name="Time">How long it goes on.</param>
/// <param name="Seed">What models and laws are drawn by.</param>
/// <param name="Models">The most models; the time ends it if there is no such number.</param>
/// <param name="Often">How many times as often as its odds say a law is tried; on no model twice.</param>
internal sealed record SoakRequest(TimeSpan Time, ulong Seed, long Models = long.MaxValue, int Often = 1);

/// <summary>What a law did in a soak.</summary>
internal sealed class SoakRow(Law law)
{
    public Law Law { get; } = law;

    /// <summary>What it compared.</summary>
    public Tally Tally { get; } = new();

    /// <summary>Models that it was tried on.</summary>
    public long Models { get; set; }

    /// <summary>Models that were too large for it, or that it says nothing about.</summary>
    public long Skipped { get; set; }

    public long Disagreements { get; set; }

    public TimeSpan Elapsed { get; set; }

    /// <summary>Of this process and of solvers that have ended.</summary>
    public TimeSpan Cpu { get; set; }

    /// <summary>Why it cannot be tried here; null if it can.</summary>
    public string? Unavailable { get; set; }
}

/// <summary>A model that a law does not hold of.</summary>
/// <param name="Law">The law.</param>
/// <param name="Source">Where the model is from.</param>
/// <param name="Seed">The seed of the model.</param>
/// <param name="Model">The model.</param>
/// <param name="Error">How the law failed.</param>
internal sealed record Disagreement(Law Law, ModelSource Source, int Seed, Model Model, Exception Error);

/// <summary>
/// Tries all laws on ever new models until the time is up. A model is drawn once and shared: what one law has found of it,
/// the others need not find again. The same seed draws the same models and the same laws for each.
/// </summary>
/// <param name="request">What is asked for.</param>
/// <param name="laws">The laws.</param>
/// <param name="met">Told of each way to fail when it is met first.</param>
internal sealed partial class Soak(SoakRequest request, IEnumerable<Law> laws, Action<Disagreement> met)
{
    private readonly HashSet<string> known = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();

    /// <summary>What each law did.</summary>
    public IReadOnlyList<SoakRow> Rows { get; } = [.. laws.Select(law => new SoakRow(law))];

    /// <summary>Models that were drawn.</summary>
    public long Models { get; private set; }

    /// <summary>Of those, the ones with too many states for any law.</summary>
    public long Large { get; private set; }

    /// <summary>The time that drawing models took, and finding their graphs.</summary>
    public TimeSpan DrawingCpu { get; private set; }

    public TimeSpan Elapsed => clock.Elapsed;

    /// <summary>Models that could not be drawn, or of which the interpreter could not find the graph, and why.</summary>
    public ImmutableArray<string> Undrawn { get; private set; } = [];

    /// <summary>What it is at.</summary>
    public string Now { get; private set; } = "";

    /// <summary>Goes on until the time is up, or somebody asks to stop.</summary>
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

    // All laws are drawn, whether they can be tried or not, so that the same seed draws the same.
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
#pragma warning disable CA1031 // Neither a generator nor the interpreter may end a soak of hours.
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

    /// <summary>How a law fails on a model; null if it holds.</summary>
    public static Exception? Failure(Law law, Sample sample, Tally tally)
    {
        try
        {
            law.Try(sample, tally);
            return null;
        }
#pragma warning disable CA1031 // Whatever is thrown while a law is tried is what the soak is looking for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    /// <summary>In which way a law failed: where, by which exception, and the verdicts and codes in its message.</summary>
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
