using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Parametric.Obligations;
using Verify.Solvers;

namespace Verify.Parametric.Search;

/// <summary>A solver's answer for one obligation.</summary>
/// <param name="Obligation">The name of the obligation.</param>
/// <param name="Answer">"Unsat" if the obligation holds.</param>
/// <param name="Seconds">The time until the answer, in seconds.</param>
/// <param name="Trouble">The reason why the solver gave no answer; null if it gave one.</param>
public sealed record ObligationResult(string Obligation, Satisfiability Answer, double Seconds, string? Trouble = null);

/// <summary>A solver's answers for all obligations of a proof.</summary>
/// <param name="Solver">The name and version of the solver.</param>
/// <param name="Seed">The seed of its random choices.</param>
/// <param name="Answers">One answer per obligation, in order.</param>
public sealed record SolverRun(string Solver, ulong Seed, ImmutableArray<ObligationResult> Answers)
{
    /// <summary>True if every obligation holds.</summary>
    public bool IsProved => !Answers.IsEmpty && Answers.All(answer => answer.Answer == Satisfiability.Unsat);

    /// <summary>The sum over all obligations, in seconds.</summary>
    public double Seconds => Answers.Sum(answer => answer.Seconds);
}

/// <summary>Checks the text of a proof with a fresh solver.</summary>
public static class SolverCheck
{
    // The command is on a line of its own; a comment may end with the same text.
    private const string Question = "\n(check-sat)\n";

    // If pattern matching fails, cvc5 enumerates instances, which terminates for relations.
    private const string Patient = "(set-option :full-saturate-quant true)\n";

    /// <summary>The default maximum of seconds per obligation.</summary>
    public const int MaxSeconds = 10;

    /// <summary>Checks every obligation with a fresh solver.</summary>
    /// <param name="proof">The text, without the header.</param>
    /// <param name="program">The solver.</param>
    /// <param name="seed">The seed of its random choices.</param>
    /// <param name="cancellation">Cancels the check.</param>
    /// <param name="maxSeconds">The maximum seconds per obligation.</param>
    /// <returns>The answers. If cvc5 answers "unknown" to any, it runs again in a slower, more thorough mode.</returns>
    public static SolverRun Run(
        string proof, ISolverSource program, ulong seed, CancellationToken cancellation, int maxSeconds = MaxSeconds)
    {
        var limit = Limit(program.Kind, maxSeconds);
        SolverRun Answer(string options) => Run(proof, program, seed, options, maxSeconds, cancellation);
        var first = Answer(limit);
        return program.Kind == SolverKind.Cvc5 && first.Answers.Any(a => a.Answer == Satisfiability.Unknown && a.Trouble is null)
            ? Answer(limit + Patient)
            : first;
    }

    private static SolverRun Run(
        string proof, ISolverSource program, ulong seed, string options, int maxSeconds, CancellationToken cancellation)
    {
        var parts = proof.Split(Question);
        for (var i = 0; i < parts.Length - 1; i++)
        {
            parts[i] += "\n";
        }

        var isOfInstance = proof.Contains("\n(set-logic QF_BV)\n", StringComparison.Ordinal);
        var answers = ImmutableArray.CreateBuilder<ObligationResult>();
        string? trouble = null;
        using var solver = program.Start(seed, new SolverLimits(SecondsPerAnswer: maxSeconds * 2), cancellation);
        for (var i = 0; i < parts.Length - 1; i++)
        {
            var clock = Stopwatch.StartNew();
            var answer = Satisfiability.Unknown;
            try
            {
                if (trouble is null)
                {
                    var (possible, rest) = Split(parts[i], isOfInstance);
                    solver.Send(i == 0 ? Controlled(solver, options, possible) : possible);
                    if (possible.Length > 0 && IsFirstOfGroup(i, parts[i], program.Kind))
                    {
                        AskWithout(solver, program.Kind, options);
                    }

                    solver.Send(rest);
                    answer = solver.CheckSat();
                    if (answer == Satisfiability.Unsat)
                    {
                        solver.Finish();
                    }
                }
            }
            catch (SolverException e)
            {
                trouble = e.Message; // the solver has lost its assertions, so the check ends
                answer = Satisfiability.Unknown;
            }

            answers.Add(new ObligationResult(NameOf(parts[i]), answer, clock.Elapsed.TotalSeconds, trouble));
        }

        return new SolverRun(program.Identity, seed, answers.ToImmutable());
    }

    // The commands that end a group, unless another context of the same group follows.
    private const string EndOfGroup = "(pop 1)\n(pop 1)\n";

    // Milliseconds for a query without its denied assertion. Satisfiability is harder to find than unsatisfiability.
    private const int Brief = 300;

    // Splits an obligation into a part that must be satisfiable and the rest. For an instance, the part is everything
    // except for the denied assertion, which is the last one. For every size it is the shared part of a rule's
    // obligations, because a rule may never fire.
    private static (string Possible, string Remaining) Split(string part, bool isOfInstance)
    {
        var context = part.IndexOf("\n" + ObligationWriter.Context, StringComparison.Ordinal);
        var at = context >= 0 ? context : part.LastIndexOf(isOfInstance ? "\n(assert " : "\n(push 1)\n", StringComparison.Ordinal);
        return (part[..(at + 1)], part[(at + 1)..]);
    }

    // Asks two satisfiable control queries and an unsatisfiable one before the proof.
    private static string Controlled(ISolver solver, string options, string text)
    {
        var start = text.IndexOf("(set-logic ", StringComparison.Ordinal);
        var rest = start < 0 ? 0 : text.IndexOf('\n', start) + 1;
        var isOfBits = text.AsSpan(start < 0 ? 0 : start).StartsWith("(set-logic QF_BV)", StringComparison.Ordinal);
        solver.Send(options + text[..rest] + "(push 1)\n" + (isOfBits
            ? "(declare-const control (_ BitVec 8))\n(assert (bvult #x29 control))"
            : "(declare-fun control (Int) Int)\n(assert (< 41 (control 7)))"));
        Expect(solver, Satisfiability.Sat);
        solver.Send(isOfBits ? "(assert (bvult control #x2b))" : "(assert (< (control 7) 43))");
        Expect(solver, Satisfiability.Sat);
        solver.Send(isOfBits ? "(assert (bvult #x2a control))" : "(assert (< 42 (control 7)))");
        Expect(solver, Satisfiability.Unsat);
        return "(pop 1)\n" + text[rest..];
    }

    private static void Expect(ISolver solver, Satisfiability known)
    {
        if (solver.CheckSat() is var answer && answer != known)
        {
            throw new SolverException(SolverFailure.Garbage, $"{solver.Identity} is unreliable: it answers "
                + $"'{answer.ToString().ToLowerInvariant()}' where the answer is known to be '{known.ToString().ToLowerInvariant()}'");
        }
    }

    // For an instance, only the initial states are known to be satisfiable, not the steps. For every size, cvc5 cannot
    // find satisfiability in any query, and takes long to fail.
    private static bool IsFirstOfGroup(int index, string part, SolverKind kind) =>
        !part.Contains("\n; shape: ", StringComparison.Ordinal) && (index == 0
            || part.Contains("\n; starts: it holds ", StringComparison.Ordinal)
            || (kind == SolverKind.Z3 && part.StartsWith(EndOfGroup, StringComparison.Ordinal)
                && !part.StartsWith(EndOfGroup + ObligationWriter.Context, StringComparison.Ordinal)));

    // The assumptions must be satisfiable; otherwise they prove everything.
    private static void AskWithout(ISolver solver, SolverKind kind, string options)
    {
        solver.Send(kind == SolverKind.Z3 ? $"(set-option :timeout {Brief})" : "");
        if (solver.CheckSat() == Satisfiability.Unsat)
        {
            throw new SolverException(SolverFailure.Garbage,
                $"{solver.Identity} finds a contradiction in the assumptions, so the proof is void");
        }

        solver.Send(kind == SolverKind.Z3 ? options : "");
    }

    private static string Limit(SolverKind kind, int seconds) => kind == SolverKind.Z3
        ? $"(set-option :timeout {seconds * 1000})\n"
        : $"(set-option :tlimit-per {seconds * 1000})\n";

    // The comment before the last push names the next obligation.
    private static string NameOf(string part) =>
        part.Split('\n').LastOrDefault(line => line.StartsWith("; ", StringComparison.Ordinal))?[2..] ?? "an obligation without a name";
}
