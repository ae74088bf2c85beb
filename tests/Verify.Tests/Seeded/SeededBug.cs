using System.Globalization;

namespace Verify.Tests.Seeded;

/// <summary>A deliberate mistake, planted to find out which tests detect it.</summary>
/// <param name="Number">The number that activates it.</param>
/// <param name="Component">The component of the mistake.</param>
/// <param name="Sentence">The mistake in one sentence.</param>
/// <param name="File">The file.</param>
/// <param name="Laws">Parts of the names of the laws that are tried first.</param>
/// <param name="Tests">The test classes that are run if no law detects it.</param>
/// <param name="Why">The reason why no law can detect it; empty if one should.</param>
/// <param name="Old">The text to replace, which occurs once.</param>
/// <param name="New">The replacement, with <c>BUG</c> for the condition that the mistake is active.</param>
internal sealed record SeededBug(
    int Number, string Component, string Sentence, string File, string[] Laws, string[] Tests,
    string Why, string Old, string New)
{
    /// <summary>The environment variable that selects the active mistake.</summary>
    public const string Variable = "VERIFY_SEEDED_BUG";

    /// <summary>The path of the list.</summary>
    public const string List = "tests/Verify.Tests/Seeded/bugs.txt";

    /// <summary>All mistakes in the list.</summary>
    public static IReadOnlyList<SeededBug> All { get; } =
        [.. Repository.Text(List).Split("\n\n").Skip(1).Select(block => Read(block.TrimEnd('\n').Split('\n')))];

    /// <summary>Plants this mistake in a source.</summary>
    public string Plant(string source)
    {
        var planted = New.Replace("BUG", $"global::Verify.Seeded.Is({Number})", StringComparison.Ordinal);
        return source.Replace(Old, planted, StringComparison.Ordinal);
    }

    private static SeededBug Read(string[] lines)
    {
        string[] Behind(string mark) =>
            [.. lines.Where(line => line.StartsWith(mark, StringComparison.Ordinal)).Select(line => line[mark.Length..])];
        string[] Words(string kind) => Behind($"{kind} ").SelectMany(line => line.Split(' ')).ToArray();
        var (space, colon) = (lines[0].IndexOf(' ', StringComparison.Ordinal), lines[0].IndexOf(": ", StringComparison.Ordinal));
        return new SeededBug(
            int.Parse(lines[0].AsSpan(0, space), CultureInfo.InvariantCulture),
            lines[0][(space + 1)..colon], lines[0][(colon + 2)..], Words("in")[0],
            Words("laws"), Words("tests"), string.Join(' ', Behind("why ")),
            string.Join('\n', Behind("- ")), string.Join('\n', Behind("+ ")));
    }
}
