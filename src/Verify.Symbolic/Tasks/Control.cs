using Verify.Solvers;
using Verify.Solvers.Smt;

namespace Verify.Symbolic.Tasks;

/// <summary>Questions whose answers are known, put among the others: who answers one wrongly is not believed in anything.</summary>
internal static class Control
{
    /// <summary>Asks whether a run that was taken can be, and whether it can end in a bad state: it can, and it cannot.</summary>
    /// <param name="solver">Who was told of the states of such a run.</param>
    /// <param name="run">The run.</param>
    /// <param name="steps">Its length; nothing is asked where the interpreter takes no run of that length.</param>
    /// <param name="also">What has to be assumed for the steps to be steps.</param>
    /// <exception cref="SolverException">The answer is a wrong one, or none.</exception>
    public static void Ask(ISolver solver, ControlRun run, int steps, params ReadOnlySpan<string> also)
    {
        if (!run.Has(steps))
        {
            return;
        }

        var (taken, bad) = ($"control{steps}", SmtLib.Apply("bad", Unrolling.State(steps)));
        solver.Send($"(declare-const {taken} Bool)\n(assert (=> {taken} {run.IsTaken(steps)}))\n"
            + $"(declare-const {taken}bad Bool)\n(assert (=> {taken}bad {bad}))");
        var assumed = string.Join(' ', [.. also, taken]);
        Expect(solver, Satisfiability.Sat, assumed, "a run that the interpreter takes");
        Expect(solver, Satisfiability.Unsat, $"{assumed} {taken}bad", "there being something wrong where the interpreter finds nothing");
    }

    private static void Expect(ISolver solver, Satisfiability known, string assumed, string of)
    {
        var answer = solver.CheckSat($"(check-sat-assuming ({assumed}))");
        if (answer != known)
        {
            throw answer == Satisfiability.Unknown
                ? new SolverException(SolverFailure.GaveUp, $"{solver.Identity} gives up on a question (it answers 'unknown')")
                : new SolverException(SolverFailure.Garbage,
                    $"{solver.Identity} is not to be believed: it says '{answer.ToString().ToLowerInvariant()}' of {of}");
        }
    }
}
