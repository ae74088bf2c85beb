using System.Collections.Immutable;
using System.Globalization;
using Verify.Solvers;

namespace Verify.Parametric.Search;

/// <summary>The solvers' answers for a proof for every size.</summary>
/// <param name="Answers">One run per solver and seed.</param>
/// <param name="Problems">The reasons why the proof is not accepted, one line each; empty if it is.</param>
/// <param name="Failed">The obligations that do not hold or that have no answer.</param>
public sealed record ProofRun(
    ImmutableArray<SolverRun> Answers, ImmutableArray<string> Problems, ImmutableArray<string> Failed)
{
    /// <summary>True if every solver answers for every obligation and seed that it holds.</summary>
    public bool IsProved => Problems.IsEmpty && !Answers.IsEmpty;
}

/// <summary>
/// Checks a proof with several solvers and seeds, because an answer that depends on the seed is not reliable.
/// </summary>
public static class AnySizeProver
{
    private const double Quick = 2; // seconds; faster answers count as stable
    private const double Spread = 10; // the maximum ratio between the slowest and the fastest seed

    private static readonly ImmutableArray<ulong> Seeds = [1, 7, 42];

    /// <summary>Runs each solver: the first one with several seeds, the others once.</summary>
    /// <param name="proof">The text of the obligations.</param>
    /// <param name="programs">The solvers; unavailable ones are skipped.</param>
    /// <param name="seeds">The number of seeds for the first solver; at most three.</param>
    /// <param name="cancellation">Cancels the proof.</param>
    /// <param name="maxSeconds">The maximum seconds per obligation.</param>
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
            yield return "the proof has no obligations";
        }

        foreach (var answer in run.Answers.Where(answer => answer is { Answer: not Satisfiability.Unsat, Trouble: null }))
        {
            yield return answer.Answer == Satisfiability.Sat
                ? $"{answer.Obligation}: does not hold ({run.Solver})"
                : $"{answer.Obligation}: unknown ({run.Solver}, seed {run.Seed})";
        }

        // A solver in trouble answers nothing more, and one line says so for all that is left.
        if (run.Answers.Where(answer => answer.Trouble is not null).ToList() is [var first, .. var left])
        {
            yield return $"{first.Obligation}: unknown ({run.Solver}, seed {run.Seed}: {first.Trouble})"
                + (left.Count == 0 ? "" : $"; {Amount.Of(left.Count, "obligation")} after it not asked");
        }
    }

    private static IEnumerable<string> Lucky(ImmutableArray<SolverRun> all) =>
        from runs in all.Where(run => run.IsProved).GroupBy(run => run.Solver)
        from i in Enumerable.Range(0, runs.First().Answers.Length)
        let slowest = runs.Max(run => run.Answers[i].Seconds)
        let quickest = runs.Min(run => run.Answers[i].Seconds)
        where slowest > Quick && slowest > Spread * quickest
        select string.Create(CultureInfo.InvariantCulture,
            $"{runs.First().Answers[i].Obligation}: unstable: time varies with the seed, {quickest:0.00} to {slowest:0.00} s ({runs.Key})");
}
