namespace Verify.Language.Syntax;

/// <summary>The kind of a token.</summary>
public enum TokenKind
{
    /// <summary>A name or a keyword.</summary>
    Name,

    /// <summary>A name between backquotes, which is never a keyword.</summary>
    QuotedName,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A text between quotes.</summary>
    Text,

    /// <summary>An operator, a bracket or a separator.</summary>
    Symbol,

    /// <summary>A comment, which only the formatter reads.</summary>
    Comment,

    /// <summary>The end of the file.</summary>
    End,
}

/// <summary>A token.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Text">The letters; of a text or a quoted name, what stands between the quotes.</param>
/// <param name="Span">The place.</param>
/// <param name="IsFirst">True if no other token stands before it in its line.</param>
public readonly record struct Token(TokenKind Kind, string Text, Span Span, bool IsFirst)
{
    /// <summary>True for a symbol or an unquoted name of these letters.</summary>
    public bool Is(string text) => Kind is TokenKind.Symbol or TokenKind.Name && Text == text;

    /// <summary>The token as a diagnostic names it.</summary>
    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the file",
        TokenKind.Text => $"the text \"{Text}\"",
        _ => $"'{Text}'",
    };
}
