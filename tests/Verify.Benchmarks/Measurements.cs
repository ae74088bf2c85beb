using System.Collections.Immutable;

namespace Verify.Benchmarks;

/// <summary>The runs of one contender on one case.</summary>
/// <param name="Contender">Who.</param>
/// <param name="Missing">Why it did not run; null if it did.</param>
/// <param name="Found">What it found, the same in every run.</param>
/// <param name="Runs">What they took, in their order.</param>
public sealed record Measurement(Contender Contender, string? Missing, Found? Found, ImmutableArray<Taken> Runs)
{
    /// <summary>The median of the seconds.</summary>
    public double Seconds => Median(Runs.Select(run => run.Seconds));

    /// <summary>The median of the seconds of all cores together.</summary>
    public double CpuSeconds => Median(Runs.Select(run => run.CpuSeconds));

    /// <summary>The median of the seconds of the search alone; null if the contender does not tell.</summary>
    public double? SearchSeconds => MedianIfAny(run => run.SearchSeconds);

    /// <summary>The median of the seconds of the interpreter's check; null if there was none.</summary>
    public double? CheckSeconds => MedianIfAny(run => run.CheckSeconds);

    /// <summary>The most memory of any run.</summary>
    public long PeakBytes => Runs.Max(run => run.PeakBytes);

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private double? MedianIfAny(Func<Taken, double?> seconds) =>
        Runs.All(run => seconds(run) is null) ? null : Median(Runs.Select(run => seconds(run) ?? double.NaN));
}

/// <summary>Runs contenders on cases, one after the other and around again, so that all see the same weather.</summary>
public sealed class Measurements(Action<string> say)
{
    /// <summary>Measures everybody on one instance.</summary>
    /// <exception cref="BenchmarkException">A contender fails, or contradicts itself.</exception>
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
                    // Spin's search by several processes, for one, takes no variables outside of the state.
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
