using Verify.Engines;

namespace Verify.Harness;

/// <summary>What an explorer may be asked for.</summary>
public static class ScheduleArguments
{
    /// <summary>Refuses what makes no sense; to draw nothing would hold anything.</summary>
    /// <param name="explorer">Who is asked.</param>
    /// <param name="strategy">By which strategy.</param>
    /// <param name="schedules">How many schedules.</param>
    /// <param name="run">How many turns of each, by its budget of depth.</param>
    /// <exception cref="UserErrorException">VRF403: there is no such strategy, or nothing to draw.</exception>
    public static void Check(IScheduleExplorer explorer, string strategy, long schedules, EngineOptions run)
    {
        if (!explorer.Strategies.Contains(strategy))
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the explorer '{explorer.Name}' has no strategy '{strategy}'",
                $"choose from {string.Join(", ", explorer.Strategies)}");
        }

        if (schedules < 1 || run.Budget.Depth < 1)
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage, "no schedules, or none of a turn, make no sense",
                "ask for one at least");
        }
    }
}
