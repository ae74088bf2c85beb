namespace Verify.Language.Syntax;

/// <summary>A part of a text, from one offset up to another.</summary>
/// <param name="Start">The offset of the first letter.</param>
/// <param name="End">The offset after the last letter.</param>
public readonly record struct Span(int Start, int End)
{
    /// <summary>The span from the start of this one to the end of another.</summary>
    public Span To(Span other) => new(Start, Math.Max(End, other.End));
}

/// <summary>The text of a protocol file, with its lines.</summary>
public sealed class SourceText
{
    private const int LongestExcerpt = 160;

    private readonly List<int> starts = [0];

    /// <summary>A text.</summary>
    /// <param name="file">The path that diagnostics show.</param>
    /// <param name="text">The content.</param>
    public SourceText(string file, string text)
    {
        (File, Text) = (file, text);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                starts.Add(i + 1);
            }
        }
    }

    /// <summary>The path that diagnostics show.</summary>
    public string File { get; }

    /// <summary>The content.</summary>
    public string Text { get; }

    /// <summary>The content of a span.</summary>
    public string Of(Span span) => Text[span.Start..Math.Min(span.End, Text.Length)];

    /// <summary>The line of an offset, from 1.</summary>
    public int LineOf(int offset)
    {
        var found = starts.BinarySearch(offset);
        return found >= 0 ? found + 1 : ~found;
    }

    /// <summary>The column of an offset in its line, from 1.</summary>
    public int ColumnOf(int offset) => offset - starts[LineOf(offset) - 1] + 1;

    /// <summary>The place of a span for diagnostics: file, line and column of its start.</summary>
    public SourceLocation LocationOf(Span span) =>
        SourceLocation.From(File, LineOf(span.Start)) with { Column = ColumnOf(span.Start) };

    /// <summary>The line of a span, and below it carets under the part of the span in that line.</summary>
    public string Excerpt(Span span)
    {
        var line = LineOf(span.Start);
        var end = line < starts.Count ? starts[line] - 1 : Text.Length;
        var text = Text[starts[line - 1]..end].TrimEnd('\r');
        var column = ColumnOf(span.Start) - 1;
        if (text.Length > LongestExcerpt)
        {
            var from = Math.Clamp(column - (LongestExcerpt / 2), 0, text.Length - LongestExcerpt);
            (text, column) = (text.Substring(from, LongestExcerpt), column - from);
        }

        var length = Math.Max(1, Math.Min(span.End - span.Start, text.Length - column));
        var before = string.Concat(text.Take(column).Select(letter => letter == '\t' ? '\t' : ' '));
        return $"{text}\n{before}{new string('^', length)}";
    }
}
