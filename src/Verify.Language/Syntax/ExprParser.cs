using System.Collections.Immutable;

namespace Verify.Language.Syntax;

/// <summary>Reads expressions and sorts, by precedence climbing.</summary>
internal sealed class ExprParser(TokenReader tokens)
{
    private const int DeepestChain = 1000;

    /// <summary>The words that are no names in an expression.</summary>
    public static readonly ImmutableHashSet<string> Keywords =
    [
        "forall", "exists", "count", "in", "none", "some", "all", "as", "at", "true", "false", "fault", "feature", "assumption",
        "profile",
    ];

    // The words that end an expression, because they begin what can follow one.
    private static readonly ImmutableDictionary<string, (int Strength, bool IsRight)> Infix =
        new Dictionary<string, (int, bool)>
        {
            ["=>"] = (2, true),
            ["||"] = (3, false),
            ["&&"] = (4, false),
            ["=="] = (6, false),
            ["!="] = (6, false),
            ["<"] = (6, false),
            ["<="] = (6, false),
            [">"] = (6, false),
            [">="] = (6, false),
            ["+"] = (7, false),
            ["-"] = (7, false),
        }.ToImmutableDictionary();

    private const int Comparison = 6;

    private int depth;

    /// <summary>A whole expression.</summary>
    public ExprSyntax Expression()
    {
        if (!tokens.CanNest(++depth))
        {
            depth--;
            return Skipped();
        }

        var condition = Operators(2);
        if (tokens.Accept("?"))
        {
            var then = Expression();
            tokens.Expect(":", "a choice is written c ? a : b");
            condition = new ExprSyntax.Conditional(condition, then, Expression());
        }

        depth--;
        return Bounded(condition);
    }

    /// <summary>A whole expression where nothing is assigned.</summary>
    public ExprSyntax Condition()
    {
        var condition = Expression();
        if (tokens.Is("="))
        {
            tokens.Wrong("'=' is found in a condition", "compare with ==");
            tokens.Take();
            Expression();
        }

        return condition;
    }

    /// <summary>A sum, as the bounds of a range are.</summary>
    public ExprSyntax Sum() => Operators(7);

    /// <summary>Something that can be assigned to.</summary>
    public ExprSyntax Location() => Unary();

    /// <summary>A variable, an entry or a field.</summary>
    public ExprSyntax Place() => Postfix(Atom());

    private ExprSyntax.Bad Skipped()
    {
        var span = tokens.Current.Span;
        while (!tokens.IsAtEnd && !tokens.Current.IsFirst)
        {
            tokens.Take();
        }

        return new ExprSyntax.Bad(span);
    }

    private ExprSyntax Bounded(ExprSyntax expr)
    {
        if (expr.Depth <= DeepestChain)
        {
            return expr;
        }

        tokens.Problems.Add(ErrorCodes.TooLarge, expr.Span, $"an expression is nested over {DeepestChain} deep",
            "say with forall or exists what is said again and again");
        return new ExprSyntax.Bad(expr.Span);
    }

    private ExprSyntax Operators(int weakest)
    {
        var left = Unary();
        var isCompared = false;
        while (Infix.TryGetValue(tokens.Current.Text, out var found) && tokens.Current.Kind == TokenKind.Symbol
            && found.Strength >= weakest)
        {
            if (isCompared && found.Strength == Comparison)
            {
                tokens.Wrong("a comparison is compared again", "join two comparisons with &&");
            }

            isCompared = found.Strength == Comparison;
            var op = tokens.Take().Text;
            var right = found.IsRight ? RightOf(found.Strength) : Operators(found.Strength + 1);
            left = Bounded(new ExprSyntax.Infix(op, left, right));
        }

        return left;
    }

    // A chain of implications nests to the right.
    private ExprSyntax RightOf(int strength)
    {
        if (!tokens.CanNest(++depth))
        {
            depth--;
            return Skipped();
        }

        var right = Operators(strength);
        depth--;
        return right;
    }

    private ExprSyntax Unary()
    {
        if (!tokens.CanNest(++depth))
        {
            depth--;
            return Skipped();
        }

        var found = Prefixed();
        depth--;
        return found;
    }

    private ExprSyntax Prefixed()
    {
        var start = tokens.Current.Span;
        switch (tokens.Current)
        {
            case { Kind: TokenKind.Symbol, Text: "!" or "*" }:
                var op = tokens.Take().Text;
                var of = Unary();
                return Bounded(new ExprSyntax.Prefix(op, of, start.To(of.Span)));
            case { Kind: TokenKind.Symbol, Text: "-" }:
                var number = tokens.Number("a number");
                return new ExprSyntax.Constant(number, false, start.To(tokens.Last));
            case { Kind: TokenKind.Name, Text: "all" }:
                tokens.Take();
                var element = Unary();
                return Cast(new ExprSyntax.All(element, start.To(element.Span)));
            case { Kind: TokenKind.Name, Text: "forall" or "exists" or "count" }:
                var quantifier = tokens.Take().Text;
                var over = Binders("in");
                tokens.Expect(":", $"a quantifier is written {quantifier} c in cpu: …");
                var body = Expression();
                return Bounded(new ExprSyntax.Quantified(quantifier, over, body, start.To(body.Span)));
            default:
                return Cast(Postfix(Atom()));
        }
    }

    private ExprSyntax Cast(ExprSyntax of) => tokens.Accept("as") ? new ExprSyntax.As(of, Sort()) : of;

    /// <summary>Names with their sorts: <c>c in cpu, p in page</c>, or <c>c: cpu, p: page</c>.</summary>
    public ImmutableArray<BinderSyntax> Binders(string between)
    {
        var found = ImmutableArray.CreateBuilder<BinderSyntax>();
        do
        {
            var name = tokens.Name("a name");
            tokens.Expect(between, between == "in" ? "the values of a sort are written c in cpu" : "a parameter is written c: cpu");
            found.Add(new BinderSyntax(name, Sort()));
        }
        while (tokens.Accept(","));
        return found.ToImmutable();
    }

    private ExprSyntax Postfix(ExprSyntax of)
    {
        while (true)
        {
            if (tokens.Is("["))
            {
                tokens.Take();
                var keys = List("]");
                of = new ExprSyntax.Index(of, keys, of.Span.To(tokens.Last));
            }
            else if (tokens.Is("(") && of is ExprSyntax.Named or ExprSyntax.Field && tokens.Current.Span.Start == of.Span.End)
            {
                tokens.Take();
                var arguments = List(")");
                of = new ExprSyntax.Call(of, arguments, of.Span.To(tokens.Last));
            }
            else if (tokens.Is(".") || tokens.Is("->"))
            {
                var isArrow = tokens.Take().Text == "->";
                of = new ExprSyntax.Field(of, Part(), isArrow);
            }
            else if (tokens.Accept("at"))
            {
                of = new ExprSyntax.At(of, Points(), of.Span.To(tokens.Last));
            }
            else
            {
                return of;
            }

            of = Bounded(of);
        }
    }

    private Word Part()
    {
        if (tokens.Current.Kind is TokenKind.Name or TokenKind.QuotedName)
        {
            var token = tokens.Take();
            return new Word(token.Text, token.Span);
        }

        tokens.Wrong($"the name of a field is expected, and {tokens.Current} is found");
        return new Word("", new Span(tokens.Last.End, tokens.Last.End));
    }

    private ImmutableArray<Word> Points()
    {
        if (!tokens.Accept("("))
        {
            return [tokens.Title("a label", ".")];
        }

        var points = ImmutableArray.CreateBuilder<Word>();
        do
        {
            points.Add(tokens.Title("a label", ".-/+"));
        }
        while (tokens.Accept(","));
        tokens.Expect(")");
        return points.ToImmutable();
    }

    /// <summary>Expressions up to a closing bracket, which is read.</summary>
    public ImmutableArray<ExprSyntax> List(string close)
    {
        var parts = ImmutableArray.CreateBuilder<ExprSyntax>();
        while (!tokens.Is(close) && !tokens.IsAtEnd)
        {
            parts.Add(Expression());
            if (!tokens.Accept(","))
            {
                break;
            }
        }

        tokens.Expect(close);
        return parts.ToImmutable();
    }

    private ExprSyntax Atom()
    {
        var token = tokens.Current;
        switch (token)
        {
            case { Kind: TokenKind.Number }:
                return new ExprSyntax.Constant(tokens.Number("a number"), false, token.Span);
            case { Kind: TokenKind.QuotedName }:
                tokens.Take();
                return new ExprSyntax.Named(new Word(token.Text, token.Span));
            case { Kind: TokenKind.Symbol, Text: "(" }:
                tokens.Take();
                var inner = Expression();
                tokens.Expect(")");
                return inner;
            case { Kind: TokenKind.Name, Text: "true" or "false" }:
                tokens.Take();
                return new ExprSyntax.Constant(token.Text == "true" ? 1 : 0, true, token.Span);
            case { Kind: TokenKind.Name, Text: "none" }:
                tokens.Take();
                return new ExprSyntax.None(token.Span);
            case { Kind: TokenKind.Name, Text: "some" }:
                tokens.Take();
                tokens.Expect("(", "an option that holds x is written some(x)");
                var content = Expression();
                tokens.Expect(")");
                return new ExprSyntax.Some(content, token.Span.To(tokens.Last));
            case { Kind: TokenKind.Name, Text: "fault" or "feature" or "assumption" or "profile" }:
                tokens.Take();
                return new ExprSyntax.Choice(new Word(token.Text, token.Span), tokens.Title($"the name of the {token.Text}", ".-+"));
            case { Kind: TokenKind.Name } when !Keywords.Contains(token.Text):
                tokens.Take();
                return new ExprSyntax.Named(new Word(token.Text, token.Span));
            default:
                tokens.Wrong($"an expression is expected, and {token} is found");
                return new ExprSyntax.Bad(token.Span);
        }
    }

    /// <summary>A sort.</summary>
    public SortSyntax Sort()
    {
        if (!tokens.CanNest(++depth))
        {
            depth--;
            return new SortSyntax.Bad(Skipped().Span);
        }

        var sort = PlainSort();
        while (tokens.Accept("?"))
        {
            sort = new SortSyntax.Option(sort, sort.Span.To(tokens.Last));
        }

        depth--;
        return sort;
    }

    private SortSyntax PlainSort()
    {
        var start = tokens.Current.Span;
        if (tokens.Accept("["))
        {
            var keys = Sorts("]");
            var value = Sort();
            return new SortSyntax.Map(keys, value, start.To(value.Span));
        }

        if (tokens.Accept("("))
        {
            var inner = Sort();
            tokens.Expect(")");
            return inner;
        }

        if (tokens.Current.Kind == TokenKind.Number || tokens.Is("-") || IsRange())
        {
            var low = Sum();
            tokens.Expect("..", "a range is written 0..3");
            var high = Sum();
            return new SortSyntax.Range(low, high, start.To(high.Span));
        }

        if (tokens.Following.Text == "{" && (tokens.Is("enum") || tokens.Is("record")))
        {
            tokens.Wrong($"a sort has a name, and {tokens.Current} has none",
                $"declare it on a line of its own: {tokens.Current.Text} NAME {{ … }}");
            while (!tokens.IsAtEnd && !tokens.Accept("}"))
            {
                tokens.Take();
            }

            return new SortSyntax.Bad(start);
        }

        var name = tokens.Name("a sort");
        return name.Text.Length > 0 ? new SortSyntax.Named(name) : new SortSyntax.Bad(start);
    }

    private bool IsRange() => tokens.Current.Kind == TokenKind.Name && tokens.Following is { Kind: TokenKind.Symbol, Text: ".." or "(" };

    /// <summary>Sorts up to a closing bracket, which is read.</summary>
    public ImmutableArray<SortSyntax> Sorts(string close)
    {
        var parts = ImmutableArray.CreateBuilder<SortSyntax>();
        do
        {
            parts.Add(Sort());
        }
        while (tokens.Accept(","));
        tokens.Expect(close);
        return parts.ToImmutable();
    }
}
