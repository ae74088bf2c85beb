using System.Globalization;
using System.Text.RegularExpressions;

namespace Verify.Tests.Docs;

/// <summary>The page on engines as text: its rows, and the page without rows of models that have changed.</summary>
/// <param name="text">The page.</param>
internal sealed partial class EnginePage(string text)
{
    private const string LeftOut = "\n## Left out\n\n";

    public string Text => text;

    /// <summary>The cells of each row: the claim, the digest of its model, and the answers.</summary>
    public IReadOnlyList<string[]> Rows { get; } =
    [
        .. text.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)
            && !line.StartsWith("| claim |", StringComparison.Ordinal)).Select(line => line.Trim('|', ' ').Split(" | ")),
    ];

    /// <summary>The claims that were not compared, with a reason; claims without a try are only counted.</summary>
    public IReadOnlyList<string> NotCompared { get; } =
        [.. LineOfClaim().Matches(text[text.IndexOf(LeftOut, StringComparison.Ordinal)..]).Select(match => match.Groups[1].Value)];

    /// <summary>The rows with contradicting answers.</summary>
    public IReadOnlyList<string> Contradicted =>
        [.. Rows.Where(row => Decided(row).Distinct().Count() > 1).Select(row => row[0])];

    /// <summary>The rows whose model has changed.</summary>
    public IReadOnlyList<string> Stale(IReadOnlyDictionary<string, string> digests) =>
        [.. Rows.Where(row => digests.GetValueOrDefault(row[0]) != row[1]).Select(row => row[0])];

    /// <summary>The page without outdated rows.</summary>
    public EnginePage Of(IReadOnlyDictionary<string, string> digests)
    {
        var stale = Stale(digests).ToHashSet();
        var lines = text.Split('\n').Where(line => !(line.StartsWith("| ", StringComparison.Ordinal) && stale.Contains(line.Split(' ')[1]))
            && !(LineOfClaim().Match(line) is { Success: true } match && !digests.ContainsKey(match.Groups[1].Value)));
        var outside = stale.Where(digests.ContainsKey).Select(id => $"- {id}: its model has changed since\n").ToList();
        var left = string.Join('\n', lines);
        if (outside.Count > 0)
        {
            left = left.Replace($"{LeftOut}None.\n", LeftOut, StringComparison.Ordinal) + string.Concat(outside);
        }

        var page = new EnginePage(left);
        return new EnginePage(Summary().Replace(left, page.Counted(digests.Count), 1));
    }

    private string Counted(int claims) => string.Create(CultureInfo.InvariantCulture,
        $"{Rows.Count} of {claims} claims compared: "
        + $"{Rows.Count(IsSeconded)} decided alike by at least two engines, "
        + $"{Rows.Count - Rows.Count(IsSeconded) - Contradicted.Count} by one alone, {Contradicted.Count} contradicted.");

    private static bool IsSeconded(string[] row) => Decided(row).ToList() is { Count: > 1 } all && all.Distinct().Count() == 1;

    private static IEnumerable<string> Decided(string[] row) => row.Skip(2).Select(cell => cell.Split(',')[0])
        .Where(answer => answer.StartsWith("proved", StringComparison.Ordinal)
            || answer.StartsWith("refuted", StringComparison.Ordinal)
            || answer.StartsWith("undefined", StringComparison.Ordinal));

    [GeneratedRegex("^- ([^ ]+): .+$", RegexOptions.Multiline)]
    private static partial Regex LineOfClaim();

    [GeneratedRegex("^[0-9]+ of [0-9]+ claims compared: .*$", RegexOptions.Multiline)]
    private static partial Regex Summary();
}
