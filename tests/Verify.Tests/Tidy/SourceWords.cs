namespace Verify.Tests.Tidy;

/// <summary>The kinds of text in a C# file.</summary>
internal enum WordsKind
{
    /// <summary>A comment that starts with two slashes.</summary>
    Comment,

    /// <summary>A comment that starts with three slashes.</summary>
    Documentation,

    /// <summary>A string literal without its interpolated expressions.</summary>
    Literal,
}

/// <summary>A comment or a part of a string literal on one line of a C# file.</summary>
/// <param name="Line">The number of the line, from 1.</param>
/// <param name="Kind">The kind of text.</param>
/// <param name="Text">The text without the slashes or quotes.</param>
internal sealed record Words(int Line, WordsKind Kind, string Text);

/// <summary>Splits a C# file into its comments and string literals.</summary>
internal sealed class SourceWords
{
    private readonly string text;
    private readonly List<Words> found = [];
    private int at;
    private int line = 1;

    private SourceWords(string text) => this.text = text;

    /// <summary>All comments and string literals of a file, one item per line of text.</summary>
    public static IReadOnlyList<Words> Of(string text)
    {
        var reader = new SourceWords(text);
        reader.ReadCode(closesWithBraces: 0);
        return reader.found;
    }

    private bool IsAtEnd => at >= text.Length;

    private bool Sees(string word) => string.CompareOrdinal(text, at, word, 0, word.Length) == 0;

    private int Run(char letter)
    {
        var end = at;
        while (end < text.Length && text[end] == letter)
        {
            end++;
        }

        return end - at;
    }

    private void Skip(int letters)
    {
        for (var i = 0; i < letters && !IsAtEnd; i++)
        {
            line += text[at++] == '\n' ? 1 : 0;
        }
    }

    // Reads code up to the end of the file or, within an interpolated string, up to the closing braces.
    private void ReadCode(int closesWithBraces)
    {
        var depth = 0;
        while (!IsAtEnd)
        {
            var dollars = text[at] is '$' or '@' ? PrefixLength() : 0;
            if (Sees("//"))
            {
                ReadComment();
            }
            else if (text[at] == '"' || dollars > 0)
            {
                var prefix = text.Substring(at, dollars);
                Skip(dollars);
                ReadLiteral(prefix.Count(letter => letter == '$'), prefix.Contains('@'));
            }
            else if (text[at] == '\'')
            {
                Skip(text[at + 1] == '\\' ? 2 : 1);
                Skip(text.IndexOf('\'', at + 1) - at + 1);
            }
            else if (closesWithBraces > 0 && depth == 0 && text[at] == '}')
            {
                Skip(closesWithBraces);
                return;
            }
            else
            {
                depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
                Skip(1);
            }
        }
    }

    private int PrefixLength()
    {
        var end = at;
        while (end < text.Length && text[end] is '$' or '@')
        {
            end++;
        }

        return end < text.Length && text[end] == '"' ? end - at : 0;
    }

    private void ReadComment()
    {
        var end = text.IndexOf('\n', at);
        var comment = text[at..(end < 0 ? text.Length : end)];
        var isDocumentation = comment.StartsWith("///", StringComparison.Ordinal);
        found.Add(new Words(line, isDocumentation ? WordsKind.Documentation : WordsKind.Comment, comment.TrimStart('/').Trim()));
        Skip(comment.Length);
    }

    private void ReadLiteral(int dollars, bool isVerbatim)
    {
        var quotes = Run('"') is var run && run >= 3 ? run : 1;
        var isRaw = quotes >= 3;
        Skip(quotes);
        if (run == 2)
        {
            Skip(1);
            return;
        }

        var part = new System.Text.StringBuilder();
        var start = line;
        while (!IsAtEnd && !(text[at] == '"' && (!isRaw || Run('"') >= quotes)))
        {
            if (text[at] == '\n')
            {
                Add(part, start);
                start = line + 1;
                Skip(1);
            }
            else if (!isRaw && !isVerbatim && text[at] == '\\')
            {
                part.Append(' ');
                Skip(2);
            }
            else if (dollars > 0 && text[at] == '{' && (isRaw ? Run('{') >= dollars : Run('{') % 2 == 1))
            {
                Skip(isRaw ? dollars : 1);
                ReadCode(isRaw ? dollars : 1);
                part.Append('…');
            }
            else
            {
                part.Append(text[at]);
                Skip(1);
            }

            if (isVerbatim && Sees("\"\""))
            {
                Skip(2);
            }
        }

        Add(part, start);
        Skip(quotes);
    }

    private void Add(System.Text.StringBuilder part, int start)
    {
        if (part.ToString().Trim() is { Length: > 0 } words)
        {
            found.Add(new Words(start, WordsKind.Literal, words));
        }

        part.Clear();
    }
}
