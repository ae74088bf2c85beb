using System.Text.RegularExpressions;

namespace Verify.Rendering;

/// <summary>Breaks text into lines of a given width without losing any of it.</summary>
public static partial class TextWrap
{
    /// <summary>The line width of text for mailing lists.</summary>
    public const int Width = 72;

    /// <summary>Breaks a text at its spaces, and within a word only if the word alone is too long.</summary>
    /// <param name="text">One line of text.</param>
    /// <param name="width">The maximum number of characters per line, at least 1.</param>
    /// <param name="indent">The number of spaces before the first line.</param>
    /// <param name="hanging">The number of additional spaces before the other lines.</param>
    public static IEnumerable<string> Lines(string text, int width = Width, int indent = 0, int hanging = 2) =>
        Broken(Ascii(text).Trim(), width, indent, hanging);

    private static IEnumerable<string> Broken(string rest, int width, int indent, int hanging)
    {
        // A column that is too narrow gets smaller indents.
        indent = Math.Min(indent, width / 3);
        hanging = Math.Min(hanging, width / 6);
        var margin = indent;
        while (rest.Length > width - margin)
        {
            var (end, next) = Break(rest, width - margin);
            yield return new string(' ', margin) + rest[..end].TrimEnd();
            rest = rest[next..].TrimStart();
            margin = indent + hanging;
        }

        yield return (new string(' ', margin) + rest).TrimEnd();
    }

    /// <summary>
    /// Breaks a line of a trace: as <see cref="Lines"/>, but a sign stays with the word that it is about, and a short
    /// value with its location.
    /// </summary>
    public static IEnumerable<string> TraceLines(string text, int width, int indent) =>
        Broken(Joined(text), width, indent, hanging: 2).Select(line => line.Replace(Join, ' '));

    /// <summary>The minimum width at which no part of a line of a trace breaks that belongs together.</summary>
    public static int MinWidth(string text, int indent = 0, int hanging = 2) => Joined(text)
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select((word, i) => word.Length + indent + (i == 0 ? 0 : hanging)).Max();

    /// <summary>True if no part of a line of a trace breaks at a width that belongs together.</summary>
    public static bool Fits(string text, int width, int indent = 0) =>
        indent + Ascii(text).Trim().Length <= width || MinWidth(text, indent) <= width;

    // A printable character that stands for a space at which no line ends.
    private const char Join = '\u007f';

    private static string Joined(string text) =>
        BelongsTogether().Replace(Ascii(text).Trim(), match => match.Value.Replace(' ', Join));

    [GeneratedRegex(@"(->|<-) \S+|(?<= |^)\S{1,24} = \S{1,20}(?= |$)")]
    private static partial Regex BelongsTogether();

    /// <summary>A command on one line if it fits, else on several lines that a shell reads as one.</summary>
    /// <param name="caption">The text before the command.</param>
    /// <param name="words">The command and its arguments, quoted where necessary.</param>
    /// <remarks>
    /// If the command does not fit, the caption gets a line of its own, so that whole lines can be pasted. A word is
    /// broken only if it is longer than a line; its rest starts at the left margin, or a shell would read two words.
    /// </remarks>
    public static IEnumerable<string> Command(string caption, IReadOnlyList<string> words)
    {
        var whole = $"{caption} {string.Join(' ', words)}";
        if (whole.Length <= Width)
        {
            yield return whole;
            yield break;
        }

        yield return caption;
        var line = words[0];
        foreach (var word in words.Skip(1))
        {
            if (line.Length + word.Length + 3 <= Width)
            {
                line += $" {word}";
                continue;
            }

            yield return $"{line} \\";
            line = $"  {word}";
            while (line.Length > Width - 2 && !word.StartsWith('\''))
            {
                var end = line.LastIndexOf('.', Width - 2) + 1;
                end = end > 2 ? end : Width - 2;
                yield return $"{line[..end]}\\";
                line = line[end..];
            }
        }

        yield return line;
    }

    /// <summary>Quotes an argument for a shell.</summary>
    public static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_.,:=/+@%".Contains(c))
            ? argument
            : $"'{argument.Replace("'", "'\\''")}'";

    /// <summary>
    /// Converts a text to plain ASCII: typographic signs become their usual ASCII form, other characters a question
    /// mark.
    /// </summary>
    public static string Ascii(string text) => text.All(c => c is >= ' ' and <= '~')
        ? text
        : string.Concat(text.Select(c => c switch
        {
            >= ' ' and <= '~' => c.ToString(),
            '\t' or '\n' or '\r' or '\u00a0' => " ",
            '\u2018' or '\u2019' => "'",
            '\u201c' or '\u201d' => "\"",
            '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2212' => "-",
            '\u2014' => "--",
            '\u2026' => "...",
            '\u2190' => "<-",
            '\u2192' => "->",
            '\u2260' => "!=",
            '\u2264' => "<=",
            '\u2265' => ">=",
            _ => "?",
        }));

    // The end of the first line and the start of the next.
    private static (int End, int Next) Break(string text, int room)
    {
        var space = text.LastIndexOf(' ', room);
        if (space > 0 && text[..space].Trim().Length > 0)
        {
            return (space, space + 1);
        }

        // An opening bracket stays with the text after it, other signs with the text before them.
        var sign = text.LastIndexOfAny([',', ')', ']', '(', '[', '.', '_', '-', '/'], room - 1);
        var end = sign > 0 && text[sign] is ('(' or '[') ? sign : sign + 1;
        return end > 0 ? (end, end) : (room, room);
    }
}
