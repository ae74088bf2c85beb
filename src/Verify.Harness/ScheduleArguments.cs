using Verify.Engines;

namespace Verify.Harness;

/// <summary>Validates the arguments of an explorer.</summary>
public static class ScheduleArguments
{
    /// <summary>Rejects invalid arguments; zero schedules would let any property hold.</summary>
    /// <param name="explorer">The explorer.</param>
    /// <param name="strategy">The name of the strategy.</param>
    /// <param name="schedules">The number of schedules.</param>
    /// <param name="run">The options, whose budget of depth limits the turns of a schedule.</param>
    /// <exception cref="UserErrorException">VRF403: the strategy does not exist, or the number of schedules or turns is
    /// below 1.</exception>
    public static void Check(IScheduleExplorer explorer, string strategy, long schedules, EngineOptions run)
    {
        if (!explorer.Strategies.Contains(strategy))
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the explorer '{explorer.Name}' has no strategy '{strategy}'",
                $"choose from {string.Join(", ", explorer.Strategies)}");
        }

        if (schedules < 1 || run.Budget.Depth < 1)
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage, "the number of schedules and the number of turns must be at least 1",
                "raise the number");
        }
    }
}
