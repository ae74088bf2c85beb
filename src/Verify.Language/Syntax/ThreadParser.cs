using System.Collections.Immutable;

namespace Verify.Language.Syntax;

/// <summary>Reads the statements of threads, and variables.</summary>
internal sealed class ThreadParser(TokenReader tokens, ExprParser exprs, StepParser steps)
{
    /// <summary>The words that begin a statement or a declaration, where reading goes on after a mistake.</summary>
    public static readonly ImmutableHashSet<string> Starts =
        ["step", "local", "if", "while", "either", "label", "goto", "return", "never", .. DeclarationParser.Starts];

    private int depth;

    /// <summary>The statements of a thread, in braces.</summary>
    public ImmutableArray<Statement> Block()
    {
        var statements = ImmutableArray.CreateBuilder<Statement>();
        if (!tokens.CanNest(++depth) || !tokens.Expect("{"))
        {
            depth--;
            return [];
        }

        while (!tokens.Is("}") && !tokens.IsAtEnd && !(tokens.Current.IsFirst && DeclarationParser.Begins(tokens)))
        {
            var before = tokens.Position;
            statements.AddRange(Statements());
            if (tokens.Position == before)
            {
                tokens.Wrong($"a step is expected, and {tokens.Current} is found",
                    Suggestion.Hint(tokens.Current.Text, Starts) ?? "a thread has step, if, while, either, label, goto and return");
                tokens.Take();
                tokens.SkipTo(Starts);
            }
        }

        tokens.Expect("}");
        depth--;
        return statements.ToImmutable();
    }

    private IEnumerable<Statement> Statements()
    {
        var start = tokens.Current.Span;
        switch (tokens.Current.Kind == TokenKind.Name ? tokens.Current.Text : "")
        {
            case "step":
                tokens.Take();
                return [StepOf(start)];
            case "local":
                tokens.Take();
                return Locals();
            case "if":
                return [If(start)];
            case "while":
                tokens.Take();
                var condition = exprs.Expression();
                return [new Statement.While(condition, Block(), start.To(tokens.Last))];
            case "either":
                tokens.Take();
                var ways = ImmutableArray.CreateBuilder<ImmutableArray<Statement>>();
                do
                {
                    ways.Add(Block());
                }
                while (tokens.Accept("or"));
                return [new Statement.Either(ways.ToImmutable(), start.To(tokens.Last))];
            case "label":
                tokens.Take();
                return [new Statement.Label(tokens.Title("a label"))];
            case "goto":
                tokens.Take();
                return [new Statement.Goto(tokens.Title("a label"), start.To(tokens.Last))];
            case "return":
                tokens.Take();
                return [new Statement.Goto(null, start)];
            case "never":
                return [new Statement.Never(steps.Never(), start.To(tokens.Last))];
            default:
                return [];
        }
    }

    private Statement.If If(Span start)
    {
        tokens.Take();
        var condition = exprs.Expression();
        var then = Block();
        return new Statement.If(condition, then, Otherwise(), start.To(tokens.Last));
    }

    private ImmutableArray<Statement> Otherwise()
    {
        if (!tokens.Accept("else"))
        {
            return [];
        }

        if (!tokens.Is("if") || !tokens.CanNest(++depth))
        {
            return Block();
        }

        var chained = If(tokens.Current.Span);
        depth--;
        return [chained];
    }

    private Statement.Step StepOf(Span start)
    {
        var step = steps.Step(start);
        if (!tokens.Accept("branch"))
        {
            return new Statement.Step(step, null, [], []);
        }

        var condition = exprs.Expression();
        var then = Block();
        return new Statement.Step(step, condition, then, Otherwise());
    }

    private IEnumerable<Statement> Locals()
    {
        var variables = Variables();
        var only = steps.Onlys();
        return variables.Select(variable => new Statement.Local(variable, only));
    }

    /// <summary>One or more variables: <c>pte[page]: frame?, lock: bool = true</c>.</summary>
    public ImmutableArray<VariableSyntax> Variables()
    {
        var found = ImmutableArray.CreateBuilder<VariableSyntax>();
        do
        {
            var name = tokens.Name("the name of a variable");
            ImmutableArray<SortSyntax> keys = tokens.Accept("[") ? exprs.Sorts("]") : [];
            tokens.Expect(":", "a variable is written name: sort, or name[key]: sort");
            var sort = exprs.Sort();
            var isSet = tokens.Accept("=");
            var isAny = isSet && tokens.Accept("any");
            found.Add(new VariableSyntax(name, keys, sort, isSet && !isAny ? exprs.Expression() : null, isAny));
        }
        while (tokens.Accept(","));
        return found.ToImmutable();
    }
}
