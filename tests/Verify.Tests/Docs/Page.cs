using System.Text.RegularExpressions;

namespace Verify.Tests.Docs;

/// <summary>A page with blocks of commands and code that are checked.</summary>
internal sealed partial class Page(string text)
{
    private readonly List<string> lines = [.. text.Split('\n')];

    /// <summary>The text of the page, with updated outputs if any.</summary>
    public string Text => string.Join('\n', lines);

    /// <summary>The lines of each block of a language.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Blocks(string language) =>
        [.. Starts(language).Select(start => lines.GetRange(start, EndOf(start) - start))];

    /// <summary>Runs every command and compares its output; in update mode, replaces outputs that differ.</summary>
    /// <param name="run">The output of a command; null to leave it as it is.</param>
    /// <param name="isUpdate">True to update the page instead of reporting differences.</param>
    /// <returns>The differences, one text per command.</returns>
    public IReadOnlyList<string> Run(Func<string, string?> run, bool isUpdate)
    {
        var problems = new List<string>();
        for (var at = 0; at < lines.Count; at++)
        {
            // The block is looked up each time, because an update moves the lines below it.
            if (!lines[at].StartsWith("$ ", StringComparison.Ordinal) || !IsInConsole(at))
            {
                continue;
            }

            var end = at + 1;
            while (!lines[end].StartsWith("$ ", StringComparison.Ordinal) && lines[end] != "```")
            {
                end++;
            }

            var expected = lines.GetRange(at + 1, end - at - 1);
            var found = run(lines[at][2..])?.TrimEnd().Split('\n').Select(line => line.TrimEnd()).ToList();
            if (found is null || Matches(expected, found))
            {
                continue;
            }

            if (isUpdate)
            {
                lines.RemoveRange(at + 1, end - at - 1);
                lines.InsertRange(at + 1, found);
            }
            else
            {
                problems.Add($"{lines[at]}\nprints\n{string.Join('\n', found)}\nand the page says\n{string.Join('\n', expected)}");
            }
        }

        return problems;
    }

    /// <summary>True if the lines are as expected; a line of three dots matches any number of lines.</summary>
    public static bool Matches(IReadOnlyList<string> expected, IReadOnlyList<string> found)
    {
        // fits[j]: the expected lines so far match the first j lines found.
        var fits = new bool[found.Count + 1];
        fits[0] = true;
        foreach (var line in expected)
        {
            var next = new bool[found.Count + 1];
            for (var j = 0; j <= found.Count; j++)
            {
                next[j] = line == "..."
                    ? fits[j] || (j > 0 && next[j - 1])
                    : j > 0 && fits[j - 1] && Stable(line) == Stable(found[j - 1]);
            }

            fits = next;
        }

        return fits[found.Count];
    }

    /// <summary>True if a text contains the lines of a block, at any indentation.</summary>
    public static bool Contains(string text, IReadOnlyList<string> block)
    {
        var all = text.Split('\n').Select(line => line.Trim()).ToList();
        var wanted = block.Select(line => line.Trim()).ToList();
        return Enumerable.Range(0, Math.Max(0, all.Count - wanted.Count + 1))
            .Any(start => all.Skip(start).Take(wanted.Count).SequenceEqual(wanted));
    }

    private static string Stable(string line) => Times().Replace(line.TrimEnd(), "N s");

    private IEnumerable<int> Starts(string language) =>
        Enumerable.Range(0, lines.Count).Where(i => lines[i] == $"```{language}").Select(i => i + 1);

    private int EndOf(int start) => lines.IndexOf("```", start);

    private bool IsInConsole(int at) => Starts("console").Any(start => start <= at && at < EndOf(start));

    [GeneratedRegex(@"\d+(\.\d+)? (s|ms)\b")]
    private static partial Regex Times();
}
