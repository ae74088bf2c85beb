using System.Globalization;
using System.Text;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic.Induction;

/// <summary>
/// Generates the obligations of a proof as stand-alone SMT-LIB 2 text. Each obligation holds exactly if a solver
/// answers <c>unsat</c>.
/// </summary>
internal static class InstanceObligations
{
    /// <summary>Generates the obligations of k-induction.</summary>
    /// <remarks>
    /// A reachable bad state lies at the end of a run without repeated states on which no earlier state is bad. Such
    /// runs of fewer than k steps do not end badly (starts), and neither do the last k steps of longer ones, wherever
    /// they start (stays). A further obligation says that steps preserve the encoding of states, because the others
    /// assume it.
    /// </remarks>
    public static string OfInduction(ProofTask task, int k)
    {
        var text = Heading(task, $"{k}-induction over runs without repetition");
        AppendShape(text, task.Text);
        AppendStarts(text, task.Text, k);
        var differences = from later in Enumerable.Range(1, k)
                          from earlier in Enumerable.Range(0, later)
                          select task.Text.Differ(Unrolling.State(earlier), Unrolling.State(later));
        AppendQuery(text, $"stays: after {k} steps through good states comes no bad one", Run(task.Text, k)
            + string.Concat(Enumerable.Range(0, k).Select(i => $"(assert (not {SmtLib.Apply("bad", Unrolling.State(i))}))\n"))
            + string.Concat(differences.Select(difference => $"(assert {difference})\n"))
            + $"(assert {SmtLib.Apply("bad", Unrolling.State(k))})\n");
        return text.ToString();
    }

    /// <summary>Generates the obligations of a proof by the end of all runs.</summary>
    /// <remarks>
    /// Each reachable state lies at the end of a run. Runs of fewer than k steps do not end badly (starts), and no run of
    /// k steps exists (ends), hence none of more.
    /// </remarks>
    public static string OfEnd(ProofTask task, int k)
    {
        var text = Heading(task, $"the end of all runs before step {k}");
        AppendShape(text, task.Text);
        AppendStarts(text, task.Text, k);
        AppendQuery(text, $"ends: no run has {k} steps", Run(task.Text, k)
            + $"(assert {SmtLib.Apply("init", Unrolling.State(0))})\n");
        return text.ToString();
    }

    /// <summary>Generates the obligations of an invariant.</summary>
    /// <param name="task">The property and its model.</param>
    /// <param name="invariant">The definition of a predicate <c>inv</c> over the parts of a state.</param>
    public static string OfInvariant(ProofTask task, string invariant)
    {
        var smt = task.Text;
        var (before, after) = (Unrolling.State(0), Unrolling.State(1));
        var text = Heading(task, "an inductive invariant");
        text.Append(invariant).Append('\n');
        AppendShape(text, smt);
        AppendQuery(text, "starts: it holds in every initial state", Run(smt, 0)
            + $"(assert {SmtLib.Apply("init", before)})\n(assert (not {smt.Call("inv", before)}))\n");
        AppendQuery(text, "stays: no step leaves it", Run(smt, 1)
            + $"(assert {smt.Call("inv", before)})\n(assert (not {smt.Call("inv", after)}))\n");
        AppendQuery(text, "suffices: no state in which it holds is bad", Run(smt, 0)
            + $"(assert {smt.Call("inv", before)})\n(assert {SmtLib.Apply("bad", before)})\n");
        return text.ToString();
    }

    /// <summary>
    /// Asks a fresh solver about each obligation twice: first without the denied assertion but with a known run, so
    /// that the answer must be "sat", then in full. A solver that finds everything unsatisfiable, or an inconsistent
    /// text, proves nothing.
    /// </summary>
    /// <param name="obligations">The obligations.</param>
    /// <param name="solver">The solver.</param>
    /// <param name="known">A run that the interpreter has taken.</param>
    /// <returns>The reason why the obligations do not hold; null if they hold.</returns>
    /// <exception cref="SolverException">The solver gives no answer, or a wrong one to the first query.</exception>
    public static string? WhyNot(string obligations, ISolver solver, ControlRun known)
    {
        var (count, steps) = (0, 0);
        SExpr? denied = null;
        foreach (var command in SExpr.ReadAll(obligations))
        {
            if (command.Head == "check-sat")
            {
                count++;
                Control.Ask(solver, known, steps);
                solver.Send(denied?.ToString() ?? "");
                denied = null;
                if (solver.CheckSat() is var answer and not Satisfiability.Unsat)
                {
                    return $"obligation {count} is {answer.ToString().ToLowerInvariant()}";
                }

                continue;
            }

            // The last assertion before a query is the denied one.
            if (denied is not null)
            {
                solver.Send(denied.ToString());
            }

            denied = command.Head == "assert" ? command : null;
            if (denied is null)
            {
                solver.Send(command.ToString());
            }

            var isOneStepMore = command.Head == "define-fun" && command.Items[1].Is(SmtLib.Apply("bad", Unrolling.State(steps + 1)));
            steps = command.Head == "push" ? 0 : isOneStepMore ? steps + 1 : steps;
        }

        solver.Finish();
        return count == 0 ? "the proof has no obligations" : null;
    }

    private static StringBuilder Heading(ProofTask task, string what) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"; {OneLine.Of(task.Model.Name)}: '{OneLine.Of(task.Property.Name)}'\n")
        .Append(CultureInfo.InvariantCulture, $"; by {what}; every answer has to be unsat\n")
        .Append(CultureInfo.InvariantCulture, $"; model {task.Model.Digest}\n")
        .Append(task.Text.Legend())
        .Append("(set-logic QF_BV)\n");

    private static void AppendStarts(StringBuilder text, SmtLib smt, int k)
    {
        for (var depth = 0; depth < k; depth++)
        {
            AppendQuery(text, $"starts: no run of {depth} steps ends in a bad state", Run(smt, depth)
                + $"(assert {SmtLib.Apply("init", Unrolling.State(0))})\n"
                + $"(assert {SmtLib.Apply("bad", Unrolling.State(depth))})\n");
        }
    }

    private static void AppendShape(StringBuilder text, SmtLib smt)
    {
        var (before, after) = (Unrolling.State(0), Unrolling.State(1));
        AppendQuery(text, "shape: a step from a state that is well defined leads to a state", smt.Declare(before)
            + smt.DeclareParts(after)
            + smt.DeclareStep(before, Unrolling.Choice(0), after)
            + $"(assert (not {SmtLib.Apply("bad", before)}))\n(assert (not {SmtLib.Apply("shape", after)}))\n");
    }

    private static void AppendQuery(StringBuilder text, string meaning, string body) =>
        text.Append(CultureInfo.InvariantCulture, $"; {meaning}\n(push 1)\n{body}(check-sat)\n(pop 1)\n");

    private static string Run(SmtLib smt, int steps) => string.Concat(
        Enumerable.Range(0, steps + 1).Select(i => smt.Declare(Unrolling.State(i))
            + (i > 0 ? smt.DeclareStep(Unrolling.State(i - 1), Unrolling.Choice(i - 1), Unrolling.State(i)) : "")));
}
