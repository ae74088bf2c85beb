using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Solvers;

namespace Verify.Parametric.Search;

/// <summary>What a solver says of one obligation.</summary>
/// <param name="Obligation">Its name.</param>
/// <param name="Answer">"Unsat" when it holds.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Trouble">Why there is no answer, if there is none.</param>
public sealed record ObligationResult(string Obligation, Satisfiability Answer, double Seconds, string? Trouble = null);

/// <summary>What a solver says of all obligations of a proof.</summary>
/// <param name="Solver">Name and version.</param>
/// <param name="Seed">What its random choices started from.</param>
/// <param name="Answers">One an obligation, in their order.</param>
public sealed record SolverRun(string Solver, ulong Seed, ImmutableArray<ObligationResult> Answers)
{
    /// <summary>Whether every obligation holds.</summary>
    public bool IsProved => !Answers.IsEmpty && Answers.All(answer => answer.Answer == Satisfiability.Unsat);

    /// <summary>How long all of them took.</summary>
    public double Seconds => Answers.Sum(answer => answer.Seconds);
}

/// <summary>Puts the text of a proof before a fresh solver, as it stands.</summary>
public static class SolverCheck
{
    // A line of its own; a comment may end so.
    private const string Question = "\n(check-sat)\n";

    // Where matching gives up, enumeration goes on; over relations it comes to an end.
    private const string Patient = "(set-option :full-saturate-quant true)\n";

    /// <summary>Seconds that a solver may think about one obligation unless it is said otherwise.</summary>
    public const int MaxSeconds = 10;

    /// <summary>Asks a fresh solver about every obligation.</summary>
    /// <param name="proof">The text, without the header.</param>
    /// <param name="program">The solver.</param>
    /// <param name="seed">What its random choices start from.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="maxSeconds">How long it may think about one obligation.</param>
    /// <returns>Its answers; cvc5 is asked a second time, in a more patient mode, if it gives up on any.</returns>
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
                trouble = e.Message; // it has forgotten what was sent, so nothing more is asked
                answer = Satisfiability.Unknown;
            }

            answers.Add(new ObligationResult(NameOf(parts[i]), answer, clock.Elapsed.TotalSeconds, trouble));
        }

        return new SolverRun(program.Identity, seed, answers.ToImmutable());
    }

    // ---- questions whose answers are known ----

    // Milliseconds for a question without what it denies. That something is possible is harder to find than that it is not.
    private const int Brief = 300;

    // What is surely possible, and the rest: of an instance without what is denied, which is the last assertion; for every
    // size, where a rule may never fire, what the obligations of a rule have in common.
    private static (string Possible, string Remaining) Split(string part, bool isOfInstance)
    {
        var at = part.LastIndexOf(isOfInstance ? "\n(assert " : "\n(push 1)\n", StringComparison.Ordinal) + 1;
        return (part[..at], part[at..]);
    }

    // Two that can be and one that cannot, before the proof is told.
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
            throw new SolverException(SolverFailure.Garbage, $"{solver.Identity} is not to be believed: it says "
                + $"'{answer.ToString().ToLowerInvariant()}' where the answer is known to be '{known.ToString().ToLowerInvariant()}'");
        }
    }

    // Of an instance, that it starts; whether there are steps is not known. Of a proof for every size, cvc5 finds out of no
    // question that it can be, and takes its time to.
    private static bool IsFirstOfGroup(int index, string part, SolverKind kind) =>
        !part.Contains("\n; shape: ", StringComparison.Ordinal) && (index == 0
            || part.Contains("\n; starts: it holds ", StringComparison.Ordinal)
            || (kind == SolverKind.Z3 && part.StartsWith("(pop 1)\n(pop 1)\n", StringComparison.Ordinal)));

    // There are such states: else what is assumed contradicts itself, and shows nothing.
    private static void AskWithout(ISolver solver, SolverKind kind, string options)
    {
        solver.Send(kind == SolverKind.Z3 ? $"(set-option :timeout {Brief})" : "");
        if (solver.CheckSat() == Satisfiability.Unsat)
        {
            throw new SolverException(SolverFailure.Garbage,
                $"to {solver.Identity} what is assumed contradicts itself, so that nothing is shown");
        }

        solver.Send(kind == SolverKind.Z3 ? options : "");
    }

    private static string Limit(SolverKind kind, int seconds) => kind == SolverKind.Z3
        ? $"(set-option :timeout {seconds * 1000})\n"
        : $"(set-option :tlimit-per {seconds * 1000})\n";

    // The comment before the last push says which obligation comes.
    private static string NameOf(string part) =>
        part.Split('\n').LastOrDefault(line => line.StartsWith("; ", StringComparison.Ordinal))?[2..] ?? "an obligation without a name";
}
