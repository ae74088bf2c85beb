using System.Collections.Immutable;
using Verify.Engines;

namespace Verify.Harness;

/// <summary>Draws schedules of a system under test.</summary>
public interface IScheduleExplorer
{
    /// <summary>The name of the explorer.</summary>
    string Name { get; }

    /// <summary>The names of its strategies.</summary>
    ImmutableArray<string> Strategies { get; }

    /// <summary>Draws schedules until one finds an error or there are enough.</summary>
    /// <param name="experiment">The conformance test: the code, its model and the property.</param>
    /// <param name="strategy">One of <see cref="Strategies"/>.</param>
    /// <param name="schedules">The number of schedules; at least 1.</param>
    /// <param name="run">The seed, the budgets of seconds and states, and the cancellation; a budget of depth limits
    /// the turns of a schedule.</param>
    /// <exception cref="UserErrorException">VRF403: the strategy does not exist, or the number of schedules or turns is
    /// below 1. VRF113: the code names a rule or variable that the model does not have. VRF104, VRF120, VRF121: the
    /// model is undefined.</exception>
    ConformanceResult Explore(ConformanceTest experiment, string strategy, long schedules, EngineOptions run);
}
