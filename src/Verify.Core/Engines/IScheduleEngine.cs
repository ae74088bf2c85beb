using System.Collections.Immutable;

namespace Verify.Engines;

/// <summary>An engine that draws runs by a strategy: whose turn it is, and what comes of a choice.</summary>
public interface IScheduleEngine : IEngine
{
    /// <summary>The number of schedules unless another is asked for.</summary>
    const long DefaultSchedules = 1000;

    /// <summary>The strategies, the one that is used when none is named first.</summary>
    ImmutableArray<string> Strategies { get; }

    /// <summary>The same engine with a strategy and a number of schedules.</summary>
    /// <param name="strategy">One of <see cref="Strategies"/>.</param>
    /// <param name="schedules">How many; at least one.</param>
    IScheduleEngine With(string strategy, long schedules);
}
