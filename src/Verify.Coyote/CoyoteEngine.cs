using System.Collections.Immutable;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Coyote;

/// <summary>
/// Schedules of a model's actors, drawn by Microsoft.Coyote: each actor is a task that it controls. It can refute, and it
/// never proves.
/// </summary>
/// <param name="strategy">The strategy.</param>
/// <param name="schedules">How many schedules.</param>
/// <remarks>A budget of depth is the length of a schedule. Runs of one decision are made one after the other.</remarks>
public sealed class CoyoteEngine(string strategy = CoyoteEngine.Portfolio, long schedules = IScheduleEngine.DefaultSchedules)
    : IScheduleEngine
{
    /// <summary>The others in turn as Coyote mixes them, which leaves out q-learning.</summary>
    public const string Portfolio = "portfolio";

    /// <summary>Any actor at each step, all as likely.</summary>
    public const string AnyActor = "random";

    /// <summary>The actor goes on, but at each step with a small chance another does.</summary>
    public const string Probabilistic = "probabilistic";

    /// <summary>Priorities that change at a few steps.</summary>
    public const string PriorityChanges = "pct";

    /// <summary>A fixed order of actors that is left a few times.</summary>
    public const string DelayBounding = "delay-bounding";

    /// <summary>Actors that led to what is new are chosen more often.</summary>
    public const string Learning = "q-learning";

    /// <inheritdoc/>
    public string Name => "coyote";

    /// <inheritdoc/>
    public string Summary => $"schedules drawn by Microsoft.Coyote {CoyoteDecision.Version} (--strategy); refutes, but proves nothing";

    /// <inheritdoc/>
    public string? Unavailable => null;

    /// <inheritdoc/>
    public ImmutableArray<string> Strategies => [Portfolio, AnyActor, Probabilistic, PriorityChanges, DelayBounding, Learning];

    /// <inheritdoc/>
    public IScheduleEngine With(string strategy, long schedules) => new CoyoteEngine(strategy, schedules);

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property property) => property is Property.LeadsTo
        ? "a schedule of finite length says nothing about what comes some time"
        : null;

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">
    /// VRF203: a reduction is asked for. VRF104, VRF120, VRF121: a schedule met what is undefined.
    /// </exception>
    public Verdict Decide(Model model, Property property, EngineOptions run) =>
        CoyoteDecision.Decide(model, property, run, strategy, schedules);
}
