using System.Collections.Immutable;
using Verify.Language;
using Verify.Language.Syntax;

namespace Verify.Cli.Editing;

/// <summary>A declared name.</summary>
/// <param name="Kind">The keyword of the declaration.</param>
/// <param name="Name">The name.</param>
/// <param name="Whole">The place of the declaration.</param>
/// <param name="Header">What it says about the sort.</param>
/// <param name="Text">The sentence about it, and the comment above.</param>
/// <param name="Scope">The place where it is known; null for the whole file.</param>
/// <param name="Parent">The declaration that it is a part of.</param>
internal sealed record EditedName(string Kind, Word Name, Span Whole, string Header, string Text, Span? Scope, EditedName? Parent)
{
    /// <summary>The number of the kind among the protocol's kinds of completions.</summary>
    public int CompletionKind => Kind switch
    {
        "enum" or "record" or "processors" or "identities" => 7,
        "member" => 20,
        "field" =>
        5,
        "step" or "thread" or "rule" => 3,
        _ => 6
    };

    /// <summary>The number of the kind among the protocol's kinds of symbols.</summary>
    public int SymbolKind => Kind switch
    {
        "enum" => 10,
        "record" => 23,
        "member" => 22,
        "field" => 8,
        "step" or "rule" => 12,
        "thread" => 5,
        "claim" => 24,
        "model" =>
            2,
        "size" => 14,
        _ => 13,
    };
}

/// <summary>The names of a protocol file, however wrong it is, and what they mean at a place.</summary>
internal sealed class EditedNames
{
    private readonly SourceText source;
    private readonly List<Token> tokens;
    private readonly List<EditedName> declared = [];

    public EditedNames(ProtocolFile file)
    {
        source = file.Syntax.Source;
        tokens = Lexer.Tokens(new Problems(source));
        foreach (var declaration in file.Syntax.Declarations.Where(one => one.Name.Text.Length > 0))
        {
            Add(declaration);
        }
    }

    /// <summary>The words that begin a declaration or a part of a step.</summary>
    public static ImmutableArray<string> Words { get; } =
    [
        "model", "processors", "identities", "size", "enum", "record", "var", "ghost", "initially", "lock", "rwlock", "fault", "feature",
        "assumption", "profile", "omits", "rule", "thread", "step", "local", "if", "while", "either", "label", "goto", "return", "when",
        "from", "with", "unless", "always", "reachable", "leadsto", "nodeadlock", "mark", "claim", "expect", "forall", "exists", "count",
    ];

    /// <summary>All names, in the order of the text.</summary>
    public IReadOnlyList<EditedName> Declared => declared;

    /// <summary>The names that are known at an offset.</summary>
    public IEnumerable<EditedName> VisibleAt(int offset) => declared
        .Where(one => one.Scope is not { } scope || (offset >= scope.Start && offset <= scope.End)).DistinctBy(one => one.Name.Text);

    /// <summary>The declaration of the name at an offset, the innermost one; null if there is none.</summary>
    public EditedName? At(int offset)
    {
        var word = tokens.Find(token => token.Kind is TokenKind.Name or TokenKind.QuotedName && token.Span.Start <= offset
            && offset <= token.Span.End);
        // A title such as I-USE is several tokens.
        return declared.Where(one => one.Name.Span.Start <= offset && offset <= one.Name.Span.End)
            .Concat(Titles(offset)).Concat(VisibleNamed(word.Text, offset)).FirstOrDefault();
    }

    private IEnumerable<EditedName> VisibleNamed(string? name, int offset) => declared
        .Where(one => one.Name.Text == name && (one.Scope is not { } scope || (offset >= scope.Start && offset <= scope.End)))
        .OrderBy(one => one.Scope is { } scope ? scope.End - scope.Start : int.MaxValue);

    private IEnumerable<EditedName> Titles(int offset)
    {
        static bool IsPart(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/';
        var (start, end) = (offset, offset);
        while (start > 0 && IsPart(source.Text[start - 1]))
        {
            start--;
        }

        while (end < source.Text.Length && IsPart(source.Text[end]))
        {
            end++;
        }

        var title = source.Text[start..end];
        return title.Contains('-', StringComparison.Ordinal) ? declared.Where(one => one.Name.Text == title) : [];
    }

    private void Add(Declaration declaration)
    {
        var kind = KindOf(declaration);
        var text = declaration switch
        {
            Declaration.Model one => one.Summary,
            Declaration.Size one => one.Text,
            Declaration.Identities one => one.Text,
            Declaration.Offer one => one.Text,
            Declaration.Property one => one.Text,
            Declaration.Claim one => one.Sentence,
            _ => null,
        };
        var whole = Named(kind, declaration.Name, declaration.Span, text, null, null);
        switch (declaration)
        {
            case Declaration.Enumeration one:
                Parts("member", one.Members, whole);
                break;
            case Declaration.Identities one:
                Parts("member", one.Members, whole);
                break;
            case Declaration.Record one:
                Parts("field", one.Fields.Select(field => field.Name), whole);
                break;
            case Declaration.Rule or Declaration.Thread or Declaration.Property or Declaration.Mark:
                Inner(declaration.Span, whole);
                break;
        }
    }

    private void Parts(string kind, IEnumerable<Word> parts, EditedName whole)
    {
        foreach (var part in parts)
        {
            Named(kind, part, part.Span, null, null, whole);
        }
    }

    // The parameters, locals, quantified names, steps and labels of a declaration.
    private void Inner(Span span, EditedName whole)
    {
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            var (token, next) = (tokens[i], tokens[i + 1]);
            if (token.Span.Start < span.Start || token.Span.End > span.End || token.Kind is not (TokenKind.Name or TokenKind.QuotedName))
            {
                continue;
            }

            if (token.Text is "step" or "label" && next.Kind is TokenKind.Name or TokenKind.QuotedName or TokenKind.Text)
            {
                Named(token.Text, new Word(next.Text, next.Span), token.Span.To(next.Span), null, null, whole);
            }
            else if (i > 0 && (next.Is(":") || next.Is("in"))
                && (tokens[i - 1].Is("(") || tokens[i - 1].Is(",")
                || tokens[i - 1].Text is "forall" or "exists" or "count" or "for" or "local"))
            {
                Named("local", new Word(token.Text, token.Span), token.Span.To(tokens[Math.Min(i + 2, tokens.Count - 1)].Span),
                    null, span, null);
            }
        }
    }

    private EditedName Named(string kind, Word name, Span whole, string? text, Span? scope, EditedName? parent)
    {
        var comment = tokens.TakeWhile(token => token.Span.Start < whole.Start).Reverse().TakeWhile(token =>
            token.Kind == TokenKind.Comment).Reverse()
            .Select(token => token.Text.TrimStart('/', '*', ' ').TrimEnd('/', '*', ' '));
        var header = source.Of(whole).Split('\n')[0].Trim();
        var one = new EditedName(kind, name, whole, header.Length > 120 ? $"{header[..120]}…" : header,
            string.Join("\n", new[] { text ?? "" }.Concat(scope is null && parent is null ? comment : []).Where(line =>
                line.Length > 0)), scope, parent);
        declared.Add(one);
        return one;
    }

    private static string KindOf(Declaration declaration) => declaration switch
    {
        Declaration.Property one => one.Kind.Text,
        Declaration.Offer one => one.Kind.Text,
        Declaration.State => "var",
        Declaration.Enumeration => "enum",
        Declaration.Identities => "identities",
        _ => declaration.GetType().Name.ToLowerInvariant(),
    };
}
