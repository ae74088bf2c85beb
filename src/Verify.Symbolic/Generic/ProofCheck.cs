using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Solving;

namespace Verify.Generic;

/// <summary>What a solver says of one obligation.</summary>
/// <param name="Obligation">Its name.</param>
/// <param name="Answer">"Unsat" when it holds.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Trouble">Why there is no answer, if there is none.</param>
public sealed record ObligationAnswer(string Obligation, Satisfiability Answer, double Seconds, string? Trouble = null);

/// <summary>What a solver says of all obligations of a proof.</summary>
/// <param name="Solver">Name and version.</param>
/// <param name="Seed">What its random choices started from.</param>
/// <param name="Answers">One an obligation, in their order.</param>
public sealed record ProofAnswer(string Solver, ulong Seed, ImmutableArray<ObligationAnswer> Answers)
{
    /// <summary>Whether every obligation holds.</summary>
    public bool IsProved => !Answers.IsEmpty && Answers.All(answer => answer.Answer == Satisfiability.Unsat);

    /// <summary>How long all of them took.</summary>
    public double Seconds => Answers.Sum(answer => answer.Seconds);
}

/// <summary>Puts the text of a proof before a fresh solver, as it stands.</summary>
public static class ProofCheck
{
    private const string Question = "(check-sat)\n";

    // Where matching gives up, enumeration goes on; over relations it comes to an end.
    private const string Patient = "(set-option :full-saturate-quant true)\n";

    /// <summary>Seconds that a solver may think about one obligation unless it is said otherwise.</summary>
    public const int MostSeconds = 10;

    /// <summary>Asks a fresh solver about every obligation.</summary>
    /// <param name="proof">The text, without the header.</param>
    /// <param name="program">The solver.</param>
    /// <param name="seed">What its random choices start from.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="mostSeconds">How long it may think about one obligation.</param>
    /// <returns>Its answers; cvc5 is asked a second time, in a more patient mode, if it gives up on any.</returns>
    public static ProofAnswer Run(
        string proof, ISolverSource program, ulong seed, CancellationToken cancellation, int mostSeconds = MostSeconds)
    {
        var limit = Limit(program.Kind, mostSeconds);
        ProofAnswer Answer(string options) => Run(proof, program, seed, options, mostSeconds, cancellation);
        var first = Answer(limit);
        return program.Kind == SolverKind.Cvc5 && first.Answers.Any(a => a.Answer == Satisfiability.Unknown && a.Trouble is null)
            ? Answer(limit + Patient)
            : first;
    }

    private static ProofAnswer Run(
        string proof, ISolverSource program, ulong seed, string options, int mostSeconds, CancellationToken cancellation)
    {
        var parts = proof.Split(Question);
        var answers = ImmutableArray.CreateBuilder<ObligationAnswer>();
        string? trouble = null;
        using var solver = program.Start(seed, new SolverLimits(SecondsPerAnswer: mostSeconds * 2), cancellation);
        for (var i = 0; i < parts.Length - 1; i++)
        {
            var clock = Stopwatch.StartNew();
            var answer = Satisfiability.Unknown;
            try
            {
                if (trouble is null)
                {
                    solver.Send((i == 0 ? options : "") + parts[i]);
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

            answers.Add(new ObligationAnswer(NameOf(parts[i]), answer, clock.Elapsed.TotalSeconds, trouble));
        }

        return new ProofAnswer(program.Identity, seed, answers.ToImmutable());
    }

    private static string Limit(SolverKind kind, int seconds) => kind == SolverKind.Z3
        ? $"(set-option :timeout {seconds * 1000})\n"
        : $"(set-option :tlimit-per {seconds * 1000})\n";

    // The comment before the last push says which obligation comes.
    private static string NameOf(string part) =>
        part.Split('\n').LastOrDefault(line => line.StartsWith("; ", StringComparison.Ordinal))?[2..] ?? "an obligation without a name";
}
