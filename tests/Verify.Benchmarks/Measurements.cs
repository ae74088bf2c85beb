using System.Collections.Immutable;

namespace Verify.Benchmarks;

/// <summary>The runs of one contender on one case.</summary>
/// <param name="Contender">Who.</param>
/// <param name="Missing">The reason why it did not run; null if it did.</param>
/// <param name="Found">Its result, which is the same in every run.</param>
/// <param name="Runs">The resources of each run, in order.</param>
public sealed record Measurement(Contender Contender, string? Missing, Found? Found, ImmutableArray<Taken> Runs)
{
    /// <summary>The median of the seconds.</summary>
    public double Seconds => Median(Runs.Select(run => run.Seconds));

    /// <summary>The median of the seconds of all cores together.</summary>
    public double CpuSeconds => Median(Runs.Select(run => run.CpuSeconds));

    /// <summary>The median of the seconds of the search alone; null if the contender does not report them.</summary>
    public double? SearchSeconds => MedianIfAny(run => run.SearchSeconds);

    /// <summary>The median of the seconds of the interpreter's check; null if there was none.</summary>
    public double? CheckSeconds => MedianIfAny(run => run.CheckSeconds);

    /// <summary>The maximum of the peak memory.</summary>
    public long PeakBytes => Runs.Max(run => run.PeakBytes);

    /// <summary>The median; for an even count, the mean of the two middle values.</summary>
    public static double Median(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private double? MedianIfAny(Func<Taken, double?> seconds) =>
        Runs.All(run => seconds(run) is null) ? null : Median(Runs.Select(run => seconds(run) ?? double.NaN));
}

/// <summary>
/// Runs the contenders on a case in rounds, so that a change in the load of the machine affects all of them.
/// </summary>
public sealed class Measurements(Action<string> say)
{
    /// <summary>Measures all contenders on one instance.</summary>
    /// <exception cref="BenchmarkException">A contender fails, or its results differ between runs.</exception>
    public ImmutableArray<Measurement> Of(IReadOnlyList<Contender> contenders, string claim, string sizes, int rounds)
    {
        var folders = contenders.Select(_ => Directory.CreateTempSubdirectory("verify-bench-").FullName).ToArray();
        try
        {
            var missing = contenders.Select(contender => contender.Missing).ToArray();
            var runs = contenders.Select(_ => ImmutableArray.CreateBuilder<Taken>()).ToArray();
            var found = new Found?[contenders.Count];
            for (var i = 0; i < contenders.Count; i++)
            {
                try
                {
                    if (missing[i] is null)
                    {
                        contenders[i].Prepare(folders[i], claim, sizes);
                    }
                }
                catch (BenchmarkException e)
                {
                    // For example, Spin's multi-core search does not support variables outside of the state.
                    missing[i] = "does not take this model";
                    say($"{claim} {sizes}: {contenders[i].Name}: {e.Message}");
                }
            }

            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < contenders.Count; i++)
                {
                    if (missing[i] is not null)
                    {
                        continue;
                    }

                    var taken = contenders[i].Run(folders[i], claim, sizes);
                    var now = contenders[i].Read(taken.Output);
                    if (found[i] is { } before && before != now && !now.IsRefuted)
                    {
                        throw new BenchmarkException($"{contenders[i].Name} on {claim} {sizes} found {before}, and then {now}");
                    }

                    found[i] = now;
                    runs[i].Add(taken with
                    {
                        Output = "",
                        SearchSeconds = contenders[i].SearchSecondsIn(taken.Output),
                        CheckSeconds = contenders[i].CheckSecondsIn(taken.Output),
                    });
                    say($"{claim} {sizes}: {contenders[i].Name}: {taken.Seconds:0.00} s, {now.States} states");
                }
            }

            return [.. contenders.Select((contender, i) => new Measurement(contender, missing[i], found[i], runs[i].ToImmutable()))];
        }
        finally
        {
            foreach (var folder in folders)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
