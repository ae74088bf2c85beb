using System.Collections.Immutable;
using System.Globalization;
using Verify.Solvers;

namespace Verify.Parametric.Search;

/// <summary>What solvers say of a proof for every size.</summary>
/// <param name="Answers">One a solver and seed.</param>
/// <param name="Problems">Why it is no proof, one line each; empty when it is one.</param>
/// <param name="Failed">The obligations that do not hold, or that there is no answer to.</param>
public sealed record ProofRun(
    ImmutableArray<SolverRun> Answers, ImmutableArray<string> Problems, ImmutableArray<string> Failed)
{
    /// <summary>Whether every solver says of every obligation, whatever the seed, that it holds.</summary>
    public bool IsProved => Problems.IsEmpty && !Answers.IsEmpty;
}

/// <summary>Puts a proof before solvers, several times, because an answer that depends on luck is none.</summary>
public static class AnySizeProver
{
    private const double Quick = 2; // seconds; what is answered within them is not luck
    private const double Spread = 10; // the slowest seed against the quickest

    private static readonly ImmutableArray<ulong> Seeds = [1, 7, 42];

    /// <summary>Asks each solver: the first one with several seeds, the others once.</summary>
    /// <param name="proof">The text of the obligations.</param>
    /// <param name="programs">The solvers; those that are not available are left out.</param>
    /// <param name="seeds">How many seeds the first one is asked with; at most three.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="maxSeconds">How long each may think about one obligation.</param>
    public static ProofRun Run(string proof, IReadOnlyList<ISolverSource> programs, int seeds, CancellationToken cancellation,
        int maxSeconds = SolverCheck.MaxSeconds)
    {
        var answers = ImmutableArray.CreateBuilder<SolverRun>();
        var available = programs.Where(program => program.Unavailable is null).ToList();
        foreach (var program in available)
        {
            foreach (var seed in Seeds.Take(program == available[0] ? seeds : 1))
            {
                answers.Add(SolverCheck.Run(proof, program, seed, cancellation, maxSeconds));
                if (!answers[^1].IsProved)
                {
                    break;
                }
            }
        }

        var all = answers.ToImmutable();
        ImmutableArray<string> failed =
        [
            .. all.SelectMany(answer => answer.Answers).Where(answer => answer.Answer != Satisfiability.Unsat)
                .Select(answer => answer.Obligation).Distinct(),
        ];
        return new ProofRun(all, [.. all.SelectMany(Problems), .. Lucky(all)], failed);
    }

    private static IEnumerable<string> Problems(SolverRun run)
    {
        if (run.Answers.IsEmpty)
        {
            yield return "there is nothing to show, so nothing is shown";
        }

        foreach (var answer in run.Answers.Where(answer => answer.Answer != Satisfiability.Unsat))
        {
            yield return answer.Answer == Satisfiability.Sat
                ? $"{answer.Obligation}: does not hold ({run.Solver})"
                : $"{answer.Obligation}: unknown ({run.Solver}, seed {run.Seed}{(answer.Trouble is null ? "" : $": {answer.Trouble}")})";
        }
    }

    private static IEnumerable<string> Lucky(ImmutableArray<SolverRun> all) =>
        from runs in all.Where(run => run.IsProved).GroupBy(run => run.Solver)
        from i in Enumerable.Range(0, runs.First().Answers.Length)
        let slowest = runs.Max(run => run.Answers[i].Seconds)
        let quickest = runs.Min(run => run.Answers[i].Seconds)
        where slowest > Quick && slowest > Spread * quickest
        select string.Create(CultureInfo.InvariantCulture,
            $"{runs.First().Answers[i].Obligation}: holds by luck, between {quickest:0.00} and {slowest:0.00} s ({runs.Key})");
}
