using System.Globalization;
using System.Text;
using Verify.Cli.Hosting;
using Verify.Cli.Running;

namespace Verify.Cli.Output;

/// <summary>The results of several engines for many claims, as a Markdown page.</summary>
internal static class ComparisonPage
{
    /// <summary>Writes the page.</summary>
    /// <param name="outcome">The outcome of the comparison.</param>
    /// <param name="command">The command that regenerates the page.</param>
    public static string Of(ComparisonOutcome outcome, string command)
    {
        var (rows, engines) = (outcome.Rows, outcome.Engines);
        var compared = rows.Where(row => row.LeftOut is null).ToList();
        var solvers = compared.SelectMany(row => row.Answers).Select(answer => answer.Report?.Verdict.Evidence.Solver)
            .OfType<string>().Distinct();
        var text = new StringBuilder($"""
            # Engines

            Written by `{command}`.
            {string.Join("; ", [HostInfo.Description, .. solvers])}.

            The first engine decides each claim that fits into the budget; the others get the same question. A cell holds the
            answer and the seconds that it took. "up to 12": nothing was found within 12 steps, and no more were asked for.
            "unknown past 12": time ran out beyond 12 steps. "-": the engine takes no such question. The digest names the
            model of the row; a test takes out the rows of models that have changed. Left out are those that a budget stopped; the other
            claims have not been tried.

            {outcome.Sentence}

            | claim | model | {string.Join(" | ", engines.Select(engine => engine.Name))} |
            |---|---|{string.Concat(engines.Select(_ => "---|"))}

            """);
        foreach (var row in compared)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| {row.Claim.Id} | {row.Digest} | {string.Join(" | ", row.Answers.Select(Cell))} |\n");
        }

        text.Append("\n## Contradictions\n\n");
        foreach (var row in rows.Where(row => row.Contradiction is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $"- {row.Claim.Id}: {row.Contradiction}\n");
        }

        text.Append(rows.All(row => row.Contradiction is null) ? "None.\n" : "").Append("\n## Left out\n\n");
        foreach (var row in rows.Where(row => row.LeftOut is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $"- {row.Claim.Id}: {row.LeftOut}\n");
        }

        return text.Append(rows.All(row => row.LeftOut is null) ? "None.\n" : "").ToString();
    }

    /// <summary>The answer of an engine with its seconds.</summary>
    public static string Cell(Comparison.Answer answer) => answer.NotAsked is not null
        ? answer.Word
        : $"{answer.Word}, {answer.Seconds.ToString("0.00", CultureInfo.InvariantCulture)}";
}
