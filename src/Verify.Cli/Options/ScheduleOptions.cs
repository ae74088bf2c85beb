using System.CommandLine;
using Verify.Engines;
using Verify.Scheduling;

namespace Verify.Cli.Options;

/// <summary>The options for schedules.</summary>
internal sealed class ScheduleOptions
{
    private readonly Option<string?> strategy = new("--strategy")
    {
        HelpName = "S",
        Description = "The strategy for schedules: random, pct, or portfolio, which alternates (--engine schedules or coyote); and with "
            + "--engine coyote probabilistic, delay-bounding or q-learning.",
    };

    private readonly Option<long?> schedules =
        CountOption.Create("--schedules", $"The number of schedules; {IScheduleEngine.DefaultSchedules} by default.");

    private readonly Option<long?> steps =
        CountOption.Create("--steps", "The maximum number of steps in a schedule; the same as --budget depth=N.");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { strategy, schedules, steps })
        {
            command.Add(option);
        }
    }

    /// <summary>Applies the options of a command line to an engine and a budget.</summary>
    /// <exception cref="UserErrorException">VRF304: the options contradict each other or the engine; VRF403: an unknown
    /// strategy or a number out of range.</exception>
    public (IEngine Engine, Budget Budget) Apply(ParseResult parsed, IEngine engine, Budget budget)
    {
        var (name, count, most) = (parsed.GetValue(strategy), parsed.GetValue(schedules), parsed.GetValue(steps));
        if (name is null && count is null && most is null)
        {
            return (engine, budget);
        }

        if (engine is not IScheduleEngine scheduling)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction,
                $"--strategy, --schedules and --steps apply to schedules, but the engine is '{engine.Name}'", "add --engine schedules");
        }

        if (count < 1 || most is < 1 or > int.MaxValue)
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage,
                FormattableString.Invariant($"--schedules must be at least 1, and --steps 1 to {int.MaxValue:N0}"),
                "use --schedules 1000 --steps 200");
        }

        if (most is not null && budget.Depth is { } depth && depth != most)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, $"--steps is {most}, but --budget has depth={depth}");
        }

        name ??= scheduling.Strategies[0];
        var chosen = scheduling.Strategies.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the engine '{engine.Name}' has no strategy '{name}'",
                $"choose from {string.Join(", ", scheduling.Strategies)}");
        return (scheduling.With(chosen, count ?? IScheduleEngine.DefaultSchedules), budget with { Depth = (int?)most ?? budget.Depth });
    }
}
