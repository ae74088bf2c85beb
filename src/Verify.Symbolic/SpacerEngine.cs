using Verify.Engines;
using Verify.Solvers;
using Verify.Symbolic.Induction;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic;

/// <summary>
/// Finds an invariant with Spacer, Z3's engine for Horn clauses, then checks it like any other invariant.
/// </summary>
/// <param name="solvers">The solver; it must be a Z3.</param>
/// <remarks>Komuravelli, Gurfinkel, Chaki, "SMT-based model checking for recursive programs", CAV 2014.</remarks>
public sealed class SpacerEngine(ISolverSource solvers) : SymbolicEngine(solvers)
{
    /// <inheritdoc/>
    public override string Name => "spacer";

    /// <inheritdoc/>
    public override string Summary =>
        "finds an inductive invariant of the instance with Z3's Horn solver, and checks it; shortest counterexamples";

    private protected override Verdict Decide(ProofTask task)
    {
        const string How = "Horn clauses";
        string invariant;
        using (var solver = task.Start())
        {
            solver.Send($"(set-option :fp.spacer.random_seed {task.Run.Seed % int.MaxValue})\n(set-logic HORN)\n"
                + $"{task.Text.HornClauses()}");
            switch (solver.CheckSat())
            {
                case Satisfiability.Unsat:
                    return BoundedSearch.Refute(task, How);
                case Satisfiability.Unknown:
                    return task.Unknown($"{solver.Identity} answers 'unknown'");
            }

            invariant = FoundInvariant.In(solver.Ask("(get-model)"), solver.Identity);
        }

        return InductiveProof.Check(
            task, InstanceObligations.OfInvariant(task, invariant), invariant, "an invariant found by Spacer", 0, How);
    }
}
