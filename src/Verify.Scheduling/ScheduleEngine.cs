using System.Collections.Immutable;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Scheduling;

/// <summary>
/// Schedules of a model's actors, drawn from a seed by a strategy, for models that are too large to be searched. It can
/// refute, and it never proves.
/// </summary>
/// <param name="strategy">The strategy.</param>
/// <param name="schedules">How many schedules.</param>
/// <remarks>
/// A random walk takes any step that there is, so that actors with many steps crowd out the others, and none goes on for
/// long. Here an actor is chosen first, and then what it does. A budget of depth is the length of a schedule.
/// </remarks>
public sealed class ScheduleEngine(string strategy = ScheduleEngine.Portfolio, long schedules = IScheduleEngine.DefaultSchedules)
    : IScheduleEngine
{
    /// <summary>The others in turn, schedule by schedule, each as it would draw alone.</summary>
    public const string Portfolio = "portfolio";

    /// <summary>Any actor at each step, all as likely.</summary>
    public const string AnyActor = "random";

    /// <summary>Priorities that change at a few steps.</summary>
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
        ? "a schedule of finite length says nothing about what comes some time"
        : null;

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">
    /// VRF203: a reduction is asked for. VRF104, VRF120, VRF121: a schedule met what is undefined.
    /// </exception>
    public Verdict Decide(Model model, Property property, EngineOptions run) =>
        Sampling.Decide(model, property, run, schedules, ("schedules", $" ({strategy})"), compiled =>
        {
            var actors = new Actors(compiled.Lowered);
            return new ActorPolicy(actors, Scheduler.By(strategy, actors.Names.Length));
        });
}
