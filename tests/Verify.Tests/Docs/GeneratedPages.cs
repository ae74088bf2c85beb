using System.Globalization;
using System.Text;
using Verify.Claims;
using Verify.Cli;
using Verify.Engines;
using Verify.Explicit;
using Verify.Tests.Snapshots;

namespace Verify.Tests.Docs;

/// <summary>Pages that are written from what they speak of; <c>SNAPSHOTS=update</c> writes them.</summary>
public sealed class GeneratedPages
{
    [Fact]
    public void The_page_of_errors_lists_every_code()
    {
        var page = new StringBuilder();
        page.AppendLine("# Errors").AppendLine();
        page.AppendLine("Generated from `Verify.Core/Diagnostics.cs`. "
            + "Every error is one line, `FILE(LINE): error VRFnnn: …`, and a hint.");
        page.AppendLine().AppendLine("| code | meaning | what to try |").AppendLine("|---|---|---|");
        foreach (var code in Codes.All)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {code.Id} | {Cell(code.Title)} | {Cell(code.Hint)} |");
        }

        Snapshot.MatchesPage("src/ERRORS.md", page.ToString());
    }

    [Fact]
    public void The_page_of_claims_says_what_the_engine_says()
    {
        var page = new StringBuilder();
        page.AppendLine("# Claims").AppendLine();
        page.AppendLine("Generated: each line is decided by the explicit engine when the tests run, and must agree. "
                + "`./verify check ID` prints")
            .AppendLine("the trace or the limits of the proof, who claimed it and where.").AppendLine();
        page.AppendLine("| claim | sentence | verdict | states | steps | instance |").AppendLine("|---|---|---|---:|---:|---|");
        foreach (var claim in Catalogue.Load().Claims)
        {
            page.AppendLine(Row(claim));
        }

        Snapshot.MatchesPage("proofs/README.md", page.ToString());
    }

    private static string Row(Claim claim)
    {
        var report = ClaimReport.Decide(claim, new ExplicitEngine(), Run.Default);
        Assert.Empty(report.Problems);
        var verdict = report.Main is null ? "pending"
            : claim.Expected is Expectation.ProvedIf ? "proved, if its assumptions hold"
            : report.Main.Verdict.Word;
        var states = report.Main?.Verdict.Evidence.States.ToString("N0", CultureInfo.InvariantCulture);
        var instance = report.Main?.Instance.ToString() ?? "";
        return $"| {claim.Id} | {Cell(claim.Sentence)} | {verdict} | {states} | {report.Main?.Trace?.Length} | {Cell(instance)} |";
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
