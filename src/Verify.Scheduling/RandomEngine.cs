using Verify.Engines;
using Verify.Modelling;

namespace Verify.Scheduling;

/// <summary>Random walks, for models that are too large to be searched. It can refute, and it never proves.</summary>
/// <param name="walks">How many.</param>
/// <remarks>
/// An engine of its own and no option of the search: nothing is the same but the compiled rules. A budget of depth is the
/// length of a walk.
/// </remarks>
public sealed class RandomEngine(long walks = RandomEngine.DefaultWalks) : IEngine
{
    /// <summary>The number of walks unless another is asked for.</summary>
    public const long DefaultWalks = 1000;

    /// <summary>The steps of a walk unless the budget says otherwise.</summary>
    public const int DefaultSteps = 1000;

    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public string Summary => "random walks from a seed; refutes, but proves nothing";

    /// <inheritdoc/>
    public string? Unavailable => null;

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property property) => property is Property.LeadsTo
        ? "a walk of finite length says nothing about what comes some time"
        : null;

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">
    /// VRF203: a reduction is asked for. VRF104, VRF120, VRF121: a walk met something undefined.
    /// </exception>
    public Verdict Decide(Model model, Property property, EngineOptions run) =>
        Sampling.Decide(model, property, run, walks, ("walks", ""), _ => new StepPolicy.AnyStep());
}
