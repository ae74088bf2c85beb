using System.Collections.Immutable;
using Verify.Engines;
using Verify.Harness;

namespace Verify.Coyote;

/// <summary>Schedules of code under test, drawn by Microsoft.Coyote.</summary>
public sealed class CoyoteExplorer : IExplorer
{
    /// <inheritdoc/>
    public string Name => "coyote";

    /// <inheritdoc/>
    public ImmutableArray<string> Strategies => new CoyoteEngine().Strategies;

    /// <inheritdoc/>
    public Finding Explore(Experiment experiment, string strategy, long schedules, Run run)
    {
        Asked.Check(this, strategy, schedules, run);
        return Exploration.Explore(experiment, run, strategy, schedules);
    }
}
