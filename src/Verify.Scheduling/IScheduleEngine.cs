using System.Collections.Immutable;
using Verify.Engines;

namespace Verify.Scheduling;

/// <summary>An engine that draws runs at random; a strategy picks the actor and the outcome of each choice.</summary>
public interface IScheduleEngine : IEngine
{
    /// <summary>The default number of schedules.</summary>
    const long DefaultSchedules = 1000;

    /// <summary>The names of the strategies; the first is the default.</summary>
    ImmutableArray<string> Strategies { get; }

    /// <summary>The same engine with a strategy and a number of schedules.</summary>
    /// <param name="strategy">One of <see cref="Strategies"/>.</param>
    /// <param name="schedules">The number of schedules; at least 1.</param>
    IScheduleEngine With(string strategy, long schedules);
}
