using Verify.Explain.Mutations;
using Verify.Rendering;
using Verify.Traces;

namespace Verify.Cli.Explaining;

/// <summary>Writes what a verdict rests on as Markdown.</summary>
/// <param name="output">Receives the text.</param>
internal sealed class ExplanationMarkdown(TextWriter output)
{
    /// <summary>Writes an explanation.</summary>
    public void Write(ClaimExplanation of)
    {
        output.WriteLine($"### {of.Claim.Id}: {of.Word}\n\n{of.Claim.Sentence}\n\nInstance: `{of.Main.Instance}`");
        if (of.Cores is { } cores)
        {
            Table(ExplanationTables.Assumptions, ExplanationTables.AssumptionRows(of, cores));
            Table(ExplanationTables.Sets, ExplanationTables.SetRows(cores));
        }

        if (!of.Steps.IsEmpty)
        {
            Table(ExplanationTables.Changes, ExplanationTables.BreakingRows(of.Steps));
            List("No change of these breaks the claim",
                of.Steps.Where(step => step is { Matters: false, IsOpen: false, Answers.Length: > 0 }));
            List("Not decided for some change", of.Steps.Where(step => step.IsOpen));
        }

        if (of.Miss is { } miss)
        {
            output.WriteLine($"\nNearest miss: a violation needs {string.Join(" and ", miss.Conditions.Select(one => $"`{one}`"))}; "
                + $"missing: {string.Join(", ", miss.Missing.Select(one => $"`{one}`"))}.");
            Trace(of, miss.Trace);
        }

        if (of is { Blame: { } blame, Main.CheckedTrace: { } trace })
        {
            Trace(of, trace);
            Table(ExplanationTables.Blame, ExplanationTables.BlameRows(blame));
            Table(ExplanationTables.Rescues, ExplanationTables.RescueRows(blame, blame.Rescues.Length));
        }
    }

    private void List(string heading, IEnumerable<StepReport> steps) => output.WriteLine(
        $"\n{heading}: {string.Join(", ", steps.Select(step => $"`{step.Step}`").DefaultIfEmpty("none"))}.");

    private void Trace(ClaimExplanation of, CheckedTrace trace) => output.WriteLine(
        $"\n```text\n{ColumnTrace.Of(trace, new Caption(of.Claim.Id, of.Main.Instance.ToString(), []) { Family = of.Claim.Family })}```");

    private void Table(string[] headings, IEnumerable<string[]> rows)
    {
        output.WriteLine($"\n| {string.Join(" | ", headings)} |\n|{string.Concat(headings.Select(_ => "---|"))}");
        foreach (var row in rows)
        {
            output.WriteLine($"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |");
        }
    }
}
