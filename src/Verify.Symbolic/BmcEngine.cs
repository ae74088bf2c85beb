using System.Globalization;
using Verify.Engines;
using Verify.Solvers;
using Verify.Symbolic.Induction;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic;

/// <summary>
/// Bounded model checking: finds shortest counterexamples in models that are too large for a search. It proves a property
/// only if it comes to the end of all runs.
/// </summary>
/// <param name="solvers">The solver.</param>
/// <remarks>
/// Biere, Cimatti, Clarke, Zhu, "Symbolic model checking without BDDs", TACAS 1999; depths in increasing order.
/// </remarks>
public sealed class BmcEngine(ISolverSource solvers) : SymbolicEngine(solvers)
{
    /// <summary>The default maximum length of a run.</summary>
    public const int DefaultDepth = 50;

    /// <inheritdoc/>
    public override string Name => "bmc";

    /// <inheritdoc/>
    public override string Summary => "searches runs of increasing length with a solver; shortest counterexamples, proofs if all runs end";

    private protected override Verdict Decide(ProofTask task)
    {
        const string How = "runs of one length after the other";
        using var search = new BoundedSearch(task);
        var most = task.Run.Budget.Depth ?? DefaultDepth;
        while (task.DepthCovered < most)
        {
            if (search.Deepen() is { } trace)
            {
                return task.VerdictOf(trace, How);
            }

            if (search.HasEnded)
            {
                return InductiveProof.OfEnd(task, How);
            }
        }

        return task.Cut(string.Create(CultureInfo.InvariantCulture,
            $"{(task.Run.Budget.Depth is null ? "the usual depth" : "depth budget")} of {most}"), How);
    }
}
