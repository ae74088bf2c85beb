using System.Globalization;

namespace Verify.Tests.Seeded;

/// <summary>A mistake that is made on purpose, to see who notices.</summary>
/// <param name="Number">What it is switched on by.</param>
/// <param name="Component">Where it is made.</param>
/// <param name="Sentence">What is wrong.</param>
/// <param name="File">The file.</param>
/// <param name="Laws">Parts of the names of laws that are tried first.</param>
/// <param name="Tests">Test classes that are run if no law notices.</param>
/// <param name="Why">Why no law does, if none makes sense; empty if one should.</param>
/// <param name="Old">The text that is there, once.</param>
/// <param name="New">The text in its place, with <c>BUG</c> where it matters whether it is switched on.</param>
internal sealed record SeededBug(
    int Number, string Component, string Sentence, string File, string[] Laws, string[] Tests,
    string Why, string Old, string New)
{
    /// <summary>The name of the variable that says which one is switched on.</summary>
    public const string Variable = "VERIFY_SEEDED_BUG";

    /// <summary>The list.</summary>
    public const string List = "tests/Verify.Tests/Seeded/bugs.txt";

    /// <summary>All of them, as the list has them.</summary>
    public static IReadOnlyList<SeededBug> All { get; } =
        [.. Repository.Text(List).Split("\n\n").Skip(1).Select(block => Read(block.TrimEnd('\n').Split('\n')))];

    /// <summary>A source with this mistake in it.</summary>
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
