using System.Collections.Immutable;

namespace Verify.Language.Syntax;

/// <summary>Reads the statements of threads, and variables.</summary>
internal sealed class ThreadParser(TokenReader tokens, ExprParser exprs, StepParser steps)
{
    /// <summary>The words that begin a statement or a declaration, where reading goes on after a mistake.</summary>
    public static readonly ImmutableHashSet<string> Starts = [.. Statement.Words, .. DeclarationParser.Starts];

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
        var word = tokens.Current.Kind == TokenKind.Name ? tokens.Current.Text : "";
        switch (word)
        {
            case "lock" or "unlock" or "read_lock" or "read_unlock" or "write_lock" or "write_unlock":
                tokens.Take();
                return [Lock(start, word)];
            case "ipi":
                tokens.Take();
                return [Ipi(start)];
            case "await":
                tokens.Take();
                return [new Statement.Await(steps.WithRemarks(new StepSyntax(start, tokens.Title("the name of an ipi"), [])))];
            case "rcu_read_lock" or "rcu_read_unlock" or "synchronize_rcu":
                tokens.Take();
                return [new Statement.Rcu(steps.WithRemarks(new StepSyntax(start, new Word(word, start), [])))];
            case "call":
                tokens.Take();
                return Call(start);
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
                var condition = exprs.Condition();
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

    // A lock is a variable, so these are steps like others: a step for the one that reads them, and a word for the one
    // that writes them.
    private Statement.Step Lock(Span start, string word)
    {
        var of = exprs.Place();
        var name = tokens.Accept("as")
            ? tokens.Title("the name of the step")
            : new Word($"{word} {tokens.Problems.Source.Of(of.Span).Split('[')[0]}", start);
        ExprSyntax Part(string part) => new ExprSyntax.Field(of, new Word(part, of.Span), false);
        ExprSyntax Not(ExprSyntax held) => new ExprSyntax.Prefix("!", held, of.Span);
        ExprSyntax Constant(int value, bool isTruth = false) => new ExprSyntax.Constant(value, isTruth, of.Span);
        ExprSyntax Readers(string op) => new ExprSyntax.Infix(op, Part("readers"), Constant(1));
        (ExprSyntax? When, ExprSyntax Target, ExprSyntax Value) does = word switch
        {
            "lock" => (Not(of), of, Constant(1, true)),
            "unlock" => (null, of, Constant(0, true)),
            "write_lock" => (new ExprSyntax.Infix("&&", Not(Part("writer")), new ExprSyntax.Infix("==", Part("readers"), Constant(0))),
                Part("writer"), Constant(1, true)),
            "write_unlock" => (null, Part("writer"), Constant(0, true)),
            "read_lock" => (Not(Part("writer")), Part("readers"), Readers("+")),
            _ => (null, Part("readers"), Readers("-")),
        };
        var step = steps.WithRemarks(new StepSyntax(start.To(of.Span), name, []));
        return new Statement.Step(step with
        {
            When = does.When is null ? step.When : step.When.Insert(0, does.When),
            Updates = [new UpdateSyntax.Set(does.Target, does.Value)],
        }, null, [], []);
    }

    private IEnumerable<Statement> Call(Span start)
    {
        if (exprs.Place() is not ExprSyntax.Call word)
        {
            tokens.Problems.Add(ErrorCodes.BadSyntax, start, "a call has inputs in parentheses", "write call invlpg(c, x)");
            return [];
        }

        var name = tokens.Accept("as") ? tokens.Title("the name of the step") : null;
        var plain = new Word(tokens.Problems.Source.Of(word.Function.Span), word.Function.Span);
        return [new Statement.Call(steps.WithRemarks(new StepSyntax(start.To(word.Span), name ?? plain, [])), word, name is not null)];
    }

    private Statement.Ipi Ipi(Span start)
    {
        var name = tokens.Title("the name of the handler");
        BinderSyntax? target = null;
        if (tokens.Expect("(", "an interrupt is written ipi flush_tlb_func(d in cpu) when d != c { … }"))
        {
            target = exprs.Binders("in")[0];
            tokens.Expect(")");
        }

        var step = steps.WithUpdates(steps.WithRemarks(new StepSyntax(start.To(name.Span), name, [])));
        return new Statement.Ipi(step, target ?? new BinderSyntax(name, new SortSyntax.Bad(start)));
    }

    private Statement.If If(Span start)
    {
        tokens.Take();
        var condition = exprs.Condition();
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

        var condition = exprs.Condition();
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
