using System.Globalization;
using System.Text;

namespace Verify.Benchmarks;

/// <summary>Prints measurements as Markdown.</summary>
public static class Table
{
    /// <summary>The table of one case.</summary>
    public static string Of(Case what, IReadOnlyList<Measurement> all)
    {
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"### {what.Name}: {what.Claim}, {what.Sizes}\n\n{Capital(what.Why)}.\n\n");
        text.Append("| checker | seconds | × | CPU s | states | steps | peak MB | bytes a state |\n|---|--:|--:|--:|--:|--:|--:|--:|\n");
        // The ratio of each of our times to Spin's best time.
        var best = all.Where(m => m.Missing is null && m.Contender.IsSpin).Select(m => m.Seconds).DefaultIfEmpty(double.NaN).Min();
        foreach (var m in all)
        {
            if (m.Missing is { } missing)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {m.Contender.Name} | {missing} | | | | | | |\n");
                continue;
            }

            var found = m.Found!;
            var states = found.StoodFor is { } stoodFor ? $"{found.States:N0} for {stoodFor:N0}" : $"{found.States:N0}";
            text.Append(CultureInfo.InvariantCulture,
                $"| {m.Contender.Name} | {m.Seconds:0.00} | {best / m.Seconds:0.0} | {m.CpuSeconds:0.00} ")
                .Append(CultureInfo.InvariantCulture,
                    $"| {states} | {found.Transitions:N0} | {m.PeakBytes / 1e6:0} | {BytesAState(m)} |\n");
        }

        return text.Append('\n').Append(OfThreads(all)).ToString();
    }

    // The speed-up of two threads: for the whole command, and for the part that threads can share.
    private static string OfThreads(IReadOnlyList<Measurement> all)
    {
        var ours = all.Where(m => m is { Missing: null, SearchSeconds: not null }).ToList();
        if (ours is not [{ SearchSeconds: { } one }, { SearchSeconds: { } two }, ..])
        {
            return "";
        }

        return string.Create(CultureInfo.InvariantCulture, $"""
            | verify | s, 1 thread | s, 2 threads | ratio |
            |---|--:|--:|--:|
            | whole command | {ours[0].Seconds:0.00} | {ours[1].Seconds:0.00} | {ours[0].Seconds / ours[1].Seconds:0.00} |
            | search alone | {one:0.00} | {two:0.00} | {one / two:0.00} |

            """)
            // A refutation is checked by replaying its trace; only a proof has the interpreter walk the states.
            + (ours is [{ CheckSeconds: { } first }, { CheckSeconds: { } second }, ..]
                ? string.Create(CultureInfo.InvariantCulture, $"| interpreter's check | {first:0.00} | {second:0.00} | |\n\n")
                : "\n");
    }

    /// <summary>The growth of time and memory with the number of states.</summary>
    public static string OfGrowth(Case what, IReadOnlyList<(string Sizes, Measurement One, Measurement Two)> all)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"## Growth of {what.Claim}\n\n");
        text.Append("| sizes | states | steps | s, 1 thread | s, 2 threads | ratio | ratio of searches alone ")
            .Append("| ns a step, 2 threads | peak MB | bytes a state |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var (sizes, one, two) in all)
        {
            var found = two.Found!;
            text.Append(CultureInfo.InvariantCulture,
                $"| {sizes} | {found.States:N0} | {found.Transitions:N0} | {one.Seconds:0.00} | {two.Seconds:0.00} ")
                .Append(CultureInfo.InvariantCulture, $"| {one.Seconds / two.Seconds:0.00} | {one.SearchSeconds / two.SearchSeconds:0.00} ")
                .Append(CultureInfo.InvariantCulture, $"| {two.Seconds / found.Transitions * 1e9:0.0} ")
                .Append(CultureInfo.InvariantCulture, $"| {two.PeakBytes / 1e6:0} | {BytesAState(two)} |\n");
        }

        return text.Append('\n').ToString();
    }

    // For few states, most of the memory is the program's own.
    private static string BytesAState(Measurement m) => m.Found!.States < 100_000
        ? "-"
        : ((double)m.PeakBytes / m.Found.States).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
