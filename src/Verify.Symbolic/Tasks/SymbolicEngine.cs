using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;

namespace Verify.Symbolic.Tasks;

/// <summary>What the engines that ask solvers have in common: trouble with a solver is "unknown", never a verdict.</summary>
/// <param name="solvers">Whom they ask.</param>
public abstract class SymbolicEngine(ISolverSource solvers) : IEngine
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract string Summary { get; }

    /// <inheritdoc/>
    public string? Unavailable => solvers.Unavailable;

    /// <inheritdoc/>
    public virtual string? WhyNot(Model model, Property property) => property is Property.LeadsTo
        ? "it is about runs that go on for ever, and solvers are asked about single states; use --engine explicit"
        : null;

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">
    /// VRF203: a reduction is asked for that is none of solvers. VRF104, VRF120, VRF121: a reachable state is undefined.
    /// </exception>
    public Verdict Decide(Model model, Property property, EngineOptions run)
    {
        if ((run.Reductions & ~Reductions.ConeOfInfluence) != Reductions.None)
        {
            throw UserErrorException.At(property.Where, ErrorCodes.BadReduction, "solvers look at no single states that could be left out",
                "leave --reduce out (the cone of influence is always taken), or search with --engine explicit");
        }

        if (Unavailable is { } reason)
        {
            return new Verdict.Unknown(reason, Evidence.Nothing);
        }

        var question = new ProofTask(model, property, run, solvers);
        try
        {
            return Decide(question);
        }
        catch (SolverException e)
        {
            return question.Unknown(e.Message);
        }
    }

    private protected abstract Verdict Decide(ProofTask question);
}
