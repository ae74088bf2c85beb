using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// The common part of the engines that use a solver. A solver failure gives "unknown", never a verdict.
/// </summary>
/// <param name="solvers">The solver.</param>
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
        ? "LeadsTo properties are about infinite runs, which this engine does not support; use --engine explicit"
        : null;

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">VRF203: the options ask for a reduction that this engine lacks. VRF104,
    /// VRF120, VRF121: a reachable state is undefined.</exception>
    public Verdict Decide(Model model, Property property, EngineOptions run)
    {
        if ((run.Reductions & ~Reductions.ConeOfInfluence) != Reductions.None)
        {
            throw UserErrorException.At(null, ErrorCodes.BadReduction,
                "symmetry and partial-order reduction apply to the explicit engine only",
                "omit --reduce (the cone of influence is always used), or search with --engine explicit");
        }

        if (Unavailable is { } reason)
        {
            return new Verdict.Unknown(reason, Evidence.Nothing);
        }

        var task = new ProofTask(model, property, run, solvers);
        try
        {
            return Decide(task);
        }
        catch (SolverException e)
        {
            // A solver that the terminal's interrupt reaches too may answer anything.
            return task.Unknown(run.Cancellation.IsCancellationRequested ? "interrupted" : e.Message);
        }
    }

    private protected abstract Verdict Decide(ProofTask task);
}
