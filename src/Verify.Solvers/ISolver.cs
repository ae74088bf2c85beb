namespace Verify.Solvers;

/// <summary>A solver for SMT-LIB 2 text: text goes in, S-expressions come out. Not to be shared by threads.</summary>
public interface ISolver : IDisposable
{
    /// <summary>Name and version, as evidence records them: <c>z3 4.8.12</c>.</summary>
    string Identity { get; }

    /// <summary>Sends commands that a solver does not answer: declarations, assertions, options, push and pop.</summary>
    /// <exception cref="SolverException">It is not to be had, died, or reached a limit.</exception>
    void Send(string text);

    /// <summary>Sends one command and reads its answer.</summary>
    /// <exception cref="SolverException">It is not to be had, died, reached a limit, complained, or printed garbage.</exception>
    SExpr Ask(string command);

    /// <summary>Forgets everything that was sent and begins anew, also after trouble.</summary>
    void Restart();

    /// <summary>Ends what is being asked, from any thread; whoever asks gets <see cref="SolverFailure.Stopped"/>.</summary>
    void Stop();
}

/// <summary>What a solver may spend.</summary>
/// <param name="Seconds">Seconds from its start to its last answer.</param>
/// <param name="SecondsPerAnswer">Seconds between the sending of a command and its answer.</param>
/// <param name="Bytes">Bytes of memory that it holds, looked at some twenty times a second.</param>
public sealed record SolverLimits(double? Seconds = null, double? SecondsPerAnswer = null, long? Bytes = null)
{
    /// <summary>No limit.</summary>
    public static SolverLimits None { get; } = new();
}

/// <summary>What went wrong with a solver.</summary>
public enum SolverFailure
{
    /// <summary>It is not installed or cannot be started.</summary>
    Missing,

    /// <summary>It ended by itself, or somebody else ended it.</summary>
    Died,

    /// <summary>What it printed is no answer.</summary>
    Garbage,

    /// <summary>It says that it does not know.</summary>
    GaveUp,

    /// <summary>It did not accept what was sent.</summary>
    Refused,

    /// <summary>It reached its limit of time.</summary>
    OutOfTime,

    /// <summary>It reached its limit of memory.</summary>
    OutOfMemory,

    /// <summary>Somebody asked to stop.</summary>
    Stopped,
}

/// <summary>No answer from a solver. Whoever asked says "unknown" and passes the reason on.</summary>
/// <param name="trouble">What went wrong.</param>
/// <param name="reason">The same in words.</param>
public sealed class SolverException(SolverFailure trouble, string reason) : Exception(reason)
{
    /// <summary>What went wrong.</summary>
    public SolverFailure Trouble { get; } = trouble;
}

/// <summary>The answers to <c>(check-sat)</c>.</summary>
public enum Satisfiability
{
    /// <summary>There is a model.</summary>
    Sat,

    /// <summary>There is none.</summary>
    Unsat,

    /// <summary>The solver gave up.</summary>
    Unknown,
}

/// <summary>The questions that are asked of every solver.</summary>
public static class SolverExtensions
{
    /// <summary>Asks whether there is a model of what was asserted.</summary>
    /// <exception cref="SolverException">There is no answer, or one that is none.</exception>
    public static Satisfiability CheckSat(this ISolver solver, string command = "(check-sat)") => solver.Ask(command) switch
    {
        { Text: "sat" } => Satisfiability.Sat,
        { Text: "unsat" } => Satisfiability.Unsat,
        { Text: "unknown" } => Satisfiability.Unknown,
        var other => throw new SolverException(SolverFailure.Garbage, $"{solver.Identity} answers '{Shown(other)}' to {command}"),
    };

    /// <summary>Sees that as many answers were printed as were read: else they may have been answers to other questions.</summary>
    /// <exception cref="SolverException">It printed something else meanwhile.</exception>
    public static void Finish(this ISolver solver)
    {
        if (solver.Ask("(echo \"done\")") is var answer && answer.Bare != "done")
        {
            throw new SolverException(SolverFailure.Garbage, $"{solver.Identity} prints '{Shown(answer)}', which nobody asked for");
        }
    }

    /// <summary>The value of each of some terms in the model that was found, as the solver prints them.</summary>
    /// <exception cref="SolverException">There is no answer, or one that is none.</exception>
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

    /// <summary>The beginning of an S-expression, for a message.</summary>
    public static string Shown(SExpr answer)
    {
        var text = answer.ToString().ReplaceLineEndings(" ");
        return text.Length > 80 ? text[..80] + "…" : text;
    }
}
