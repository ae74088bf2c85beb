using System.Globalization;
using Verify.Engines;
using Verify.Solvers;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic;

/// <summary>
/// Bounded model checking: finds shortest counterexamples in models that are too large for a search. It proves nothing.
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
    public override string Summary => "searches runs of increasing length with a solver; shortest counterexamples, no proofs";

    private protected override Verdict Decide(ProofTask question)
    {
        const string How = "runs of one length after the other";
        using var search = new BoundedSearch(question);
        var most = question.Run.Budget.Depth ?? DefaultDepth;
        while (question.Looked < most)
        {
            if (search.LookDeeper() is { } trace)
            {
                return question.Met(trace, How);
            }

            if (search.HasEnded)
            {
                return question.Cut($"the end of all runs within {question.Looked} steps", How);
            }
        }

        return question.Cut(string.Create(CultureInfo.InvariantCulture,
            $"{(question.Run.Budget.Depth is null ? "the usual depth" : "depth budget")} of {most}"), How);
    }
}
