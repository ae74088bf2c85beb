using Verify.Language.Syntax;

namespace Verify.Murphi.Syntax;

/// <summary>
/// Cuts a Murphi text into tokens. Keywords become symbols in lower case, because only their letters ignore case.
/// </summary>
internal static class MurphiLexer
{
    private static readonly HashSet<string> Keywords =
    [
        .. """
            alias array assert assume begin boolean by case clear const cover do else elsif end endalias endexists endfor
            endforall endfunction endif endprocedure endrecord endrule endruleset endstartstate endswitch endwhile enum
            error exists for forall function if invariant ismember isundefined liveness of procedure put real record
            return rule ruleset scalarset startstate switch then to type undefine union var while
            """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
    ];

    // The first of two symbols that begin alike is the longer one.
    private static readonly (string Text, string Symbol)[] Symbols =
    [
        ("==>", "==>"), ("⇒", "==>"), (":=", ":="), ("≔", ":="), ("..", ".."), (">=", ">="), ("≥", ">="), (">>", ">>"),
        ("->", "->"), ("→", "->"), ("<=", "<="), ("≤", "<="), ("<<", "<<"), ("!=", "!="), ("≠", "!="), ("==", "="),
        ("¬", "!"), ("∧", "&&"), ("∨", "||"), ("&&", "&&"), ("||", "||"), ("÷", "/"), ("∕", "/"), ("−", "-"), ("×", "*"),
        ("∀", "forall"), ("∃", "exists"),
        .. "^~&!|:=><-%+;{},[].()/*?".Select(one => ($"{one}", $"{one}")),
    ];

    /// <summary>The tokens of a text; the last is its end.</summary>
    public static List<Token> Tokens(Problems problems)
    {
        var (text, tokens, at) = (problems.Source.Text, new List<Token>(), 0);
        while (at < text.Length)
        {
            at = char.IsWhiteSpace(text[at]) ? at + 1 : Read(problems, text, at, tokens);
        }

        tokens.Add(new Token(TokenKind.End, "", new Span(text.Length, text.Length), false));
        return tokens;
    }

    private static int Read(Problems problems, string text, int at, List<Token> tokens)
    {
        bool Starts(string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;
        if (Starts("--") || Starts("/*"))
        {
            return Comment(problems, text, at);
        }

        var letter = text[at];
        if (char.IsAsciiLetter(letter))
        {
            var end = Run(text, at, one => char.IsAsciiLetterOrDigit(one) || one == '_');
            var word = text[at..end];
            var lower = word.ToLowerInvariant();
            var (kind, name) = Keywords.Contains(lower) ? (TokenKind.Symbol, lower)
                : (TokenKind.Name, lower is "true" or "false" ? lower : word);
            tokens.Add(new Token(kind, name, new Span(at, end), false));
            return end;
        }

        if (char.IsAsciiDigit(letter))
        {
            var isHex = Starts("0x") || Starts("0X");
            var end = isHex ? Run(text, at + 2, char.IsAsciiHexDigit) : Run(text, at, char.IsAsciiDigit);
            if (end < text.Length - 1 && text[end] == '.' && char.IsAsciiDigit(text[end + 1]))
            {
                problems.Add(ErrorCodes.NotExpressed, new Span(at, end + 2), "real numbers are not supported",
                    "use a range of whole numbers");
            }

            tokens.Add(new Token(TokenKind.Number, text[at..end], new Span(at, end), false));
            return end;
        }

        if (letter is '"' or '“')
        {
            return Quoted(problems, text, at, tokens);
        }

        var (spelled, symbol) = Array.Find(Symbols, one => Starts(one.Text));
        if (symbol is null)
        {
            problems.Add(ErrorCodes.BadSyntax, new Span(at, at + 1), $"'{letter}' has no meaning in Murphi", "remove it");
            return at + 1;
        }

        tokens.Add(new Token(TokenKind.Symbol, symbol, new Span(at, at + spelled.Length), false));
        return at + spelled.Length;
    }

    private static int Run(string text, int at, Func<char, bool> isPart)
    {
        while (at < text.Length && isPart(text[at]))
        {
            at++;
        }

        return at;
    }

    private static int Comment(Problems problems, string text, int at)
    {
        var isLine = text[at] == '-';
        var end = text.IndexOf(isLine ? "\n" : "*/", at + 2, StringComparison.Ordinal);
        if (end < 0 && !isLine)
        {
            problems.Add(ErrorCodes.BadSyntax, new Span(at, at + 2), "the comment has no end", "end it with */");
        }

        return end < 0 ? text.Length : isLine ? end : end + 2;
    }

    private static int Quoted(Problems problems, string text, int at, List<Token> tokens)
    {
        var end = at + 1;
        while (end < text.Length && text[end] is not ('"' or '”'))
        {
            end += text[end] == '\\' && end + 1 < text.Length ? 2 : 1;
        }

        end = Math.Min(end, text.Length);
        if (end == text.Length)
        {
            problems.Add(ErrorCodes.BadSyntax, new Span(at, at + 1), "the text has no end", "end it with \"");
        }

        tokens.Add(new Token(TokenKind.Text, text[(at + 1)..end], new Span(at, Math.Min(end + 1, text.Length)), false));
        return Math.Min(end + 1, text.Length);
    }
}
