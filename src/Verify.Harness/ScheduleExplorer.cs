using System.Collections.Immutable;
using System.Globalization;
using Verify.Engines;
using Verify.Scheduling;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Harness;

/// <summary>Draws schedules by the strategies of the engine 'schedules'. It needs no other program.</summary>
public sealed class ScheduleExplorer : IScheduleExplorer
{
    private const int RunsToMeasure = 8;

    /// <inheritdoc/>
    public string Name => "turns";

    /// <inheritdoc/>
    public ImmutableArray<string> Strategies => new ScheduleEngine().Strategies;

    /// <summary>The maximum time between two scheduling points of the code.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public ConformanceResult Explore(ConformanceTest experiment, string strategy, long schedules, EngineOptions run)
    {
        ScheduleArguments.Check(this, strategy, schedules, run);
        var clock = Stopwatch.StartNew();
        var maxTurns = run.Budget.Depth ?? ConformanceTest.DefaultTurns;
        var (longest, expectedTurns) = (1, maxTurns);
        bool Draw(ConformanceTest on, long number)
        {
            var runtime = new TokenRuntime(strategy, run.Seed, number, expectedTurns, Patience);
            var isFound = on.Once(runtime, maxTurns);
            longest = Math.Max(longest, runtime.Turns);
            return isFound;
        }

        string? cause = null;
        for (var number = 0L; number < schedules; number++)
        {
            cause = run.Cancellation.IsCancellationRequested ? "an interrupt"
                : run.Budget.Seconds <= clock.Elapsed.TotalSeconds
                    ? string.Create(CultureInfo.InvariantCulture, $"a time budget of {run.Budget.Seconds} s")
                : run.Budget.States is { } states && states <= experiment.States
                    ? $"a budget of {Amount.Of(states, "state")}"
                : null;
            if (cause is not null)
            {
                return experiment.Conclude(number, maxTurns, strategy, cause, isRepeatable: true, run);
            }

            if (Draw(experiment, number))
            {
                var again = experiment.Anew();
                Draw(again, number);
                return experiment.Conclude(number + 1, maxTurns, strategy, null, again.FoundSameAs(experiment), run);
            }

            // The first runs show how long runs of this code are; a strategy spreads its changes over that.
            expectedTurns = number + 1 == RunsToMeasure ? Math.Min(longest, maxTurns) : expectedTurns;
        }

        return experiment.Conclude(schedules, maxTurns, strategy, null, isRepeatable: true, run);
    }
}
