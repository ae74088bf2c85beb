using System.Globalization;
using System.Text;

namespace Verify.Tests.Laws.Soaking;

/// <summary>Prints the results of a soak, one line per law.</summary>
internal static class SoakTable
{
    /// <summary>The current table.</summary>
    public static string Of(Soak soak)
    {
        var text = new StringBuilder();
        var cpu = soak.DrawingCpu.TotalSeconds + soak.Rows.Sum(row => row.Cpu.TotalSeconds);
        Line(text, "law", "models", "skipped", "refused", "comparisons", "disagree", "seconds", "CPU s", "share");
        foreach (var row in soak.Rows)
        {
            Line(text, row.Law.Name.Replace('_', ' '), N(row.Models), N(row.Skipped), N(row.Tally["refused"]), N(row.Tally.Compared),
                N(row.Disagreements), S(row.Elapsed.TotalSeconds), S(row.Cpu.TotalSeconds), Share(row.Cpu.TotalSeconds, cpu));
        }

        Line(text, "drawing models, and their graphs", N(soak.Models), N(soak.Large), "", "", "", "",
            S(soak.DrawingCpu.TotalSeconds), Share(soak.DrawingCpu.TotalSeconds, cpu));
        Line(text, "all", N(soak.Models), N(soak.Large), "", N(soak.Rows.Sum(row => row.Tally.Compared)),
            N(soak.Rows.Sum(row => row.Disagreements)), S(soak.Elapsed.TotalSeconds), S(cpu), "");
        foreach (var row in soak.Rows.Where(row => row.Unavailable is not null))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"not tried: {row.Law.Name}: {row.Unavailable}");
        }

        foreach (var reason in soak.Undrawn.Take(20))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"fails: {reason}");
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, string law, params ReadOnlySpan<string> cells)
    {
        const int Widest = 88;
        text.Append((law.Length > Widest ? law[..(Widest - 1)] + "…" : law).PadRight(Widest));
        foreach (var cell in cells)
        {
            text.Append(cell.PadLeft(12));
        }

        text.AppendLine();
    }

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string S(double seconds) => seconds.ToString("N1", CultureInfo.InvariantCulture);

    private static string Share(double part, double whole) => whole > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * part / whole:N1} %")
        : "";
}
