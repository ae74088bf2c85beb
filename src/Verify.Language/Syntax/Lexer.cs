using System.Globalization;
using System.Text;

namespace Verify.Language.Syntax;

/// <summary>Cuts a text into tokens. Whatever the text is, it gives tokens and reports what it could not read.</summary>
public sealed class Lexer
{
    private static readonly string[] Symbols =
        ["..", "->", "=>", "~>", "==", "!=", "<=", ">=", "&&", "||", .. ".,:?!*+-<>=()[]{}/".Select(one => $"{one}")];

    private readonly Problems problems;
    private readonly string text;
    private readonly List<Token> tokens = [];
    private int at;
    private bool isFirst = true;

    private Lexer(Problems problems) => (this.problems, text) = (problems, problems.Source.Text);

    /// <summary>The tokens of a text, with its comments; the last is its end.</summary>
    public static List<Token> Tokens(Problems problems) => new Lexer(problems).Read();

    /// <summary>True for a name that needs no backquotes, unless it is a keyword of expressions.</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && IsStart(name[0]) && name.All(IsPart);

    private static bool IsStart(char letter) => char.IsLetter(letter) || letter == '_';

    private static bool IsPart(char letter) => char.IsLetterOrDigit(letter) || letter is '_';

    private List<Token> Read()
    {
        while (at < text.Length)
        {
            var letter = text[at];
            if (letter == '\n' || char.IsWhiteSpace(letter))
            {
                isFirst |= letter == '\n';
                at++;
            }
            else if (letter == '/' && Next is '/' or '*')
            {
                Comment();
            }
            else if (IsStart(letter))
            {
                Run(TokenKind.Name, IsPart);
            }
            else if (char.IsAsciiDigit(letter))
            {
                Run(TokenKind.Number, char.IsAsciiDigit);
            }
            else if (letter is '"' or '`')
            {
                Quoted(letter);
            }
            else
            {
                Symbol();
            }
        }

        Add(TokenKind.End, "", text.Length, text.Length);
        return tokens;
    }

    private char Next => at + 1 < text.Length ? text[at + 1] : '\0';

    private void Add(TokenKind kind, string content, int start, int end)
    {
        tokens.Add(new Token(kind, content, new Span(start, end), isFirst));
        isFirst = false;
        at = end;
    }

    private void Run(TokenKind kind, Func<char, bool> isPart)
    {
        var end = at + 1;
        while (end < text.Length && isPart(text[end]))
        {
            end++;
        }

        Add(kind, text[at..end], at, end);
    }

    private void Comment()
    {
        var isLine = Next == '/';
        var end = text.IndexOf(isLine ? "\n" : "*/", at + 2, StringComparison.Ordinal);
        if (end < 0 && !isLine)
        {
            problems.Add(ErrorCodes.BadSyntax, new Span(at, at + 2), "the comment has no end", "end it with */");
        }

        end = end < 0 ? text.Length : isLine ? end : end + 2;
        Add(TokenKind.Comment, text[at..end].TrimEnd(), at, end);
        isFirst = isLine || text[tokens[^1].Span.Start..end].Contains('\n', StringComparison.Ordinal);
    }

    private void Quoted(char quote)
    {
        var content = new StringBuilder();
        var (start, end) = (at, at + 1);
        while (end < text.Length && text[end] != quote && text[end] != '\n')
        {
            if (text[end] == '\\' && end + 1 < text.Length && text[end + 1] != '\n')
            {
                end = Escape(content, end + 1);
            }
            else
            {
                content.Append(text[end++]);
            }
        }

        var isClosed = end < text.Length && text[end] == quote;
        if (!isClosed)
        {
            problems.Add(ErrorCodes.BadSyntax, new Span(start, end), "the text has no end in its line", $"end it with {quote}");
        }

        Add(quote == '"' ? TokenKind.Text : TokenKind.QuotedName, content.ToString(), start, isClosed ? end + 1 : end);
    }

    // The escape whose letter is at an offset; the result is the offset after it.
    private int Escape(StringBuilder content, int letter)
    {
        if (text[letter] == 'u' && letter + 4 < text.Length
            && ushort.TryParse(text.AsSpan(letter + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            content.Append((char)code);
            return letter + 5;
        }

        content.Append(text[letter] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
        return letter + 1;
    }

    private void Symbol()
    {
        var symbol = Array.Find(Symbols, one => string.CompareOrdinal(text, at, one, 0, one.Length) == 0);
        if (symbol is not null)
        {
            Add(TokenKind.Symbol, symbol, at, at + symbol.Length);
            return;
        }

        problems.Add(ErrorCodes.BadSyntax, new Span(at, at + 1), $"'{text[at]}' has no meaning here", text[at] switch
        {
            ';' => "steps follow each other without a separator; the updates of one step are separated by commas",
            '&' => "write && for 'and'",
            '|' => "write || for 'or'",
            '#' => "a comment begins with //",
            _ => "remove it",
        });
        // What was likely meant stands in for it, so that the rest is read as it was meant.
        if (text[at] switch { ';' => ",", '&' => "&&", '|' => "||", _ => null } is { } meant)
        {
            Add(TokenKind.Symbol, meant, at, at + 1);
        }
        else
        {
            at++;
        }
    }
}
