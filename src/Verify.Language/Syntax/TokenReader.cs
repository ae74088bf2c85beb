using System.Runtime.CompilerServices;

namespace Verify.Language.Syntax;

/// <summary>The tokens of a file in order, with what all parsers ask of them.</summary>
/// <remarks>A parser that does not find what it expects reports it once and returns; the caller skips to a safe place.</remarks>
internal sealed class TokenReader
{
    private readonly List<Token> tokens;
    private int at;

    public TokenReader(Problems problems)
    {
        Problems = problems;
        tokens = Lexer.Tokens(problems);
        tokens.RemoveAll(token => token.Kind == TokenKind.Comment);
    }

    public Problems Problems { get; }

    public Token Current => tokens[at];

    public Token Following => tokens[Math.Min(at + 1, tokens.Count - 1)];

    public bool IsAtEnd => Current.Kind == TokenKind.End;

    /// <summary>The number of tokens that are read, to notice that a loop makes no progress.</summary>
    public int Position => at;

    /// <summary>The place after the last token.</summary>
    public Span Last => at > 0 ? tokens[at - 1].Span : new Span(0, 0);

    public Token Take() => tokens[at < tokens.Count - 1 ? at++ : at];

    public bool Is(string text) => Current.Is(text);

    /// <summary>Reads a symbol or a keyword if it comes next.</summary>
    public bool Accept(string text)
    {
        if (!Is(text))
        {
            return false;
        }

        Take();
        return true;
    }

    /// <summary>Reads a symbol or a keyword, which must come next.</summary>
    public bool Expect(string text, string? hint = null)
    {
        if (Accept(text))
        {
            return true;
        }

        Wrong($"'{text}' is expected, and {Current} is found", hint);
        return false;
    }

    /// <summary>Reports that the current token is wrong.</summary>
    public void Wrong(string message, string? hint = null) => Problems.Add(ErrorCodes.BadSyntax, Current.Span, message,
        hint ?? (Is("=") && Current.Kind == TokenKind.Symbol ? "== compares; = stands in updates and in declarations" : null));

    /// <summary>A name of a variable, a parameter or a sort; dots join its parts.</summary>
    public Word Name(string what)
    {
        if (Current.Kind == TokenKind.Name && ExprParser.Keywords.Contains(Current.Text))
        {
            Wrong($"'{Current.Text}' is a word of the language", $"choose another name, or write `{Current.Text}` wherever it is used");
        }

        return Glued(what, ".");
    }

    /// <summary>
    /// A name of a step, a property or a choice: a text, or letters, digits and some signs without a blank between them.
    /// </summary>
    public Word Title(string what, string signs = ".-/+")
    {
        if (Current.Kind == TokenKind.Text)
        {
            var text = Take();
            return new Word(text.Text, text.Span);
        }

        return Glued(what, signs);
    }

    private Word Glued(string what, string signs)
    {
        if (Current.Kind is not (TokenKind.Name or TokenKind.QuotedName)
            && !(Current.Kind == TokenKind.Number && signs.Length > 1))
        {
            Wrong($"{what} is expected, and {Current} is found");
            return new Word("", new Span(Last.End, Last.End));
        }

        var first = Take();
        var (text, span) = (first.Text, first.Span);
        while (JoinedBy(signs, span.End) is { } joint)
        {
            text += joint;
            span = span.To(Last);
        }

        return new Word(text, span);
    }

    // Reads signs and the name or number after them, if no blank stands between.
    private string? JoinedBy(string signs, int end)
    {
        bool IsPart(Token token) => token.Kind is TokenKind.Name or TokenKind.Number or TokenKind.QuotedName;
        if (IsPart(Current) && Current.Span.Start == end && signs.Length > 1)
        {
            return Take().Text;
        }

        var isJoined = Current is { Kind: TokenKind.Symbol, Text: [var sign] } && signs.Contains(sign, StringComparison.Ordinal)
            && Current.Span.Start == end && IsPart(Following) && Following.Span.Start == Current.Span.End;
        return isJoined ? Take().Text + Take().Text : null;
    }

    /// <summary>A text between quotes.</summary>
    public string Text(string what) => Current.Kind == TokenKind.Text ? Take().Text : Missing($"{what} between quotes");

    private string Missing(string what)
    {
        Wrong($"{what} is expected, and {Current} is found");
        return "";
    }

    /// <summary>A text between quotes if one comes next.</summary>
    public string? OptionalText() => Current.Kind == TokenKind.Text ? Take().Text : null;

    /// <summary>A whole number.</summary>
    public int Number(string what)
    {
        var isNegative = Accept("-");
        if (Current.Kind != TokenKind.Number)
        {
            Missing(what);
            return 0;
        }

        var token = Take();
        if (int.TryParse(token.Text, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            return isNegative ? -number : number;
        }

        Problems.Add(ErrorCodes.BadSyntax, token.Span, $"the number {token.Text} does not fit into 32 bits", "use a smaller number");
        return 0;
    }

    /// <summary>
    /// Skips to a token that can begin something: one of some keywords that is first in its line, or a closing brace.
    /// </summary>
    public void SkipTo(IReadOnlySet<string> keywords)
    {
        for (var open = 0; !IsAtEnd; Take())
        {
            if (Current.IsFirst && Current.Kind == TokenKind.Name && keywords.Contains(Current.Text) && open <= 0)
            {
                return;
            }

            open += Is("{") ? 1 : Is("}") ? -1 : 0;
            if (open < 0)
            {
                return;
            }
        }
    }

    /// <summary>False if the text is nested too deep to be read on this stack.</summary>
    public bool CanNest(int depth)
    {
        if (depth <= 2500 && RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return true;
        }

        Wrong("the text is nested too deep", "split it into parts");
        return false;
    }
}
