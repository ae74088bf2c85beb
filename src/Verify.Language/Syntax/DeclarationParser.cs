using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Language.Syntax;

/// <summary>Reads the declarations of a file.</summary>
/// <remarks>
/// By hand, and not with a library: an editor needs all mistakes of a file that is half written, and the parts that are
/// right; the parser libraries stop at the first mistake. After a mistake, reading goes on at the next line that begins
/// a declaration or a step.
/// </remarks>
public sealed class DeclarationParser
{
    /// <summary>The words that begin a declaration.</summary>
    internal static readonly ImmutableHashSet<string> Starts =
    [
        "model", "size", "processors", "identities", "enum", "record", "var", "ghost", "local", "pc", "fault", "feature", "assumption",
        "profile", "omits", "memory", "lock", "rwlock", "initially", "rule", "thread", "always", "reachable", "leadsto", "nodeadlock",
        "mark", "claim", "use",
    ];

    private readonly TokenReader tokens;
    private readonly ExprParser exprs;
    private readonly StepParser steps;
    private readonly ThreadParser threads;
    private readonly ClaimParser claims;

    private DeclarationParser(Problems problems)
    {
        tokens = new TokenReader(problems);
        exprs = new ExprParser(tokens);
        steps = new StepParser(tokens, exprs);
        threads = new ThreadParser(tokens, exprs, steps);
        claims = new ClaimParser(tokens, steps);
    }

    /// <summary>Reads a file; mistakes go to <paramref name="problems"/>.</summary>
    public static ProtocolSyntax Parse(Problems problems) => new DeclarationParser(problems).File();

    // Inside of a thread, some words begin a statement.
    internal static bool Begins(TokenReader tokens) => tokens.Current.Kind == TokenKind.Name
        && !Statement.Words.Contains(tokens.Current.Text) && Starts.Contains(tokens.Current.Text);

    private ProtocolSyntax File()
    {
        var found = ImmutableArray.CreateBuilder<Declaration>();
        while (!tokens.IsAtEnd)
        {
            var before = tokens.Position;
            var start = tokens.Current.Span;
            foreach (var declaration in Declarations(start))
            {
                found.Add(declaration with { Span = start.To(tokens.Last) });
            }

            if (tokens.Position == before)
            {
                tokens.Wrong($"a declaration is expected, and {tokens.Current} is found",
                    tokens.Current.Kind == TokenKind.Name ? Suggestion.Hint(tokens.Current.Text, Starts) : null);
                tokens.Take();
                tokens.SkipTo(Starts);
                while (tokens.Accept("}"))
                {
                    tokens.SkipTo(Starts);
                }
            }
        }

        return new ProtocolSyntax(tokens.Problems.Source, found.ToImmutable());
    }

    private ImmutableArray<Declaration> Declarations(Span start)
    {
        var keyword = tokens.Current;
        if (keyword.Kind != TokenKind.Name || !Starts.Contains(keyword.Text))
        {
            return [];
        }

        tokens.Take();
        switch (keyword.Text)
        {
            case "var":
                return States(start, VariableRole.State);
            case "ghost":
                return States(start, VariableRole.Ghost);
            case "local":
                return States(start, VariableRole.Local);
            case "pc":
                return States(start, VariableRole.ProgramCounter);
            case "lock" or "rwlock":
                return Locks(start, keyword.Text == "lock" ? "bool" : "rwlock");
            case "rule":
                var step = steps.Step(start);
                return [new Declaration.Rule(start, step) { Only = step.Only }];
            case "thread":
                return [Thread(start)];
            case "claim":
                return [claims.Claim(start)];
            default:
                var word = new Word(keyword.Text, keyword.Span);
                List<Declaration> found = [Sort(start, word) ?? Other(start, word)];
                while (keyword.Text is "identities" or "size" && tokens.Accept(",") && Sort(start, word) is { } another)
                {
                    found.Add(another);
                }

                var only = steps.Onlys();
                return [.. found.Select(one => one with { Only = one.Only.AddRange(only) })];
        }
    }

    private ImmutableArray<Declaration> States(Span start, VariableRole role)
    {
        var variables = threads.Variables();
        var only = steps.Onlys();
        return [.. variables.Select(variable => new Declaration.State(start, role, variable) { Only = only })];
    }

    // A lock is a truth value; one that has readers is a record of a writer and a number of readers.
    private ImmutableArray<Declaration> Locks(Span start, string sort)
    {
        var found = ImmutableArray.CreateBuilder<Declaration>();
        do
        {
            var name = tokens.Name("the name of a lock");
            ImmutableArray<SortSyntax> keys = tokens.Accept("[") ? exprs.Sorts("]") : [];
            var variable = new VariableSyntax(name, keys, new SortSyntax.Named(new Word(sort, name.Span)), null, false);
            found.Add(new Declaration.State(start, VariableRole.State, variable));
        }
        while (tokens.Accept(","));
        var only = steps.Onlys();
        return [.. found.Select(one => one with { Only = only })];
    }

    private Declaration? Sort(Span start, Word keyword)
    {
        switch (keyword.Text)
        {
            case "size":
                var size = tokens.Name("the name of a size");
                tokens.Expect("=");
                return new Declaration.Size(start, size, Size(), tokens.OptionalText() ?? size.Text);
            case "processors" or "identities":
                return Identities(start, keyword.Text == "processors");
            case "enum":
                var name = tokens.Name("the name of an enum");
                return new Declaration.Enumeration(start, name, Real(), Members());
            case "record":
                var record = tokens.Name("the name of a record");
                return new Declaration.Record(start, record, Real(), Fields());
            default:
                return null;
        }
    }

    private Declaration Other(Span start, Word keyword)
    {
        switch (keyword.Text)
        {
            case "model":
                return new Declaration.Model(start, tokens.Title("the name of the model"), tokens.OptionalText() ?? "");
            case "fault" or "feature" or "assumption" or "profile":
                return Offer(start, keyword);
            case "omits":
                return new Declaration.Limit(start, keyword, tokens.Text("what the model omits"));
            case "memory":
                tokens.Expect("orders", "write memory orders none, or memory orders \"what a proof does not cover\"");
                return Memory(start, keyword);
            case "initially":
                return new Declaration.Initially(start, keyword, exprs.Condition());
            case "mark":
                return Mark(start);
            case "use":
                return new Declaration.Use(start, tokens.Name("the name of a part"), tokens.Accept("(") ? Arguments() : []);
            default:
                return Property(start, keyword);
        }
    }

    private Declaration.Memory Memory(Span start, Word keyword)
    {
        var isNone = tokens.Accept("none");
        if (isNone && tokens.Current.Kind == TokenKind.Text)
        {
            tokens.Wrong("memory orders are none, or a text says which", "write memory orders \"what a proof does not cover\"");
            tokens.Take();
        }

        return new Declaration.Memory(start, keyword, isNone ? null : tokens.Text("the memory orders"));
    }

    private SizeSyntax Size()
    {
        var number = tokens.Number("a number");
        if (!tokens.Accept("in"))
        {
            return new SizeSyntax(number, null, null);
        }

        var low = tokens.Number("the smallest size");
        tokens.Expect("..", "the sizes to choose from are written in 1..4");
        return new SizeSyntax(number, low, tokens.Number("the largest size"));
    }

    private Declaration.Identities Identities(Span start, bool isProcessors)
    {
        var name = tokens.Name("the name of a sort");
        var real = Real();
        ImmutableArray<Word> members = [];
        SizeSyntax? size = null;
        if (tokens.Is("{"))
        {
            members = Members();
        }
        else if (tokens.Expect("=", "say how many: identities page = 2 in 1..4"))
        {
            size = Size();
        }

        var prefix = tokens.Accept("as") ? tokens.Title("a prefix").Text : null;
        return new Declaration.Identities(start, name, isProcessors, real, size, prefix, members, tokens.OptionalText() ?? name.Text);
    }

    private string? Real() => tokens.Accept("named") ? tokens.Title("a name").Text : null;

    private ImmutableArray<Word> Members()
    {
        var members = ImmutableArray.CreateBuilder<Word>();
        tokens.Expect("{");
        while (!tokens.Is("}") && !tokens.IsAtEnd)
        {
            members.Add(tokens.Title("a member", "."));
            if (members[^1].Text.Length == 0 || !tokens.Accept(","))
            {
                break;
            }
        }

        tokens.Expect("}");
        return members.ToImmutable();
    }

    private ImmutableArray<FieldSyntax> Fields()
    {
        var fields = ImmutableArray.CreateBuilder<FieldSyntax>();
        tokens.Expect("{");
        while (!tokens.Is("}") && !tokens.IsAtEnd)
        {
            var isGhost = tokens.Is("ghost") && !tokens.Following.Is(":") && tokens.Accept("ghost");
            var name = tokens.Name("the name of a field");
            tokens.Expect(":", "a field is written name: sort");
            fields.Add(new FieldSyntax(name, exprs.Sort(), isGhost));
            if (name.Text.Length == 0 || !tokens.Accept(","))
            {
                break;
            }
        }

        tokens.Expect("}");
        return fields.ToImmutable();
    }

    private Declaration.Offer Offer(Span start, Word kind)
    {
        var name = tokens.Title($"the name of the {kind.Text}", ".-+");
        var text = tokens.OptionalText() ?? name.Text;
        var by = "";
        if (kind.Text == "assumption" && tokens.Expect("enforced", "say who enforces it: assumption A \"…\" enforced by \"the kernel\""))
        {
            tokens.Expect("by");
            by = tokens.Text("who enforces the assumption");
        }

        return new Declaration.Offer(start, kind, name, text, by, tokens.Is("from") ? steps.Source() : null);
    }

    private Declaration.Thread Thread(Span start)
    {
        var name = tokens.Title("the name of a thread");
        BinderSyntax? key = null;
        if (tokens.Accept("("))
        {
            key = exprs.Binders(":")[0];
            tokens.Expect(")", "a thread exists for each value of one sort");
        }

        var isForever = tokens.Accept("forever");
        var by = tokens.Accept("by") ? exprs.Expression() : null;
        var only = steps.Onlys();
        if (!isForever && tokens.Is("forever"))
        {
            tokens.Wrong("'forever' stands behind the name of a thread", "write thread NAME forever with …");
            tokens.Take();
        }

        return new Declaration.Thread(start, name, key, isForever, by, threads.Block()) { Only = only };
    }

    private ImmutableArray<ArgumentSyntax> Arguments()
    {
        const string Signs = ".-+";
        var found = ImmutableArray.CreateBuilder<ArgumentSyntax>();
        while (!tokens.Is(")") && !tokens.IsAtEnd)
        {
            var name = tokens.Title("the name of an argument", Signs);
            found.Add(new ArgumentSyntax(name, tokens.Accept("=") ? tokens.Title("a name or a number", Signs) : null));
            if (name.Text.Length == 0 || !tokens.Accept(","))
            {
                break;
            }
        }

        tokens.Expect(")");
        return found.ToImmutable();
    }

    private Declaration.Property Property(Span start, Word kind)
    {
        var name = tokens.Title("the name of a property");
        var text = tokens.OptionalText();
        string? never = null;
        ImmutableArray<OnlyIf> premiseOnly = [];
        if (kind.Text == "always" && tokens.Accept("premise"))
        {
            tokens.Expect("never");
            never = tokens.Text("a reason");
            premiseOnly = steps.InBrackets();
        }

        if (kind.Text != "nodeadlock" && (tokens.Is("with") || tokens.Is("unless")))
        {
            tokens.Wrong("the condition of a property stands behind its expression",
                $"write {kind.Text} NAME \"in words\": … {tokens.Current.Text} …");
            steps.Onlys();
        }

        ImmutableArray<ExprSyntax> predicates = [];
        if (kind.Text == "nodeadlock")
        {
            predicates = tokens.Accept("except") ? [exprs.Condition()] : [];
        }
        else if (tokens.Expect(":", $"a property is written {kind.Text} NAME \"in words\": …"))
        {
            predicates = [exprs.Condition()];
        }

        if (kind.Text == "leadsto" && tokens.Expect("~>", "the property is written leadsto NAME: … ~> …"))
        {
            predicates = predicates.Add(exprs.Condition());
        }

        return new Declaration.Property(start, kind, name, text, predicates, never, premiseOnly);
    }

    private Declaration.Mark Mark(Span start)
    {
        var word = tokens.Title("the word that traces show");
        tokens.Expect("on", "a mark is written mark \"stale\" on tlb[c] for c in cpu when …");
        var target = exprs.Location();
        ImmutableArray<BinderSyntax> over = tokens.Accept("for") ? exprs.Binders("in") : [];
        tokens.Expect("when");
        return new Declaration.Mark(start, word, target, over, exprs.Condition());
    }
}
