using System.Collections.Immutable;

namespace Verify.Language.Syntax;

/// <summary>Reads steps and their updates.</summary>
internal sealed class StepParser(TokenReader tokens, ExprParser exprs)
{
    private int depth;

    /// <summary>Name, parameters, remarks, guards and updates of a step.</summary>
    public StepSyntax Step(Span start)
    {
        var name = tokens.Title("the name of a step");
        var parameters = ImmutableArray<BinderSyntax>.Empty;
        if (tokens.Accept("("))
        {
            parameters = tokens.Is(")") ? [] : exprs.Binders(":");
            tokens.Expect(")");
        }

        return WithUpdates(WithRemarks(new StepSyntax(start.To(name.Span), name, parameters)));
    }

    /// <summary>The step with the remarks that follow.</summary>
    public StepSyntax WithRemarks(StepSyntax step)
    {
        while (Remark(step) is { } more)
        {
            step = more;
        }

        return step;
    }

    /// <summary>The step with the updates that follow, if any do.</summary>
    public StepSyntax WithUpdates(StepSyntax step) => tokens.Is("{") ? step with { Updates = Updates() } : step;

    // The step with one more remark; null if none follows. A word that begins a statement is not one, if it stands first.
    private StepSyntax? Remark(StepSyntax step)
    {
        if (tokens.Current.Kind != TokenKind.Name)
        {
            return null;
        }

        switch (tokens.Current.Text)
        {
            case "with" or "unless":
                return step with { Only = step.Only.Add(Only()) };
            case "when":
                tokens.Take();
                return step with { When = step.When.Add(exprs.Condition()) };
            case "from":
                return step with { Sources = step.Sources.Add(Source()) };
            case "by":
                tokens.Take();
                return tokens.Current.Kind == TokenKind.Text
                    ? step with { ByName = tokens.Title("an actor") }
                    : step with { By = exprs.Expression() };
            case "shows":
                return Shown(step);
            case "fair":
                return Fair(step);
            case "unfair":
                tokens.Take();
                return step with { IsFair = false };
            case "never" when !tokens.Current.IsFirst || tokens.Following.Kind == TokenKind.Text:
                return step with { Never = Never() };
            case "of":
                return Of(step);
            case "branches":
                return Branching(step);
            default:
                return null;
        }
    }

    private StepSyntax Shown(StepSyntax step)
    {
        tokens.Take();
        if (tokens.Accept("none"))
        {
            tokens.Expect("as");
            return step with { ShowsNoneAs = tokens.Text("a word") };
        }

        tokens.Expect("(", "the shown arguments are written shows (a, b)");
        return step with { Shows = exprs.List(")") };
    }

    private StepSyntax Fair(StepSyntax step)
    {
        tokens.Take();
        if (!tokens.Accept("as"))
        {
            return step with { IsFair = true };
        }

        var name = tokens.Title("the name of a group");
        return step with { IsFair = true, FairAs = (name, Words()) };
    }

    private ImmutableArray<Word> Words()
    {
        var words = ImmutableArray.CreateBuilder<Word>();
        if (tokens.Accept("("))
        {
            while (!tokens.Is(")") && !tokens.IsAtEnd)
            {
                words.Add(tokens.Name("a parameter"));
                if (!tokens.Accept(","))
                {
                    break;
                }
            }

            tokens.Expect(")");
        }

        return words.ToImmutable();
    }

    private StepSyntax Of(StepSyntax step)
    {
        tokens.Take();
        tokens.Expect("thread");
        var thread = tokens.Title("the name of a thread");
        tokens.Expect("step");
        var name = tokens.Title("the name of a step");
        return step with { Of = (thread, name, tokens.Accept("copy") ? tokens.Number("the number of the copy") : 1) };
    }

    private StepSyntax Branching(StepSyntax step)
    {
        tokens.Take();
        tokens.Expect("on");
        var condition = exprs.Condition();
        string? Reason(string way) => tokens.Is("never") && tokens.Following.Is(way) ? Because() : null;
        string Because()
        {
            tokens.Take();
            tokens.Take();
            return tokens.Text("a reason");
        }

        var never = Reason("true");
        return step with { Branching = new BranchingSyntax(condition, never, Reason("false")) };
    }

    /// <summary>A remark that something never happens: <c>never "reason" (unless fault x)</c>.</summary>
    public NeverSyntax Never()
    {
        tokens.Take();
        var because = tokens.Text("a reason");
        return new NeverSyntax(because, InBrackets());
    }

    /// <summary>Conditions on the instance in parentheses.</summary>
    public ImmutableArray<OnlyIf> InBrackets()
    {
        // Without parentheses the condition would belong to the step, and the step would silently be missing where it fails.
        if (tokens.Is("with") || tokens.Is("unless"))
        {
            tokens.Wrong("what a reason depends on stands in parentheses",
                $"write ({tokens.Current.Text} …); a condition of the step itself stands before 'never'");
            return Onlys();
        }

        if (!(tokens.Is("(") && (tokens.Following.Is("with") || tokens.Following.Is("unless"))))
        {
            return [];
        }

        tokens.Take();
        var only = Onlys();
        tokens.Expect(")");
        return only;
    }

    /// <summary>Conditions on the instance, as many as follow.</summary>
    public ImmutableArray<OnlyIf> Onlys()
    {
        var found = ImmutableArray.CreateBuilder<OnlyIf>();
        while (tokens.Is("with") || tokens.Is("unless"))
        {
            found.Add(Only());
        }

        return found.ToImmutable();
    }

    private OnlyIf Only() => new(tokens.Take().Text == "unless", exprs.Condition());

    /// <summary>A source.</summary>
    public SourceSyntax Source()
    {
        var start = tokens.Take().Span;
        var kind = tokens.Is("kernel") || tokens.Is("memory") ? tokens.Take().Text : "";
        Word Text(string what)
        {
            var at = tokens.Current.Span;
            return new Word(tokens.Text(what), at);
        }

        var first = Text(kind.Length > 0 ? "a file" : "a title");
        Word? title = null;
        if (kind.Length > 0 && tokens.Accept("in"))
        {
            (title, first) = (first, Text("a file"));
        }
        else if (kind.Length == 0)
        {
            tokens.Expect(",", "a source is written from \"title\", \"reference\" or from kernel \"function\" in \"file\" at \"version\"");
            (title, first) = (first, Text("a reference"));
        }

        Word? version = null;
        if (kind == "kernel" && tokens.Expect("at", "name the version that was read: from kernel \"mm/memory.c\" at \"v6.18\""))
        {
            version = Text("a commit or a version");
        }

        return new SourceSyntax(kind, title, first, version, start.To(tokens.Last));
    }

    /// <summary>The updates of a step, in braces.</summary>
    public ImmutableArray<UpdateSyntax> Updates()
    {
        var updates = ImmutableArray.CreateBuilder<UpdateSyntax>();
        var isDeep = !tokens.CanNest(++depth);
        tokens.Expect("{");
        while (!isDeep && !tokens.Is("}") && !tokens.IsAtEnd)
        {
            var before = tokens.Position;
            var update = Update();
            updates.Add(update);
            if (tokens.Position == before)
            {
                break;
            }

            if (!tokens.Accept(",") && update is UpdateSyntax.Set or UpdateSyntax.Call && !tokens.Is("}"))
            {
                tokens.Wrong($"',' or '}}' is expected, and {tokens.Current} is found",
                    "the updates of one step happen at once; a comma separates them");
                break;
            }
        }

        if (!tokens.Accept("}"))
        {
            tokens.Wrong($"'}}' is expected, and {tokens.Current} is found");
            SkipBrace();
        }

        depth--;
        return updates.ToImmutable();
    }

    // To the end of the braces that are open, if it comes before the next statement.
    private void SkipBrace()
    {
        tokens.SkipTo(ThreadParser.Starts);
        tokens.Accept("}");
    }

    private UpdateSyntax Update()
    {
        var start = tokens.Current.Span;
        if (tokens.Is("if") && tokens.Current.Kind == TokenKind.Name)
        {
            tokens.Take();
            var condition = exprs.Condition();
            var then = Updates();
            ImmutableArray<UpdateSyntax> otherwise = [];
            if (tokens.Accept("else"))
            {
                otherwise = tokens.Is("if") ? [Update()] : Updates();
            }

            return new UpdateSyntax.If(condition, then, otherwise, start.To(tokens.Last));
        }

        if (tokens.Accept("for"))
        {
            var over = exprs.Binders("in");
            return new UpdateSyntax.For(over, Updates(), start.To(tokens.Last));
        }

        var target = exprs.Location();
        if (tokens.Current is { Kind: TokenKind.Symbol, Text: "+" or "-" } sign)
        {
            tokens.Wrong("an update has a '='", $"write x = x {sign.Text} 1");
            while (!tokens.IsAtEnd && !tokens.Is(",") && !tokens.Is(";") && !tokens.Is("}"))
            {
                tokens.Take();
            }

            return new UpdateSyntax.For([], [], start.To(tokens.Last));
        }

        if (target is ExprSyntax.Call call && !tokens.Is("="))
        {
            return new UpdateSyntax.Call(call);
        }

        tokens.Expect("=", "an update is written x = value");
        return new UpdateSyntax.Set(target, exprs.Expression());
    }
}
