using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Verify.Language.Syntax;

// Long because expressions and types contain each other.
namespace Verify.Murphi.Syntax;

/// <summary>Reads expressions and types.</summary>
internal class MurphiExprParser(Problems problems)
{
    // From weak to strong. '!' stands between '&' and the comparisons.
    private static readonly string[][] Levels = [["->"], ["||"], ["&&"], ["|"], ["^"], ["&"]];
    private static readonly string[] Comparisons = ["<", "<=", "=", "!=", ">=", ">"];
    private readonly List<Token> tokens = MurphiLexer.Tokens(problems);
    private int at;

    protected Problems Problems { get; } = problems;

    protected Token Current => tokens[at];

    protected int Position
    {
        get => at;
        set => at = value;
    }

    protected Span Last => at > 0 ? tokens[at - 1].Span : new Span(0, 0);

    protected bool IsAtEnd => Current.Kind == TokenKind.End;

    /// <summary>True while a guess is made whether an expression comes; nothing is reported then.</summary>
    protected bool IsGuess { get; set; }

    /// <summary>True if something was wrong since it was set to false.</summary>
    protected bool IsWrong { get; set; }

    protected Token Take() => tokens[at < tokens.Count - 1 ? at++ : at];

    protected bool Is(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (Current.Kind == TokenKind.Symbol && Current.Text == text)
            {
                return true;
            }
        }

        return false;
    }

    protected bool Accept(string text)
    {
        var found = Is(text);
        at += found ? 1 : 0;
        return found;
    }

    protected void Expect(string text)
    {
        if (!Accept(text))
        {
            Wrong($"'{text}' is expected, and {Current} is found");
        }
    }

    protected void Wrong(string message, string? hint = null, ErrorCode? code = null)
    {
        IsWrong = true;
        if (!IsGuess)
        {
            Problems.Add(code ?? ErrorCodes.BadSyntax, Current.Span, message, hint ?? "src/docs/murphi.md lists what is read");
        }
    }

    protected Token Name(string what)
    {
        if (Current.Kind == TokenKind.Name)
        {
            return Take();
        }

        Wrong($"{what} is expected, and {Current} is found");
        return new Token(TokenKind.Name, "", new Span(Last.End, Last.End), false);
    }

    /// <summary>An expression.</summary>
    protected MurphiExpr Expression()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var first = Binary(0);
        if (!Accept("?"))
        {
            return first;
        }

        var then = Binary(0);
        Expect(":");
        var otherwise = Binary(0);
        if (Is("?"))
        {
            Wrong("'a ? b : c ? d : e' can be read in two ways", "put brackets around the inner choice");
        }

        return new MurphiExpr.Ternary(first.Span.To(otherwise.Span), first, then, otherwise);
    }

    private MurphiExpr Binary(int level)
    {
        if (level == Levels.Length)
        {
            return Negation();
        }

        var left = Binary(level + 1);
        while (Is(Levels[level]))
        {
            var op = Take();
            var right = Binary(level + 1);
            left = new MurphiExpr.Binary(left.Span.To(right.Span), op.Text, left, right);
            if (level == 0 && Is("->"))
            {
                Wrong("'a -> b -> c' can be read in two ways", "put brackets around one of the implications");
            }
        }

        return left;
    }

    private MurphiExpr Negation()
    {
        if (Is("!"))
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            var not = Take();
            var operand = Negation();
            return new MurphiExpr.Unary(not.Span.To(operand.Span), "!", operand);
        }

        var left = Sum(0);
        if (!Is(Comparisons))
        {
            return left;
        }

        var op = Take();
        var right = Is("!") ? Negation() : Sum(0);
        if (Is(Comparisons))
        {
            Wrong("comparisons do not chain", "write a < b & b < c");
        }

        return new MurphiExpr.Binary(left.Span.To(right.Span), op.Text, left, right);
    }

    private static readonly string[][] Sums = [["<<", ">>"], ["+", "-"], ["*", "/", "%"]];

    private MurphiExpr Sum(int level)
    {
        if (level == Sums.Length)
        {
            return Prefix();
        }

        var left = Sum(level + 1);
        while (Is(Sums[level]))
        {
            var op = Take();
            var right = Sum(level + 1);
            left = new MurphiExpr.Binary(left.Span.To(right.Span), op.Text, left, right);
        }

        return left;
    }

    private MurphiExpr Prefix()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (!Is("-", "+", "~"))
        {
            return Primary();
        }

        var sign = Take();
        var operand = Prefix();
        return sign.Text == "+" ? operand : new MurphiExpr.Unary(sign.Span.To(operand.Span), sign.Text, operand);
    }

    private MurphiExpr Primary()
    {
        var start = Current.Span;
        if (Current.Kind == TokenKind.Number)
        {
            return Number();
        }

        if (Is("!"))
        {
            return Negation();
        }

        if (Accept("("))
        {
            var inner = Expression();
            Expect(")");
            return inner with { Span = start.To(Last) };
        }

        if (Is("forall", "exists"))
        {
            var isForAll = Take().Text == "forall";
            var over = Quantifier();
            Expect("do");
            var body = Expression();
            if (!Accept("end"))
            {
                Expect(isForAll ? "endforall" : "endexists");
            }

            return new MurphiExpr.Quantified(start.To(Last), isForAll, over, body);
        }

        if (Accept("isundefined"))
        {
            Expect("(");
            var of = Designator();
            Expect(")");
            return new MurphiExpr.IsUndefined(start.To(Last), of);
        }

        if (Is("ismember"))
        {
            Wrong("'ismember' asks for the type of a union, and unions are not supported", code: ErrorCodes.NotExpressed);
        }

        if (Current.Kind == TokenKind.Name)
        {
            return tokens[at + 1].Is("(") ? Call() : Designator();
        }

        Wrong($"an expression is expected, and {Current} is found");
        return new MurphiExpr.Missing(start);
    }

    private MurphiExpr.Number Number()
    {
        var token = Take();
        var isHex = token.Text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (!long.TryParse(isHex ? token.Text.AsSpan(2) : token.Text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture, out var value) || value > 1 << 30 || value < 0)
        {
            at--;
            Wrong($"the number {token.Text} is over a thousand million", "use smaller numbers", ErrorCodes.NotExpressed);
            at++;
            value = 0;
        }

        return new MurphiExpr.Number(token.Span, value);
    }

    protected MurphiExpr.Call Call()
    {
        var name = Take();
        Expect("(");
        var arguments = Expressions(")");
        Expect(")");
        return new MurphiExpr.Call(name.Span.To(Last), name.Text, arguments);
    }

    /// <summary>Expressions between commas, up to a symbol that is not read.</summary>
    protected ImmutableArray<MurphiExpr> Expressions(string end)
    {
        var all = ImmutableArray.CreateBuilder<MurphiExpr>();
        while (!Is(end) && !IsAtEnd)
        {
            all.Add(Expression());
            if (!Accept(","))
            {
                break;
            }
        }

        return all.ToImmutable();
    }

    /// <summary>A variable, an element or a field.</summary>
    protected MurphiExpr Designator()
    {
        var name = Name("a name");
        MurphiExpr of = new MurphiExpr.Name(name.Span, name.Text);
        while (Is(".", "["))
        {
            if (Accept("."))
            {
                var member = Name("a field");
                of = new MurphiExpr.Field(of.Span.To(member.Span), of, member);
            }
            else
            {
                Take();
                var index = Expression();
                Expect("]");
                of = new MurphiExpr.Element(of.Span.To(Last), of, index);
            }
        }

        return of;
    }

    /// <summary>The variable of a quantifier, a loop or a ruleset.</summary>
    protected MurphiExpr.Range Quantifier()
    {
        var name = Name("a variable");
        if (!Accept(":="))
        {
            Expect(":");
            return new MurphiExpr.Range(name, Type(), null, null, null);
        }

        var from = Expression();
        Expect("to");
        var to = Expression();
        return new MurphiExpr.Range(name, null, from, to, Accept("by") ? Expression() : null);
    }

    /// <summary>A type.</summary>
    protected MurphiTypeExpr Type()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var start = Current.Span;
        if (Accept("boolean"))
        {
            return new MurphiTypeExpr.Named(start, "boolean");
        }

        if (Accept("enum"))
        {
            Expect("{");
            var members = Names();
            Expect("}");
            return new MurphiTypeExpr.Enumeration(start.To(Last), members);
        }

        if (Accept("record"))
        {
            var fields = Declarations(MurphiKind.Variable);
            if (!Accept("end"))
            {
                Expect("endrecord");
            }

            return new MurphiTypeExpr.Record(start.To(Last), fields);
        }

        if (Accept("array"))
        {
            Expect("[");
            var index = Type();
            Expect("]");
            Expect("of");
            var element = Type();
            return new MurphiTypeExpr.Array(start.To(Last), index, element);
        }

        if (Accept("scalarset"))
        {
            Expect("(");
            var size = Expression();
            Expect(")");
            return new MurphiTypeExpr.Scalarset(start.To(Last), size);
        }

        if (Is("union", "real"))
        {
            Wrong($"the type '{Current.Text}' is not supported", "Rumur reads no real numbers, and this reader no unions",
                ErrorCodes.NotExpressed);
            Take();
            return new MurphiTypeExpr.Named(start, "boolean");
        }

        var low = Expression();
        if (Accept(".."))
        {
            var high = Expression();
            return new MurphiTypeExpr.Range(low.Span.To(high.Span), low, high);
        }

        if (low is not MurphiExpr.Name and not MurphiExpr.Missing)
        {
            Wrong($"'..' is expected, and {Current} is found");
        }

        return new MurphiTypeExpr.Named(low.Span, low is MurphiExpr.Name name ? name.Text : "boolean");
    }

    /// <summary>Names between commas.</summary>
    protected ImmutableArray<Token> Names()
    {
        var names = ImmutableArray.CreateBuilder<Token>();
        while (Current.Kind == TokenKind.Name)
        {
            names.Add(Take());
            if (!Accept(","))
            {
                break;
            }
        }

        return names.ToImmutable();
    }

    /// <summary>Declarations of one kind, as long as names come.</summary>
    protected ImmutableArray<MurphiDeclaration> Declarations(MurphiKind kind)
    {
        var all = ImmutableArray.CreateBuilder<MurphiDeclaration>();
        while (Current.Kind == TokenKind.Name)
        {
            var names = Names();
            Expect(":");
            var isExpression = kind is MurphiKind.Constant or MurphiKind.Alias;
            var (value, type) = (isExpression ? Expression() : null, isExpression ? null : Type());
            all.AddRange(names.Select(name => new MurphiDeclaration(kind, name, type, value)));
            while (Accept(";"))
            {
            }
        }

        return all.ToImmutable();
    }
}
