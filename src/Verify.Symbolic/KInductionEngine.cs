using System.Globalization;
using Verify.Engines;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Symbolic.Induction;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic;

/// <summary>Proves properties by k-induction, and refutes them by bounded model checking in between.</summary>
/// <param name="solvers">The solver.</param>
/// <remarks>
/// Sheeran, Singh, Stålmarck, "Checking safety properties using induction and a SAT-solver", FMCAD 2000, with their
/// restriction to runs without repeated states. Undefined states count as bad, so that no proof passes over them.
/// </remarks>
public sealed class KInductionEngine(ISolverSource solvers) : SymbolicEngine(solvers)
{
    /// <summary>The default maximum for k.</summary>
    public const int DefaultDepth = 30;

    /// <inheritdoc/>
    public override string Name => "kinduction";

    /// <inheritdoc/>
    public override string Summary => "proves properties by induction over several steps; shortest counterexamples";

    private protected override Verdict Decide(ProofTask task)
    {
        const string How = "induction over several steps";
        using var starts = new BoundedSearch(task);
        using var stays = new Unrolling(task);
        var most = task.Run.Budget.Depth ?? DefaultDepth;
        while (task.DepthCovered < most)
        {
            if (starts.Deepen() is { } trace)
            {
                return task.VerdictOf(trace, How);
            }

            if (starts.HasEnded)
            {
                return InductiveProof.OfEnd(task, How);
            }

            if (Holds(task, stays))
            {
                return Prove(task, stays.Steps, How);
            }
        }

        return task.Cut(string.Create(CultureInfo.InvariantCulture,
            $"{(task.Run.Budget.Depth is null ? "the usual depth" : "depth budget")} of {most}"), How);
    }

    // Checks whether a bad state can follow k distinct good states.
    private static bool Holds(ProofTask task, Unrolling stays)
    {
        var text = task.Text;
        stays.Assert($"(not {SmtLib.Apply("bad", Unrolling.State(stays.Steps))})");
        stays.Extend();
        for (var earlier = 0; earlier < stays.Steps; earlier++)
        {
            stays.Assert(text.Differ(Unrolling.State(earlier), Unrolling.State(stays.Steps)));
        }

        return !stays.IsPossible("bad");
    }

    private static Verdict Prove(ProofTask task, int k, string how) => InductiveProof.Check(task,
        InstanceObligations.OfInduction(task, k), null, $"{k}-induction over runs without repetition", k, how);
}
