using System.Collections.Immutable;
using Verify.Language.Syntax;
using Verify.Modelling;

// Long because it has a method for each kind of expression.
namespace Verify.Language.Sorts;

/// <summary>Finds names and sorts of expressions, and makes expressions of the modelling language.</summary>
internal sealed class ExprReader
{
    private readonly Scope scope;
    private readonly Problems problems;

    public ExprReader(Scope scope, Problems problems) =>
        (this.scope, this.problems, Sorts, Words) =
            (scope, problems, new SortReader(scope, problems), new WordReader(scope, this, problems));

    public SortReader Sorts { get; }

    /// <summary>The words of parts.</summary>
    public WordReader Words { get; }

    /// <summary>An expression, as the modelling language would make it; null if it is wrong, which is reported.</summary>
    /// <param name="syntax">The text.</param>
    /// <param name="expected">The sort that the context expects, which only <c>all</c> needs.</param>
    public Expr? Read(ExprSyntax syntax, Sort? expected = null) => syntax switch
    {
        ExprSyntax.Named or ExprSyntax.Field { IsArrow: false } => Path(syntax),
        ExprSyntax.Constant { IsTruth: true } truth => truth.Value == 1,
        ExprSyntax.Constant number => Sorts.Try<Expr>(syntax.Span, () => number.Value),
        ExprSyntax.None => Dsl.None,
        ExprSyntax.Choice choice => Choice(choice),
        ExprSyntax.Some some => Read(some.Content, (expected as Sort.Optional)?.Of) is { } content ? Dsl.Some(content) : null,
        ExprSyntax.All all => All(all, expected),
        ExprSyntax.Index index => Index(index),
        ExprSyntax.Field field => Field(field),
        ExprSyntax.Call call => Call(call),
        ExprSyntax.Prefix { Operator: "!" } not =>
            Truth(not.Of) is { } holds ? Sorts.Try(syntax.Span, () => !holds) : null,
        ExprSyntax.Prefix content => Content(content.Of),
        ExprSyntax.Infix infix => Infix(infix),
        ExprSyntax.Conditional conditional => Conditional(conditional, expected),
        ExprSyntax.Quantified quantified => Quantified(quantified),
        ExprSyntax.As cast => Sorts.Read(cast.Sort) is { } sort ? As(cast.Of, sort) : null,
        ExprSyntax.At at => At(at),
        _ => null,
    };

    /// <summary>A truth value.</summary>
    public Expr? Truth(ExprSyntax syntax) => As(syntax, Sort.Bool);

    /// <summary>A value of a sort.</summary>
    public Expr? As(ExprSyntax syntax, Sort sort)
    {
        if (Read(syntax, sort) is not { } value)
        {
            return null;
        }

        try
        {
            return Dsl.As(value, sort);
        }
        catch (UserErrorException e)
        {
            var isSort = e.Diagnostic.Code == ErrorCodes.SortMismatch;
            problems.Add(e.Diagnostic.Code, syntax.Span, isSort
                ? $"'{TextOf(syntax)}' is {Named(value)}, and {SortText.Of(sort)} is needed here"
                : e.Diagnostic.Message, value.Sort is Sort.Optional option && option.Of.Equals(sort) ? HintOfOption(syntax) : null);
            return null;
        }
    }

    /// <summary>A truth value that the choices of the instance decide; null if it is wrong, which is reported.</summary>
    public bool? Constant(ExprSyntax syntax)
    {
        if (Truth(syntax) is not { } holds)
        {
            return null;
        }

        if (Settled(holds) is { } known)
        {
            return known;
        }

        problems.Add(ErrorCodes.NotConstant, syntax.Span, $"'{TextOf(syntax)}' depends on the state");
        return null;
    }

    /// <summary>True if all conditions on the instance hold.</summary>
    public bool Holds(ImmutableArray<OnlyIf> only) => only.All(one => Constant(one.Condition) is not { } holds || holds != one.IsUnless);

    /// <summary>Binds names for what an action reads.</summary>
    public ImmutableArray<Binder>? Binders(ImmutableArray<BinderSyntax> over)
    {
        var binders = ImmutableArray.CreateBuilder<Binder>();
        foreach (var one in over)
        {
            if (scope.Find(one.Name.Text) is not null)
            {
                problems.Add(ErrorCodes.DuplicateName, one.Name.Span, $"'{one.Name.Text}' has a meaning here already",
                    "choose another name: one name means one thing");
            }

            if (Sorts.Scalar(one.Sort) is not { } sort)
            {
                // What follows speaks of the name: its own mistakes are found, and none because of the sort.
                sort = Sort.Bool;
            }

            var binder = new Binder(one.Name.Text, sort);
            scope.Bind(one.Name.Text, Dsl.ValueOf(binder));
            binders.Add(binder);
        }

        return binders.ToImmutable();
    }

    /// <summary>The truth value of a constant or of a comparison of constants; null for what the state decides.</summary>
    public static bool? Settled(Expr expr) => expr switch
    {
        Expr.Literal literal => literal.Number == 1,
        Expr.Compare { Left: Expr.Literal left, Right: Expr.Literal right, IsStrict: true } => left.Number < right.Number,
        Expr.Compare { Left: Expr.Literal left, Right: Expr.Literal right } => left.Number <= right.Number,
        _ => null,
    };

    private string TextOf(ExprSyntax syntax) =>
        string.Join(' ', problems.Source.Of(syntax.Span).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Named(Expr expr) => ReferenceEquals(expr, Dsl.None) ? "an empty option" : SortText.Of(expr.Sort);

    private string HintOfOption(ExprSyntax syntax) => $"it may be empty: *{TextOf(syntax)} is its content, where it is not none";

    // Names with dots: of a variable, of a member behind its sort, or of a field.
    private Expr? Path(ExprSyntax syntax)
    {
        var words = new List<Word>();
        var of = syntax;
        while (of is ExprSyntax.Field { IsArrow: false } field)
        {
            words.Insert(0, field.Name);
            of = field.Of;
        }

        if (of is not ExprSyntax.Named first)
        {
            return Field((ExprSyntax.Field)syntax);
        }

        words.Insert(0, first.Word);
        for (var count = words.Count; count > 0; count--)
        {
            var name = string.Join('.', words.Take(count).Select(word => word.Text));
            var value = scope.Find(name);
            // A program counter and its sort have one name; only a record has something behind the dot.
            if (value is not null && (count == words.Count || value.Sort is Sort.Record))
            {
                return Fields(value, words.Skip(count), first.Word.Span);
            }

            if (count < words.Count && scope.Sorts.TryGetValue(name, out var sort) && !Scope.MembersOf(sort).IsEmpty)
            {
                return Member(sort, name, words[count]) is { } member ? Fields(member, words.Skip(count + 1), syntax.Span) : null;
            }

            if (value is not null)
            {
                return Fields(value, words.Skip(count), first.Word.Span);
            }
        }

        return words.Count == 1 ? Member(first.Word) : Unknown(first.Word);
    }

    private Expr? Fields(Expr value, IEnumerable<Word> fields, Span span)
    {
        Expr? found = value;
        foreach (var field in fields)
        {
            found = found is null ? null : FieldOf(found, field, span);
        }

        return found;
    }

    private Expr? Member(Sort sort, string name, Word word)
    {
        var position = Scope.MembersOf(sort).IndexOf(word.Text);
        if (position >= 0)
        {
            return Scope.Member(sort, position);
        }

        problems.Add(ErrorCodes.UnknownName, word.Span, $"'{name}' has no member '{word.Text}'",
            Suggestion.Hint(word.Text, Scope.MembersOf(sort)) ?? $"choose from {string.Join(", ", Scope.MembersOf(sort).Take(10))}");
        return null;
    }

    private Expr? Member(Word word)
    {
        var found = scope.Members(word.Text);
        if (found.Count == 1)
        {
            return Scope.Member(found[0].Sort, found[0].Position);
        }

        if (found.Count == 0)
        {
            return Unknown(word);
        }

        var sorts = scope.Sorts.Where(one => found.Any(member => ReferenceEquals(member.Sort, one.Value))).Select(one => one.Key);
        problems.Add(ErrorCodes.UnknownName, word.Span, $"'{word.Text}' is a member of several sorts",
            $"name the sort: {string.Join(" or ", sorts.Select(sort => $"{sort}.{word.Text}"))}");
        return null;
    }

    private Expr? Unknown(Word word)
    {
        if (word.Text.Length > 0)
        {
            problems.Add(ErrorCodes.UnknownName, word.Span, $"there is no '{word.Text}' here", scope.Threads.ContainsKey(word.Text)
                ? $"'{word.Text}' is a thread: {word.Text}.x[c] is its local x, and {word.Text}[c] at s whether it is before step s"
                : Suggestion.Hint(word.Text, scope.Known)
                ?? (scope.Elsewhere.Contains(word.Text) ? "it is declared, and this instance does not have it"
                    : "declare a variable, a parameter, a size or a member of that name"));
        }

        return null;
    }

    private Expr? FieldOf(Expr record, Word name, Span span)
    {
        if (record.Sort is Sort.Record sort && sort.Fields.FirstOrDefault(field => field.Name == name.Text) is { } field)
        {
            return record[field];
        }

        if (name.Text.Length > 0)
        {
            problems.Add(record.Sort is Sort.Record ? ErrorCodes.UnknownName : ErrorCodes.SortMismatch, name.Span,
                $"'{problems.Source.Of(span)}' is {SortText.Of(record.Sort)}, which has no field '{name.Text}'",
                record.Sort switch
                {
                    Sort.Record of => Suggestion.Hint(name.Text, of.Fields.Select(one => one.Name))
                        ?? $"choose from {string.Join(", ", of.Fields.Select(one => one.Name))}",
                    Sort.Optional { Of: Sort.Record } => $"it may be empty: write ->{name.Text} for a field of its content",
                    _ => null,
                });
        }

        return null;
    }

    private Expr? Field(ExprSyntax.Field field) =>
        (field.IsArrow ? Content(field.Of) : Read(field.Of)) is { } record ? FieldOf(record, field.Name, field.Of.Span) : null;

    private Expr? Content(ExprSyntax syntax)
    {
        if (Read(syntax) is not { } option)
        {
            return null;
        }

        if (option.Sort is Sort.Optional && !ReferenceEquals(option, Dsl.None))
        {
            return option.Value;
        }

        problems.Add(ErrorCodes.SortMismatch, syntax.Span, $"'{TextOf(syntax)}' is {Named(option)} and has no content",
            "* and -> take the content of an option, such as frame?");
        return null;
    }

    private Expr? Choice(ExprSyntax.Choice choice)
    {
        var offered = scope.Choices.GetValueOrDefault(choice.Kind.Text, ImmutableDictionary<string, bool>.Empty);
        if (offered.TryGetValue(choice.Of.Text, out var has))
        {
            return has;
        }

        problems.Add(ErrorCodes.UnknownName, choice.Of.Span, $"there is no {choice.Kind.Text} '{choice.Of.Text}'",
            Suggestion.Hint(choice.Of.Text, offered.Keys) ?? $"declare it: {choice.Kind.Text} {choice.Of.Text} \"…\"");
        return null;
    }

    private Expr? All(ExprSyntax.All all, Sort? expected)
    {
        while (expected is Sort.Optional option)
        {
            expected = option.Of;
        }

        if (expected is Sort.Mapping map)
        {
            return As(all.Element, map.Value) is { } element ? Dsl.Fill(map, element) : null;
        }

        problems.Add(ErrorCodes.SortMismatch, all.Span, "it is not known which map this is",
            "name its sort: all false as [cpu] bool");
        return null;
    }

    private Expr? Index(ExprSyntax.Index index)
    {
        var of = Read(index.Map);
        foreach (var key in index.Keys)
        {
            if (of is null)
            {
                return null;
            }

            if (of.Sort is not Sort.Mapping map)
            {
                problems.Add(ErrorCodes.SortMismatch, key.Span, $"'{TextOf(index.Map)}' is {Named(of)}, and has no entry for this key",
                    of.Sort is Sort.Optional { Of: Sort.Mapping } ? "it may be empty: write (*x)[key]" : "remove the key");
                return null;
            }

            var (whole, at) = (of, As(key, map.Key));
            of = at is null ? null : Sorts.Try(key.Span, () => whole[at]);
        }

        return of;
    }

    private Expr? Call(ExprSyntax.Call call)
    {
        var name = string.Concat(problems.Source.Of(call.Function.Span).Where(letter => letter != '`'));
        if (name == "size" && call.Arguments.Length == 1)
        {
            return Sorts.Number(call) is { } number ? (Expr)number : null;
        }

        if (scope.Words.ContainsKey(name))
        {
            return Words.Value(call);
        }

        if (!(scope.Sorts.TryGetValue(name, out var sort) && sort is Sort.Record record))
        {
            problems.Add(ErrorCodes.UnknownName, call.Function.Span, $"there is no record and no word '{name}'", Words.HintFor(name)
                ?? Suggestion.Hint(name, scope.Sorts.Where(one => one.Value is Sort.Record).Select(one => one.Key).Concat(scope.Words.Keys))
                ?? "a record is made from its fields, in order: entry(f, true)");
            return null;
        }

        if (record.Fields.Length != call.Arguments.Length)
        {
            problems.Add(ErrorCodes.SortMismatch, call.Span,
                $"'{name}' has {record.Fields.Length} fields, and {call.Arguments.Length} are given",
                $"give {string.Join(", ", record.Fields.Select(field => field.Name))}");
            return null;
        }

        var values = call.Arguments.Select((argument, i) => As(argument, record.Fields[i].Sort)).ToList();
        return values.Contains(null) ? null : Dsl.New(record, [.. values.OfType<Expr>()]);
    }

    private Expr? Infix(ExprSyntax.Infix infix)
    {
        if (infix.Operator is "&&" or "||" or "=>")
        {
            return Connective(infix);
        }

        // A map of one value gets its sort from the other side.
        var isLeftLast = infix.Left is ExprSyntax.All;
        var first = Read(isLeftLast ? infix.Right : infix.Left);
        var second = Read(isLeftLast ? infix.Left : infix.Right, first?.Sort);
        if (first is null || second is null)
        {
            return null;
        }

        var (left, right) = isLeftLast ? (second, first) : (first, second);
        try
        {
            return infix.Operator switch
            {
                "==" => left == right,
                "!=" => left != right,
                "<" => left < right,
                "<=" => left <= right,
                ">" => left > right,
                ">=" => left >= right,
                "+" => left + right,
                _ => left - right,
            };
        }
        catch (UserErrorException e)
        {
            var code = e.Diagnostic.Code;
            problems.Add(code, infix.Span, code != ErrorCodes.SortMismatch
                ? e.Diagnostic.Message
                : $"'{TextOf(infix.Left)}' is {Named(left)} and '{TextOf(infix.Right)}' is {Named(right)}: "
                    + $"'{infix.Operator}' does not fit them");
            return null;
        }
    }

    // A part that the instance does not have, because of what stands before it, may speak of what the instance lacks.
    private Expr? Connective(ExprSyntax.Infix infix)
    {
        var holds = Truth(infix.Left);
        if (holds is Expr.Literal { Number: var known } && (known == 1) == (infix.Operator == "||"))
        {
            return infix.Operator == "=>" || known == 1;
        }

        var other = Truth(infix.Right);
        return holds is null || other is null ? null
            : infix.Operator == "&&" ? holds & other
            : infix.Operator == "||" ? holds | other
            : holds.Implies(other);
    }

    private Expr? Conditional(ExprSyntax.Conditional conditional, Sort? expected)
    {
        var condition = Truth(conditional.Condition);
        if (condition is Expr.Literal { Number: var known })
        {
            return Read(known == 1 ? conditional.IfTrue : conditional.IfFalse, expected);
        }

        var isTrueLast = conditional.IfTrue is ExprSyntax.All;
        var first = Read(isTrueLast ? conditional.IfFalse : conditional.IfTrue, expected);
        var second = Read(isTrueLast ? conditional.IfTrue : conditional.IfFalse,
            first is null || ReferenceEquals(first, Dsl.None) ? expected : first.Sort);
        if (condition is null || first is null || second is null)
        {
            return null;
        }

        return Sorts.Try(conditional.Span, () => isTrueLast ? Dsl.If(condition, second, first) : Dsl.If(condition, first, second));
    }

    private Expr? Quantified(ExprSyntax.Quantified quantified)
    {
        var mark = scope.Mark;
        var binders = Binders(quantified.Over);
        var isNumber = quantified.Quantifier == "count";
        if (isNumber && quantified.Over.Length != 1)
        {
            problems.Add(ErrorCodes.SortMismatch, quantified.Span, "count counts the values of one sort", "write count c in cpu: …");
        }

        var body = Truth(quantified.Body);
        scope.Release(mark);
        var quantifier = isNumber ? Quantifier.Count : quantified.Quantifier == "forall" ? Quantifier.ForAll : Quantifier.Exists;
        // "forall c in cpu: true" is kept as it is written, as the modelling language keeps it from proofs.
        Expr Over(Expr inner, Binder binder) => quantifier == Quantifier.ForAll && quantified.Body is ExprSyntax.Constant
            ? Dsl.ForAllOver(inner, binder)
            : Dsl.Quantify(quantifier, binder, inner);
        return body is null || binders is null ? null
            : binders.Value.Reverse().Aggregate(body, Over);
    }

    private Expr? At(ExprSyntax.At at)
    {
        var (of, key) = at.Thread is ExprSyntax.Index { Keys: [var only] } index ? (index.Map, only) : (at.Thread, null);
        var name = problems.Source.Of(of.Span).Trim('`');
        if (!scope.Threads.TryGetValue(name, out var thread))
        {
            problems.Add(ErrorCodes.UnknownName, of.Span, $"there is no thread '{name}' above this line",
                Suggestion.Hint(name, scope.Threads.Keys) ?? "write munmap[c] at unhooked, below the thread");
            return null;
        }

        string[] points = [.. at.Points.Select(point => point.Text)];
        if (key is null)
        {
            return Sorts.Try(at.Span, () => thread.At(points));
        }

        return Read(key) is { } value ? Sorts.Try(at.Span, () => thread.At(value, points)) : null;
    }
}
