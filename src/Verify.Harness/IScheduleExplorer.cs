using System.Collections.Immutable;
using Verify.Engines;

namespace Verify.Harness;

/// <summary>Draws schedules of code under test.</summary>
public interface IScheduleExplorer
{
    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>The strategies by which it draws.</summary>
    ImmutableArray<string> Strategies { get; }

    /// <summary>Draws schedules until something is found or there are enough.</summary>
    /// <param name="experiment">The code, its model, and what is asked.</param>
    /// <param name="strategy">One of <see cref="Strategies"/>.</param>
    /// <param name="schedules">How many; at least one.</param>
    /// <param name="run">
    /// Seed, budget of seconds and states, cancellation; a budget of depth is the most turns of a schedule.
    /// </param>
    /// <exception cref="UserErrorException">
    /// VRF403: there is no such strategy, or nothing to draw. VRF113: the code names a rule or variable that the model does not
    /// have. VRF104, VRF120, VRF121: the model is undefined.
    /// </exception>
    ConformanceResult Explore(ConformanceTest experiment, string strategy, long schedules, EngineOptions run);
}
