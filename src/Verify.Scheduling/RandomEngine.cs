using Verify.Engines;
using Verify.Modelling;

namespace Verify.Scheduling;

/// <summary>
/// Random walks for models that are too large for a search. The engine can refute a property but never proves one.
/// </summary>
/// <param name="walks">The number of walks.</param>
/// <remarks>
/// It is a separate engine because it shares only the compiled rules with the search. A budget of depth limits the
/// length of a walk.
/// </remarks>
public sealed class RandomEngine(long walks = RandomEngine.DefaultWalks) : IEngine
{
    /// <summary>The default number of walks.</summary>
    public const long DefaultWalks = 1000;

    /// <summary>The default number of steps in a walk.</summary>
    public const int DefaultSteps = 1000;

    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public string Summary => "random walks from a seed; refutes, but proves nothing";

    /// <inheritdoc/>
    public string? Unavailable => null;

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property property) => property is Property.LeadsTo
        ? "a walk of finite length cannot decide a LeadsTo property"
        : null;

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">VRF203: the options ask for a reduction. VRF104, VRF120, VRF121: a walk
    /// reached an undefined state.</exception>
    public Verdict Decide(Model model, Property property, EngineOptions run) =>
        Sampling.Decide(model, property, run, walks, ("walk", ""), _ => new StepPolicy.AnyStep());
}
