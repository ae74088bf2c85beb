using System.Globalization;
using System.Text;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Proofs.Shootdowns;

namespace Verify.Tests.Docs;

/// <summary>The page of the deferral grid, from the decisions of its claims.</summary>
internal sealed class DeferralPage(IEnumerable<ClaimReport> decided)
{
    private readonly Dictionary<string, ClaimReport> reports = decided.ToDictionary(report => report.Claim.Id);
    private readonly StringBuilder page = new();

    /// <summary>The text of the page.</summary>
    public string Text()
    {
        page.AppendLine("# Deferred flushes").AppendLine();
        page.AppendLine("This page is generated, and held against the engine as [the page of claims](README.md) is. A PTE changes now,")
            .AppendLine("and other CPUs flush later: VM_LOCAL_CPU, XPFO, lazy vunmap, batched unmap, LUF and text_poke make this move.")
            .AppendLine("Whether that is safe depends on the change that is relied on, on the time at which other CPUs flush, and on")
            .AppendLine("whether the change is relied on before all of them have.");
        AddGrid();
        AddReasons();
        AddDesigns();
        return page.ToString();
    }

    private void AddGrid()
    {
        page.AppendLine().AppendLine("## Which combination is safe").AppendLine();
        page.AppendLine("*At once*: before other CPUs have flushed. *While idle*: so too, but when no other CPU has the mm loaded, or,")
            .AppendLine("for kernel addresses, is in the kernel. *After all*: when all CPUs have flushed; then the last column says")
            .AppendLine("whether that comes in the end. A number is the length of the shortest run to a violation.").AppendLine();
        page.AppendLine("| relied on | other CPUs flush | at once | while idle | after all | does it come |")
            .AppendLine("|---|---|---|---|---|---|");
        foreach (var row in DeferralGrid.Cells.GroupBy(cell => (cell.ReliedWords, cell.FlushWords)))
        {
            var after = row.FirstOrDefault(cell => cell.Time == DeferralTime.AfterAll);
            page.AppendLine(CultureInfo.InvariantCulture, $"| {row.Key.ReliedWords} | {row.Key.FlushWords} "
                + $"| {Safety(row.First(cell => cell.Time == DeferralTime.AtOnce))} "
                + $"| {Safety(row.First(cell => cell.Time == DeferralTime.WhileIdle))} "
                + $"| {(after is null ? "" : Safety(after))} | {(after is null ? "no" : IsProved(after.ProgressId) ? "yes" : "no")} |");
        }
    }

    private void AddReasons()
    {
        page.AppendLine().AppendLine("## Why, and why not").AppendLine();
        page.AppendLine("`./verify check CLAIM` prints the run in columns.").AppendLine();
        page.AppendLine("| claim | verdict | why | shortest run |").AppendLine("|---|---|---|---|");
        foreach (var cell in DeferralGrid.Cells)
        {
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {cell.SafetyId} | {Safety(cell)} | {reports[cell.SafetyId].Claim.Finding} | {Run(cell.SafetyId)} |");
        }
    }

    private void AddDesigns()
    {
        page.AppendLine().AppendLine("## Which design is which combination").AppendLine();
        page.AppendLine("The claim is about the model of the design, and has the verdict of the combination.").AppendLine();
        page.AppendLine("| design | combination | claim | verdict |").AppendLine("|---|---|---|---|");
        foreach (var design in DeferralInstance.All)
        {
            var claim = design.Claim ?? $"{design.Cell}:I-RELY";
            page.AppendLine(CultureInfo.InvariantCulture, $"| {design.Design} | {design.Cell} | {claim} | {Word(claim)} |");
        }
    }

    /// <summary>True if a claim is proved, under its assumptions or without.</summary>
    public bool IsProved(string id) => reports[id].Main?.Verdict is Verdict.Proved;

    private string Word(string id) => IsProved(id) ? "safe" : "unsafe";

    private string Safety(DeferralCell cell) => IsProved(cell.SafetyId)
        ? "safe"
        : string.Create(CultureInfo.InvariantCulture, $"unsafe, {reports[cell.SafetyId].Main!.Trace!.Length}");

    private string Run(string id) => reports[id].Main is { Trace: { } trace } main
        ? string.Join(" · ", trace.Steps.Select(step => main.Instance.Model.Rules[step.Rule].Step))
        : "";
}
