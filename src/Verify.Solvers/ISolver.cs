namespace Verify.Solvers;

/// <summary>A solver for SMT-LIB 2: it receives text and returns S-expressions. Not thread-safe.</summary>
public interface ISolver : IDisposable
{
    /// <summary>The name and version for evidence: <c>z3 4.8.12</c>.</summary>
    string Identity { get; }

    /// <summary>Sends commands that a solver does not answer: declarations, assertions, options, push and pop.</summary>
    /// <exception cref="SolverException">The solver is missing, crashed, or hit a limit.</exception>
    void Send(string text);

    /// <summary>Sends a command and reads its answer.</summary>
    /// <exception cref="SolverException">The solver is missing, crashed, hit a limit, reported an error, or printed
    /// malformed output.</exception>
    SExpr Ask(string command);

    /// <summary>Resets the solver to its initial state, also after a failure.</summary>
    void Restart();

    /// <summary>
    /// Cancels the current command, from any thread; its caller gets <see cref="SolverFailure.Stopped"/>.
    /// </summary>
    void Stop();
}

/// <summary>The limits of a solver.</summary>
/// <param name="Seconds">Maximum seconds from its start to its last answer.</param>
/// <param name="SecondsPerAnswer">Maximum seconds from a command to its answer.</param>
/// <param name="Bytes">Maximum bytes of memory, measured about twenty times per second.</param>
public sealed record SolverLimits(double? Seconds = null, double? SecondsPerAnswer = null, long? Bytes = null)
{
    /// <summary>No limits.</summary>
    public static SolverLimits None { get; } = new();
}

/// <summary>The kinds of solver failures.</summary>
public enum SolverFailure
{
    /// <summary>The solver is not installed or cannot be started.</summary>
    Missing,

    /// <summary>The solver ended or was killed from outside.</summary>
    Died,

    /// <summary>The output of the solver is not an answer.</summary>
    Garbage,

    /// <summary>The solver answered "unknown".</summary>
    GaveUp,

    /// <summary>The solver rejected a command.</summary>
    Refused,

    /// <summary>The solver reached its time limit.</summary>
    OutOfTime,

    /// <summary>The solver reached its memory limit.</summary>
    OutOfMemory,

    /// <summary>The run was cancelled.</summary>
    Stopped,
}

/// <summary>A solver gave no answer. The caller reports "unknown" with the reason.</summary>
/// <param name="trouble">The kind of failure.</param>
/// <param name="reason">The reason in words.</param>
public sealed class SolverException(SolverFailure trouble, string reason) : Exception(reason)
{
    /// <summary>The kind of failure.</summary>
    public SolverFailure Trouble { get; } = trouble;
}

/// <summary>The answers to <c>(check-sat)</c>.</summary>
public enum Satisfiability
{
    /// <summary>The assertions have a model.</summary>
    Sat,

    /// <summary>The assertions have no model.</summary>
    Unsat,

    /// <summary>The solver gave up.</summary>
    Unknown,
}

/// <summary>Queries that every solver supports.</summary>
public static class SolverExtensions
{
    /// <summary>Checks whether the assertions have a model.</summary>
    /// <exception cref="SolverException">The solver failed or gave a malformed answer.</exception>
    public static Satisfiability CheckSat(this ISolver solver, string command = "(check-sat)") => solver.Ask(command) switch
    {
        { Text: "sat" } => Satisfiability.Sat,
        { Text: "unsat" } => Satisfiability.Unsat,
        { Text: "unknown" } => Satisfiability.Unknown,
        var other => throw new SolverException(SolverFailure.Garbage, $"{solver.Identity} answers '{Shown(other)}' to {command}"),
    };

    /// <summary>
    /// Checks that the solver printed as many answers as were read; otherwise they may belong to other commands.
    /// </summary>
    /// <exception cref="SolverException">The solver printed additional output.</exception>
    public static void Finish(this ISolver solver)
    {
        if (solver.Ask("(echo \"done\")") is var answer && answer.Bare != "done")
        {
            throw new SolverException(SolverFailure.Garbage, $"{solver.Identity} prints '{Shown(answer)}' without a command");
        }
    }

    /// <summary>The values of some terms in the current model, as the solver prints them.</summary>
    /// <exception cref="SolverException">The solver failed or gave a malformed answer.</exception>
    public static IReadOnlyList<SExpr> ValuesOf(this ISolver solver, IReadOnlyCollection<string> terms)
    {
        if (terms.Count == 0)
        {
            return [];
        }

        var answer = solver.Ask($"(get-value ({string.Join(' ', terms)}))");
        return answer.Items.Length == terms.Count && answer.Items.All(pair => pair.Items.Length == 2)
            ? [.. answer.Items.Select(pair => pair.Items[1])]
            : throw new SolverException(SolverFailure.Garbage, $"{solver.Identity} gives '{Shown(answer)}' for {terms.Count} values");
    }

    /// <summary>The start of an S-expression for a message.</summary>
    public static string Shown(SExpr answer)
    {
        var text = answer.ToString().ReplaceLineEndings(" ");
        return text.Length > 80 ? text[..80] + "…" : text;
    }
}
