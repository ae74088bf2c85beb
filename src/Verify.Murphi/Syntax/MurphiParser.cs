using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Verify.Language.Syntax;

namespace Verify.Murphi.Syntax;

/// <summary>Reads a Murphi text by recursive descent; whatever the text is, it ends with a tree and the mistakes.</summary>
internal sealed class MurphiParser : MurphiExprParser
{
    private static readonly string[] Properties = ["invariant", "assert", "assume", "cover", "liveness"];
    private readonly ImmutableArray<MurphiDeclaration>.Builder globals = ImmutableArray.CreateBuilder<MurphiDeclaration>();
    private readonly ImmutableArray<MurphiFunction>.Builder functions = ImmutableArray.CreateBuilder<MurphiFunction>();
    private readonly ImmutableArray<MurphiRule>.Builder rules = ImmutableArray.CreateBuilder<MurphiRule>();

    private MurphiParser(Problems problems) : base(problems)
    {
    }

    /// <summary>Reads a text.</summary>
    public static MurphiProgram Parse(Problems problems)
    {
        var parser = new MurphiParser(problems);
        try
        {
            parser.Whole();
        }
        catch (InsufficientExecutionStackException)
        {
            problems.Add(ErrorCodes.BadSyntax, parser.Current.Span, "the text is nested too deep here", "nest less");
        }

        return new MurphiProgram(parser.globals.ToImmutable(), parser.functions.ToImmutable(), parser.rules.ToImmutable());
    }

    private void Whole()
    {
        while (!IsAtEnd)
        {
            var before = Position;
            if (Is("const", "type", "var"))
            {
                globals.AddRange(Declared());
            }
            else if (Is("function", "procedure"))
            {
                functions.Add(Function());
            }
            else if (Is("rule", "ruleset", "startstate", "alias") || Is(Properties))
            {
                Rule([]);
            }
            else if (!Accept(";"))
            {
                Wrong($"a declaration, a rule or a property is expected, and {Current} is found");
                Take();
            }

            // One mistake of a rule is enough: the rest is read from the next rule on.
            if (IsWrong)
            {
                IsWrong = false;
                Skip(Position == before);
            }
        }
    }

    private void Skip(bool isStuck)
    {
        if (isStuck)
        {
            Take();
        }

        while (!IsAtEnd && !Is("const", "type", "var", "function", "procedure", "rule", "ruleset", "startstate", "invariant"))
        {
            Take();
        }
    }

    private ImmutableArray<MurphiDeclaration> Declared() => Declarations(Take().Text switch
    {
        "const" => MurphiKind.Constant,
        "type" => MurphiKind.Type,
        _ => MurphiKind.Variable,
    });

    private ImmutableArray<MurphiDeclaration> Locals()
    {
        var locals = ImmutableArray.CreateBuilder<MurphiDeclaration>();
        while (Is("const", "type", "var"))
        {
            locals.AddRange(Declared());
        }

        return locals.ToImmutable();
    }

    private MurphiFunction Function()
    {
        var start = Take().Span;
        var name = Name("the name of a function");
        Expect("(");
        var parameters = ImmutableArray.CreateBuilder<(MurphiDeclaration, bool)>();
        while (!Is(")") && !IsAtEnd && !IsWrong)
        {
            var isVar = Accept("var");
            var names = Names();
            Expect(":");
            var type = Type();
            parameters.AddRange(names.Select(one => (new MurphiDeclaration(MurphiKind.Variable, one, type, null), isVar)));
            while (Accept(";"))
            {
            }
        }

        Expect(")");
        var result = Accept(":") ? Type() : null;
        while (Accept(";"))
        {
        }

        var locals = Locals();
        Accept("begin");
        var body = Statements();
        End("endfunction", "endprocedure");
        return new MurphiFunction(start.To(name.Span), name.Text, parameters.ToImmutable(), result, locals, body);
    }

    private void End(params ReadOnlySpan<string> others)
    {
        if (Is("end") || Is(others))
        {
            Take();
        }
        else
        {
            Wrong($"'end' is expected, and {Current} is found");
        }
    }

    private void Rule(ImmutableArray<object> around)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var start = Current.Span;
        var category = Take().Text;
        if (category is "ruleset" or "alias")
        {
            if (category == "ruleset")
            {
                do
                {
                    around = around.Add(Quantifier());
                    while (Accept(";"))
                    {
                    }
                }
                while (Current.Kind == TokenKind.Name);
            }
            else
            {
                around = [.. around, .. Declarations(MurphiKind.Alias)];
            }

            Expect("do");
            while ((Is("rule", "ruleset", "startstate", "alias") || Is(Properties)) && !IsWrong)
            {
                Rule(around);
                while (Accept(";"))
                {
                }
            }

            End("endruleset", "endalias");
            return;
        }

        var name = Current.Kind == TokenKind.Text ? Take().Text : "";
        if (category is not ("rule" or "startstate"))
        {
            var holds = Expression();
            name = name.Length == 0 && Current.Kind == TokenKind.Text ? Take().Text : name;
            rules.Add(new MurphiRule(start.To(Last), category, name, around, holds, [], []));
            return;
        }

        var guard = category == "rule" ? Guard() : null;
        var end = Last;
        var locals = Locals();
        if (!Accept("begin") && !locals.IsEmpty)
        {
            Wrong($"'begin' is expected after the declarations of a rule, and {Current} is found");
        }

        var body = Statements();
        End("endrule", "endstartstate");
        rules.Add(new MurphiRule(start.To(end), category, name, around, guard, locals, body));
    }

    // Whether a rule has a guard shows only at the arrow behind it.
    private MurphiExpr? Guard()
    {
        var (start, wasWrong) = (Position, IsWrong);
        (IsGuess, IsWrong) = (true, false);
        var guard = Expression();
        var isGuard = Is("==>");
        (IsGuess, IsWrong) = (false, wasWrong);
        if (isGuard)
        {
            Take();
            return guard;
        }

        Position = start;
        if (IsStatement())
        {
            return null;
        }

        // What begins neither a statement nor a declaration is a guard with a mistake in it.
        guard = Expression();
        Expect("==>");
        return guard;
    }

    private bool IsStatement()
    {
        if (Current.Kind == TokenKind.Name)
        {
            var (start, wasWrong) = (Position, IsWrong);
            IsGuess = true;
            _ = Designator();
            var isStatement = Is(":=", "(") && Position > start;
            (Position, IsGuess, IsWrong) = (start, false, wasWrong);
            return isStatement;
        }

        return Current.Kind == TokenKind.End || Is(Properties)
            || Is("begin", "var", "const", "type", "end", "endrule", "if", "for", "while",
            "switch", "alias", "clear", "undefine", "put", "error", "return", ";");
    }

    private ImmutableArray<MurphiStatement> Statements()
    {
        var all = ImmutableArray.CreateBuilder<MurphiStatement>();
        while (!IsWrong && Statement() is { } statement)
        {
            all.Add(statement);
            while (Accept(";"))
            {
            }
        }

        return all.ToImmutable();
    }

    // A statement; null if none comes.
    private MurphiStatement? Statement()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var start = Current.Span;
        if (Current.Kind == TokenKind.Name)
        {
            var target = Designator();
            if (target is MurphiExpr.Name && Is("("))
            {
                Position--;
                return new MurphiStatement.Call(start, Call());
            }

            Expect(":=");
            var value = Expression();
            return new MurphiStatement.Assignment(start.To(Last), target, value);
        }

        if (Is(Properties))
        {
            var category = Take().Text;
            var text = Current.Kind == TokenKind.Text ? Take().Text : null;
            var holds = Expression();
            text ??= Current.Kind == TokenKind.Text ? Take().Text : null;
            return new MurphiStatement.Property(start.To(Last), category, holds, text);
        }

        if (Current.Kind != TokenKind.Symbol)
        {
            return null;
        }

        return Simple(start) ?? Compound(start);
    }

    private MurphiStatement? Simple(Span start)
    {
        switch (Current.Text)
        {
            case "clear":
                Take();
                return new MurphiStatement.Clear(start, Designator());
            case "undefine":
                Take();
                return new MurphiStatement.Undefine(start, Designator());
            case "error":
                Take();
                var isText = Current.Kind == TokenKind.Text;
                if (!isText)
                {
                    Wrong($"a text is expected, and {Current} is found");
                }

                return new MurphiStatement.Error(start, isText ? Take().Text : "");
            case "put":
                Take();
                _ = Current.Kind == TokenKind.Text ? (object)Take() : Expression();
                return new MurphiStatement.Put(start);
            case "return":
                Take();
                return new MurphiStatement.Return(start,
                    Current.Kind is TokenKind.Symbol or TokenKind.End
                        && !Is("(", "!", "-", "+", "~", "forall", "exists", "isundefined") ? null : Expression());
            default:
                return null;
        }
    }

    private MurphiStatement? Compound(Span start)
    {
        switch (Current.Text)
        {
            case "alias":
                Take();
                var names = Declarations(MurphiKind.Alias);
                Expect("do");
                var under = Statements();
                End("endalias");
                return new MurphiStatement.Alias(start, names, under);
            case "for":
                Take();
                var over = Quantifier();
                Expect("do");
                var loop = Statements();
                End("endfor");
                return new MurphiStatement.For(start, over, loop);
            case "while":
                Take();
                var condition = Expression();
                Expect("do");
                var body = Statements();
                End("endwhile");
                return new MurphiStatement.While(start, condition, body);
            case "if":
                return If();
            case "switch":
                return Switch();
            default:
                return null;
        }
    }

    private MurphiStatement.If If()
    {
        var start = Current.Span;
        var clauses = ImmutableArray.CreateBuilder<(MurphiExpr?, ImmutableArray<MurphiStatement>)>();
        do
        {
            Take();
            var condition = Expression();
            Expect("then");
            clauses.Add((condition, Statements()));
        }
        while (Is("elsif"));
        if (Accept("else"))
        {
            clauses.Add((null, Statements()));
        }

        End("endif");
        return new MurphiStatement.If(start, clauses.ToImmutable());
    }

    private MurphiStatement.Switch Switch()
    {
        var start = Take().Span;
        var value = Expression();
        var cases = ImmutableArray.CreateBuilder<(ImmutableArray<MurphiExpr>, bool, ImmutableArray<MurphiStatement>)>();
        while (Accept("case"))
        {
            var matches = Expressions(":");
            Expect(":");
            cases.Add((matches, false, Statements()));
        }

        if (Accept("else"))
        {
            cases.Add(([], true, Statements()));
        }

        End("endswitch");
        return new MurphiStatement.Switch(start, value, cases.ToImmutable());
    }
}
