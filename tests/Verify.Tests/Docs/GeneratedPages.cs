using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Explicit;
using Verify.Language.Building;
using Verify.Modelling;
using Verify.Parametric.Obligations;
using Verify.Proofs.Shootdowns;
using Verify.Tests.Snapshots;

namespace Verify.Tests.Docs;

/// <summary>The pages that are generated from models and claims; <c>SNAPSHOTS=update</c> writes them.</summary>
public sealed class GeneratedPages
{
    [Fact]
    public void The_page_of_errors_lists_every_code()
    {
        var page = new StringBuilder();
        page.AppendLine("# Errors").AppendLine();
        page.AppendLine("This page is generated from `Verify.Core/Diagnostics.cs`. "
            + "An error is one line, `FILE(LINE): error VRFnnn: …`, and a hint.");
        page.AppendLine().AppendLine("| code | meaning | what to try |").AppendLine("|---|---|---|");
        foreach (var code in ErrorCodes.All)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {code.Id} | {Cell(code.Title)} | {Cell(code.Hint)} |");
        }

        Snapshot.MatchesPage("src/ERRORS.md", page.ToString());
    }

    [Fact]
    public void The_page_of_claims_has_the_results_of_the_engine()
    {
        var page = new StringBuilder();
        page.AppendLine("# Claims").AppendLine();
        page.AppendLine("This page is generated. When the tests run, the explicit engine decides each line again, and the line must agree.")
            .AppendLine("`./verify check ID` prints the trace or the limits of the proof, and who made the claim where. Proofs for every")
            .AppendLine("size are recorded in `certificates.lock`; `./verify certify` and the gate check them again.")
            .AppendLine("[Dropped guards](DROPPED.md) tells which guards and updates of the models no claim needs, and why.")
            .AppendLine("[The corpus of bugs](Corpus/README.md) has a page of its own, with their runs.").AppendLine();
        page.AppendLine("| claim | sentence | verdict | states | steps | instance | every size |")
            .AppendLine("|---|---|---|---:|---:|---|---|");
        foreach (var report in Decided.Value)
        {
            var instance = report.Main?.Instance.ToString() ?? "";
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {report.Claim.Id} | {Cell(report.Claim.Sentence)} | {Outcome(report)} | {Cell(instance)} "
                + $"| {CertificateOf(report.Claim)} |");
        }

        ObjectionTable.Append(page, ObjectionTable.Mails, Decided.Value);
        Snapshot.MatchesPage("proofs/README.md", page.ToString());
    }

    [Fact]
    public void The_page_of_mechanisms_has_the_result_of_each_variant()
    {
        var page = new StringBuilder();
        page.AppendLine("# Mechanisms").AppendLine();
        page.AppendLine("This page is generated. A section is a mechanism, a row is a variant of it: sizes, features, faults,")
            .AppendLine("assumptions and a profile, all of one text. `./verify list NAME` explains them, "
                + "`./verify check CLAIM` decides the row again.");
        var own = Decided.Value.Where(report => report.Claim.Family is not ProtocolFamily);
        foreach (var family in own.GroupBy(report => report.Claim.Family.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {family.Key}").AppendLine();
            page.AppendLine(CultureInfo.InvariantCulture, $"{family.First().Claim.Family.Summary}.").AppendLine();
            page.AppendLine("| variant | property | verdict | states | steps | claim |").AppendLine("|---|---|---|---:|---:|---|");
            foreach (var report in family)
            {
                var variant = Instance.Describe(report.Claim.Family, report.Claim.Choices)[(family.Key.Length + 1)..];
                page.AppendLine(CultureInfo.InvariantCulture,
                    $"| {Cell(variant)} | {report.Claim.Property} | {Outcome(report)} | {report.Claim.Id} |");
            }
        }

        AppendRecalled(page);
        Snapshot.MatchesPage("models/README.md", page.ToString());
    }

    [Fact]
    public void The_page_of_deferred_flushes_has_the_whole_grid()
    {
        var page = new DeferralPage(Decided.Value);
        Assert.All(DeferralInstance.All.Where(design => design.Claim is not null), design => Assert.True(
            page.IsProved(design.Claim!) == page.IsProved($"{design.Cell}:I-RELY"), $"{design.Claim} differs from {design.Cell}"));
        Snapshot.MatchesPage("proofs/DEFERRAL.md", page.Text());
    }

    [Fact]
    public void The_page_of_bugs_has_the_shortest_run_of_each() => Snapshot.MatchesPage("proofs/Corpus/README.md",
        new CorpusPage(Decided.Value, CertificateLock.Read(Repository.Text("proofs/certificates.lock"), "").Claims).Text());

    /// <summary>
    /// Lists the kernel sources that are cited from memory, so that readers know where the models may differ from the
    /// kernel.
    /// </summary>
    private static void AppendRecalled(StringBuilder page)
    {
        var recalled = Sources.OfAll().Where(source => source.IsRecalled).Select(source => source.ToString())
            .Distinct().Order(StringComparer.Ordinal).ToList();
        page.AppendLine().AppendLine("## Cited from memory").AppendLine();
        page.AppendLine(recalled.Count == 0
            ? "Nothing: every kernel source of the models and claims names the commit or version that was read."
            : "These kernel sources are cited from memory. All others name the commit or version that was read.");
        if (recalled.Count > 0)
        {
            page.AppendLine();
        }

        foreach (var source in recalled)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"- {source}");
        }
    }

    private static string CertificateOf(Claim claim)
    {
        var accepted = CertificateLock.Read(Repository.Text("proofs/certificates.lock"), "");
        return accepted.Claims.Contains(claim.Id) ? "[proved](certificates.lock)" : "";
    }

    // Both pages use the same decisions.
    private static readonly Lazy<ImmutableArray<ClaimReport>> Decided = new(() =>
    [
        .. Catalogue.Load().Claims.Select(claim =>
        {
            var report = ClaimReport.Decide(claim, new ExplicitEngine(), EngineOptions.Default);
            Assert.Empty(report.Problems);
            return report;
        }),
    ]);

    private static string Outcome(ClaimReport report)
    {
        var verdict = report.Main is null ? "pending"
            : report.Claim.Expected is Expectation.ProvedIf ? "proved, if its assumptions hold"
            : report.Main.Verdict.Word;
        var states = report.Main?.Verdict.Evidence.States.ToString("N0", CultureInfo.InvariantCulture);
        return $"{verdict} | {states} | {report.Main?.Trace?.Length}";
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
