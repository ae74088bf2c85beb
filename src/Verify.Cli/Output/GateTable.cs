using System.Globalization;
using Verify.Cli.Hosting;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Rendering;

namespace Verify.Cli.Output;

/// <summary>Prints a table with one row per decided claim, followed by the problems.</summary>
/// <param name="terminal">The terminal to write to.</param>
/// <param name="ids">The identifiers of all claims in the table.</param>
/// <param name="options">The options of the run, as words of a command.</param>
internal sealed class GateTable(Terminal terminal, IEnumerable<string> ids, IReadOnlyList<string> options)
{
    private static readonly string[] Headings = ["claim", "expected", "verdict", "states", "steps", "seconds", ""];

    // Rows are printed as they arrive, so the other columns have a fixed width.
    private static readonly string[] Widest = ["", "expected", "holds-up-to", "99,999,999", "steps", "seconds", "PROBLEM"];

    // The columns that a narrow terminal leaves out, the least important first.
    private static readonly string[] Spared = ["expected", "seconds"];

    private readonly int[] widths = Table.Widths(Headings, [Widest, .. ids.Select(id => (string[])[id, .. Widest[1..]])]);
    private int[]? shown;

    /// <summary>Writes the headings.</summary>
    public void Begin() => WriteRow(Headings);

    // The positions of the columns that fit.
    private int[] Shown => shown ??= Enumerable.Range(0, Spared.Length + 1)
        .Select(most => Enumerable.Range(0, Headings.Length).Where(i => !Spared.Take(most).Contains(Headings[i])).ToArray())
        .FirstOrDefault(columns => columns.Sum(i => widths[i] + 2) - 2 <= terminal.Columns)
        ?? [.. Enumerable.Range(0, Headings.Length).Where(i => !Spared.Contains(Headings[i]))];

    private void WriteRow(string[] cells) =>
        terminal.Out.WriteLine(Table.Row([.. Shown.Select(i => cells[i])], [.. Shown.Select(i => widths[i])]));

    /// <summary>Writes a row.</summary>
    public void Add(Outcome outcome)
    {
        var main = outcome.Report?.Main;
        var status = outcome.Report switch
        {
            { Main: null } => terminal.Paint("pending", Paint.Yellow),
            { IsAsExpected: true } when main!.Verdict is Verdict.Proved { Witness: null, Evidence.NotLookedFor.IsEmpty: false } =>
                terminal.Paint("ok, witnesses not looked for", Paint.Yellow),
            { IsAsExpected: true } when main!.NotJudged().Length > 0 => terminal.Paint("ok, rules not judged", Paint.Yellow),
            { IsAsExpected: true } => terminal.Paint("ok", Paint.Green),
            _ => terminal.Paint("PROBLEM", Paint.Red),
        };
        WriteRow(
        [
            outcome.Claim.Id,
            outcome.Claim.Expected.Word,
            main?.Verdict.Word ?? (outcome.Failure is null ? "" : "error"),
            (main?.Verdict.Evidence.States.ToString("N0", CultureInfo.InvariantCulture) ?? "").PadLeft(widths[3]),
            (main?.Trace?.Length.ToString(CultureInfo.InvariantCulture) ?? "").PadLeft(widths[4]),
            (main?.ElapsedSeconds.ToString("0.00", CultureInfo.InvariantCulture) ?? "").PadLeft(widths[5]),
            status,
        ]);
    }

    /// <summary>Writes the problems.</summary>
    public void WriteProblems(IEnumerable<Outcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            string[] problems = outcome.Failure is { } failure
                ? [failure.ToString(), $"hint: {failure.Hint}"]
                : [.. outcome.Report!.Problems];
            if (problems.Length == 0)
            {
                continue;
            }

            terminal.Out.WriteLine($"{terminal.Paint("PROBLEM", Paint.Red)} {outcome.Claim.Id}");
            foreach (var problem in problems)
            {
                terminal.Out.WriteLine($"  {problem}");
            }

            foreach (var line in TextWrap.Command("  repeat:", ["./verify", "check", TextWrap.Quoted(outcome.Claim.Id), .. options]))
            {
                terminal.Out.WriteLine(line);
            }

            terminal.Out.WriteLine();
        }
    }
}
