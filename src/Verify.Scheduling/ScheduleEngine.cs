using System.Collections.Immutable;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Scheduling;

/// <summary>
/// Draws schedules of the actors of a model by a strategy, for models that are too large for a search. The engine can
/// refute a property but never proves one.
/// </summary>
/// <param name="strategy">The strategy.</param>
/// <param name="schedules">The number of schedules.</param>
/// <remarks>
/// A random walk selects among all enabled steps, so that an actor with many steps displaces the others and none runs
/// for long. This engine selects an actor first, then one of its steps. A budget of depth limits the length of a
/// schedule.
/// </remarks>
public sealed class ScheduleEngine(string strategy = ScheduleEngine.Portfolio, long schedules = IScheduleEngine.DefaultSchedules)
    : IScheduleEngine
{
    /// <summary>The other strategies in turn, one schedule each; each draws the same schedules as on its own.</summary>
    public const string Portfolio = "portfolio";

    /// <summary>A ready actor, uniformly at random at each step.</summary>
    public const string AnyActor = "random";

    /// <summary>Random priorities that change at a few steps.</summary>
    public const string PriorityChanges = "pct";

    /// <inheritdoc/>
    public string Name => "schedules";

    /// <inheritdoc/>
    public string Summary => "controlled schedules of the actors, at random or by priorities (--strategy); refutes, but proves nothing";

    /// <inheritdoc/>
    public string? Unavailable => null;

    /// <inheritdoc/>
    public ImmutableArray<string> Strategies => [Portfolio, AnyActor, PriorityChanges];

    /// <inheritdoc/>
    public IScheduleEngine With(string strategy, long schedules) => new ScheduleEngine(strategy, schedules);

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property property) => property is Property.LeadsTo
        ? "a schedule of finite length cannot decide a LeadsTo property"
        : null;

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">VRF203: the options ask for a reduction. VRF104, VRF120, VRF121: a schedule
    /// reached an undefined state.</exception>
    public Verdict Decide(Model model, Property property, EngineOptions run) =>
        Sampling.Decide(model, property, run, schedules, ("schedule", $" ({strategy})"), compiled =>
        {
            var actors = new Actors(compiled.Lowered);
            return new ActorPolicy(actors, Scheduler.Create(strategy, actors.Names.Length));
        });
}
