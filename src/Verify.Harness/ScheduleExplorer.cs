using System.Collections.Immutable;
using System.Globalization;
using Verify.Engines;
using Verify.Scheduling;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Harness;

/// <summary>Draws schedules by the strategies of the engine 'schedules'. It needs no other program.</summary>
public sealed class ScheduleExplorer : IScheduleExplorer
{
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
        bool Draw(ConformanceTest on, long number) => on.Once(new TokenRuntime(strategy, run.Seed, number, maxTurns, Patience), maxTurns);
        string? cause = null;
        for (var number = 0L; number < schedules; number++)
        {
            cause = run.Cancellation.IsCancellationRequested ? "interrupted"
                : run.Budget.Seconds <= clock.Elapsed.TotalSeconds
                    ? string.Create(CultureInfo.InvariantCulture, $"time budget of {run.Budget.Seconds} s")
                : run.Budget.States <= experiment.States
                    ? string.Create(CultureInfo.InvariantCulture, $"budget of {run.Budget.States} states")
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
        }

        return experiment.Conclude(schedules, maxTurns, strategy, null, isRepeatable: true, run);
    }
}
