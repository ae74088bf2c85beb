using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Language.Building;
using Verify.Rendering;

namespace Verify.Tests.Docs;

/// <summary>The page of the corpus of bugs, from the decisions of its claims.</summary>
/// <param name="decided">The decided claims.</param>
/// <param name="accepted">The claims that have a certificate for every size.</param>
internal sealed partial class CorpusPage(IEnumerable<ClaimReport> decided, IEnumerable<string> accepted)
{
    private const string Folder = "proofs/Corpus/";
    private readonly StringBuilder page = new();

    /// <summary>The text of the page.</summary>
    public string Text()
    {
        var bugs = decided.Where(IsOfCorpus).GroupBy(report => (ProtocolFamily)report.Claim.Family)
            .Select(group => new Bug(group.Key, [.. group])).ToList();
        page.AppendLine("# Bugs of memory management").AppendLine();
        page.AppendLine("This page is generated, and held against the engine as [the page of claims](../README.md) is. A row is a bug that")
            .AppendLine("was fixed, written down as a protocol: the old code is refuted by the shortest run below, and the fixed code is")
            .AppendLine("proved for the instance of its claim. The last column says whether it is also proved for every size; \"-\" is no.")
            .AppendLine();
        page.AppendLine("| bug | CVE | fix | steps | states, buggy | states, fixed | every size |")
            .AppendLine("|---|---|---|---:|---:|---:|---|");
        bugs.ForEach(AddRow);
        bugs.ForEach(AddSection);
        return page.ToString();
    }

    private static bool IsOfCorpus(ClaimReport report) =>
        report.Claim.Family is ProtocolFamily family && family.File.StartsWith(Folder, StringComparison.Ordinal);

    private void AddRow(Bug bug)
    {
        var isForEverySize = accepted.Contains(bug.Fixed.Claim.Id);
        var link = $"[{bug.Family.Name}]({bug.Family.File[Folder.Length..]})";
        page.AppendLine(CultureInfo.InvariantCulture, $"| {link} | {bug.Cve} | {bug.Commit} "
            + $"| {bug.Buggy.Main!.Trace!.Length} | {States(bug.Buggy)} | {States(bug.Fixed)} | {(isForEverySize ? "proved" : "-")} |");
    }

    private void AddSection(Bug bug)
    {
        page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {bug.Family.Name}").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"{bug.Family.Summary}.").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"Fixed by {bug.Source}.").AppendLine();
        foreach (var report in bug.Reports.Where(report => report.Claim.Finding is not null))
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"Finding, {report.Claim.Id}: {report.Claim.Finding}.").AppendLine();
        }

        page.AppendLine("```");
        page.Append(ColumnTrace.Of(bug.Buggy.Main!.CheckedTrace!, new Caption(bug.Buggy.Claim.Id, $"{bug.Buggy.Main.Instance}", [])));
        page.AppendLine("```");
    }

    private static string States(ClaimReport report) => report.Main!.Verdict.Evidence.States.ToString("N0", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"CVE-\d+-\d+")]
    private static partial Regex CveName();

    private sealed record Bug(ProtocolFamily Family, List<ClaimReport> Reports)
    {
        /// <summary>The first claim that is refuted: the old code.</summary>
        public ClaimReport Buggy { get; } = Reports.First(report => report.Main?.Verdict is Verdict.Refuted);

        /// <summary>The first claim that is proved: the fixed code.</summary>
        public ClaimReport Fixed { get; } = Reports.First(report => report.Main?.Verdict is Verdict.Proved);

        /// <summary>The title of the fix, and its commit or its place.</summary>
        public Verify.Modelling.Source Source => Buggy.Claim.Sources[0];

        public string Commit => Source.Reference;

        public string Cve => string.Join(", ", CveName().Matches(Source.Title).Select(match => match.Value));
    }
}
