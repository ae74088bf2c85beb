using System.Collections.Immutable;
using Verify.Engines;
using Verify.Modelling;
using Verify.Scheduling;

namespace Verify.Coyote;

/// <summary>
/// Draws schedules of a model's actors with Microsoft.Coyote, which controls each actor as a task. The engine can
/// refute a property but never proves one.
/// </summary>
/// <param name="strategy">The strategy.</param>
/// <param name="schedules">The number of schedules.</param>
/// <remarks>A budget of depth limits the length of a schedule. The runs of one decision are sequential.</remarks>
public sealed class CoyoteEngine(string strategy = CoyoteEngine.Portfolio, long schedules = IScheduleEngine.DefaultSchedules)
    : IScheduleEngine
{
    /// <summary>Coyote's mix of the other strategies, without q-learning.</summary>
    public const string Portfolio = "portfolio";

    /// <summary>A ready actor, uniformly at random at each step.</summary>
    public const string AnyActor = "random";

    /// <summary>The current actor continues; at each step another actor takes over with a small probability.</summary>
    public const string Probabilistic = "probabilistic";

    /// <summary>Random priorities that change at a few steps.</summary>
    public const string PriorityChanges = "pct";

    /// <summary>A fixed order of actors with a few deviations.</summary>
    public const string DelayBounding = "delay-bounding";

    /// <summary>Prefers actors that led to new states.</summary>
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
        ? "a schedule of finite length cannot decide a LeadsTo property"
        : null;

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">VRF203: the options ask for a reduction. VRF104, VRF120, VRF121: a schedule
    /// reached an undefined state.</exception>
    public Verdict Decide(Model model, Property property, EngineOptions run) =>
        CoyoteDecision.Decide(model, property, run, strategy, schedules);
}
