using Verify.Solvers;
using Verify.Solvers.Smt;

namespace Verify.Symbolic.Tasks;

/// <summary>Asks control queries whose answers are known. A solver that answers one wrongly is rejected.</summary>
internal static class Control
{
    /// <summary>
    /// Asks whether a run that the interpreter took is possible (yes) and whether it can end in a bad state (no).
    /// </summary>
    /// <param name="solver">A solver that has the declarations of the run.</param>
    /// <param name="run">The run.</param>
    /// <param name="steps">The length of the run; if the interpreter takes no run of that length, nothing is
    /// asked.</param>
    /// <param name="also">The assumptions that make the steps real steps.</param>
    /// <exception cref="SolverException">The answer is wrong or missing.</exception>
    public static void Ask(ISolver solver, ControlRun run, int steps, params ReadOnlySpan<string> also)
    {
        if (!run.Has(steps))
        {
            return;
        }

        var (taken, bad) = ($"control{steps}", SmtLib.Apply("bad", Unrolling.State(steps)));
        solver.Send($"(declare-const {taken} Bool)\n(assert (=> {taken} {run.AssertionOf(steps)}))\n"
            + $"(declare-const {taken}bad Bool)\n(assert (=> {taken}bad {bad}))");
        var assumed = string.Join(' ', [.. also, taken]);
        Expect(solver, Satisfiability.Sat, assumed, "a run that the interpreter takes");
        Expect(solver, Satisfiability.Unsat, $"{assumed} {taken}bad", "an error in a state where the interpreter finds none");
    }

    private static void Expect(ISolver solver, Satisfiability known, string assumed, string of)
    {
        var answer = solver.CheckSat($"(check-sat-assuming ({assumed}))");
        if (answer != known)
        {
            throw answer == Satisfiability.Unknown
                ? new SolverException(SolverFailure.GaveUp, $"{solver.Identity} answers 'unknown'")
                : new SolverException(SolverFailure.Garbage,
                    $"{solver.Identity} is unreliable: it answers '{answer.ToString().ToLowerInvariant()}' for {of}");
        }
    }
}
