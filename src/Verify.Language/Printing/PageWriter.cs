using System.Text;

namespace Verify.Language.Printing;

/// <summary>Lines of a text: indented, broken where they are long, with the place of what they declare.</summary>
/// <param name="hasPlaces">True to write places.</param>
internal sealed class PageWriter(bool hasPlaces)
{
    private const int Longest = 120;
    private static readonly string[] Breaks = [" && ", " || ", " => ", " ~> "];
    private readonly StringBuilder text = new();

    public void Gap() => text.Append('\n');

    /// <summary>Writes a line; none for an empty text.</summary>
    public void Line(int indent, string line, SourceLocation? where = null)
    {
        if (line.Length == 0)
        {
            return;
        }

        // What goes on inside of braces is indented as they are.
        var open = new Stack<int>();
        var isFirst = true;
        foreach (var part in Parts(line, Longest - (2 * indent)))
        {
            var at = open.TryPeek(out var outer) ? outer + 1 : isFirst ? indent : Math.Max(1, indent);
            isFirst = false;
            text.Append(' ', 2 * at).Append(part);
            text.Append(where is not null && hasPlaces ? $"  // {where}\n" : "\n");
            where = null;
            foreach (var brace in Bare(part).Where(one => one.Letter is '{' or '}'))
            {
                if (brace.Letter == '{')
                {
                    open.Push(at);
                }
                else
                {
                    open.TryPop(out _);
                }
            }
        }
    }

    // The letters that are not between quotes, each with its position.
    private static IEnumerable<(int At, char Letter)> Bare(string line)
    {
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            var letter = line[i];
            if (quote != '\0')
            {
                i += letter == '\\' ? 1 : 0;
                quote = letter == quote ? '\0' : quote;
            }
            else if (letter is '"' or '`')
            {
                quote = letter;
            }
            else
            {
                yield return (i, letter);
            }
        }
    }

    public override string ToString() => text.ToString();

    // The operators at which a line may end, in the least brackets that help.
    private static IEnumerable<string> Parts(string line, int longest)
    {
        var start = 0;
        while (line.Length - start > longest && BreakIn(line, start, longest) is { } at)
        {
            yield return line[start..at];
            start = at + 1;
        }

        yield return line[start..];
    }

    private static int? BreakIn(string line, int start, int longest)
    {
        var depth = 0;
        (int Depth, int At)? best = null;
        foreach (var (at, letter) in Bare(line).SkipWhile(one => one.At < start))
        {
            if (at - start > longest && best is not null)
            {
                break;
            }

            depth += letter is '(' or '[' or '{' ? 1 : letter is ')' or ']' or '}' ? -1 : 0;
            // The later of two breaks of one depth fills the line.
            if (at > start && letter == ' ' && (best is null || depth <= best.Value.Depth)
                && Array.Exists(Breaks, one => string.CompareOrdinal(line, at, one, 0, one.Length) == 0))
            {
                best = (depth, at);
            }
        }

        return best?.At;
    }
}
