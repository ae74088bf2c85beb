using System.Collections.Immutable;
using Verify.Engines;
using Verify.Harness;

namespace Verify.Coyote;

/// <summary>Draws schedules of a system under test with Microsoft.Coyote.</summary>
public sealed class CoyoteExplorer : IScheduleExplorer
{
    /// <inheritdoc/>
    public string Name => "coyote";

    /// <inheritdoc/>
    public ImmutableArray<string> Strategies => new CoyoteEngine().Strategies;

    /// <inheritdoc/>
    public ConformanceResult Explore(ConformanceTest experiment, string strategy, long schedules, EngineOptions run)
    {
        ScheduleArguments.Check(this, strategy, schedules, run);
        return CoyoteDecision.Explore(experiment, run, strategy, schedules);
    }
}
