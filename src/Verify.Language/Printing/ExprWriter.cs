using System.Globalization;
using Verify.Language.Sorts;
using Verify.Modelling;

namespace Verify.Language.Printing;

/// <summary>Writes expressions so that reading them back makes the same ones.</summary>
/// <remarks>
/// A reader makes expressions as a C# model does: constants take the sort that the context expects, a plain value is
/// lifted into an option. The writer leaves out what the context gives, and says the sort where it gives another.
/// </remarks>
internal sealed class ExprWriter(NameWriter names, IEnumerable<(Binder Binder, string Name)> outer) : ExprFold<ExprWriter.Piece>
{
    private const int Atom = 9;
    private const int Prefix = 8;
    private readonly List<(Binder Binder, string Name)> scope = [.. outer];

    /// <summary>Text and the strength of its outermost operator.</summary>
    internal readonly record struct Piece(string Text, int Strength)
    {
        public string In(int strength) => Strength >= strength ? Text : $"({Text})";
    }

    /// <summary>An expression where no sort is expected.</summary>
    public string Text(Expr expr, int strength = 0) => Of(expr).In(strength);

    /// <summary>An expression where a sort is expected.</summary>
    public string TextAs(Expr expr, Sort expected, int strength = 0) => As(expr, expected).In(strength);

    private IEnumerable<string> Bound => scope.Select(one => one.Name);

    private string SortOf(Sort sort) => SortText.Of(sort, names.Of);

    // What the context makes of an expression whose sort is the expected one.
    private Piece As(Expr expr, Sort expected) => (expr, expected) switch
    {
        (Expr.Literal { Sort: Sort.Interval } literal, _) when literal.Sort.Equals(expected) => Number(literal.Number),
        (Expr.NoneOf, _) when expr.Sort.Equals(expected) => new("none", Atom),
        (Expr.ConstantMap all, Sort.Mapping map) when expr.Sort.Equals(expected) =>
            new($"all {As(all.Element, map.Value).In(Prefix)}", Prefix),
        (Expr.Some some, Sort.Optional option) when option.Of is not Sort.Optional && expr.Sort.Equals(expected) && IsPlain(some.Content) =>
            As(some.Content, option.Of),
        (Expr.Some some, Sort.Optional option) => new($"some({As(some.Content, option.Of).Text})", Atom),
        _ => Of(expr),
    };

    // A plain value is lifted; "none" and a map of one value would be taken for something else.
    private static bool IsPlain(Expr content) => content is not (Expr.NoneOf or Expr.ConstantMap);

    private static Piece Number(int number) =>
        new(number.ToString(CultureInfo.InvariantCulture), number < 0 ? Prefix : Atom);

    protected override Piece OnLiteral(Expr.Literal node) => node.Sort switch
    {
        Sort.Boolean => new(node.Number == 1 ? "true" : "false", Atom),
        Sort.Interval range when range.Low == range.High => Number(node.Number),
        Sort.Interval => Cast(Number(node.Number), node.Sort),
        Sort.Enumeration sort => new(names.Member(sort, sort.Members[node.Number], Bound), Atom),
        Sort.ScalarSet sort => new(names.Member(sort, sort.Members[node.Number], Bound), Atom),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private Piece Cast(Piece piece, Sort sort) => new($"{piece.In(Atom)} as {SortOf(sort)}", 1);

    protected override Piece OnNone(Expr.NoneOf node) => Cast(new("none", Atom), node.Sort);

    protected override Piece OnRead(Expr.Read node) => new(NameWriter.Written(node.Variable.Name), Atom);

    protected override Piece OnBoundVariable(Expr.BoundVariable node)
    {
        var found = scope.FindLastIndex(one => ReferenceEquals(one.Binder, node.Binder));
        return new(found < 0 ? node.Binder.Name : scope[found].Name, Atom);
    }

    protected override Piece OnIndex(Expr.Index node)
    {
        var keys = new List<string>();
        Expr of = node;
        while (of is Expr.Index at)
        {
            keys.Insert(0, TextAs(at.Key, ((Sort.Mapping)at.Map.Sort).Key));
            of = at.Map;
        }

        return new($"{Of(of).In(Atom)}[{string.Join(", ", keys)}]", Atom);
    }

    // x->f is (*x).f
    protected override Piece OnFieldOf(Expr.FieldOf node)
    {
        var field = NameWriter.Written(node.Field.Name);
        field = field.Contains('.', StringComparison.Ordinal) && field[0] != '`' ? $"`{field}`" : field;
        return new(node.Record is Expr.ValueOf content
            ? $"{Of(content.Option).In(Atom)}->{field}"
            : $"{Of(node.Record).In(Atom)}.{field}", Atom);
    }

    protected override Piece OnRecordOf(Expr.RecordOf node)
    {
        var record = (Sort.Record)node.Sort;
        var fields = node.Fields.Select((field, i) => TextAs(field, record.Fields[i].Sort));
        return new($"{names.Of(record)}({string.Join(", ", fields)})", Atom);
    }

    protected override Piece OnConstantMap(Expr.ConstantMap node) =>
        Cast(new($"(all {As(node.Element, ((Sort.Mapping)node.Sort).Value).In(Prefix)})", Atom), node.Sort);

    protected override Piece OnSome(Expr.Some node) => new($"some({Of(node.Content).Text})", Atom);

    protected override Piece OnIsSome(Expr.IsSome node) => new($"{Of(node.Option).In(7)} != none", 6);

    protected override Piece OnValueOf(Expr.ValueOf node) => new($"*{Of(node.Option).In(Prefix)}", Prefix);

    protected override Piece OnNot(Expr.Not node) => node.Operand switch
    {
        Expr.IsSome some => new($"{Of(some.Option).In(7)} == none", 6),
        Expr.Equal equal when names.Place(equal) is { } place => new($"!{At(equal, place)}", Prefix),
        Expr.Equal equal => Compared(equal, "!="),
        _ => new($"!{Of(node.Operand).In(Prefix)}", Prefix),
    };

    protected override Piece OnConnective(Expr.Connective node) => node.Operator switch
    {
        LogicOperator.And => new($"{Of(node.Left).In(4)} && {Of(node.Right).In(5)}", 4),
        LogicOperator.Or => new($"{Of(node.Left).In(3)} || {Of(node.Right).In(4)}", 3),
        _ => new($"{Of(node.Left).In(3)} => {Of(node.Right).In(2)}", 2),
    };

    protected override Piece OnEqual(Expr.Equal node) =>
        names.Place(node) is { } place ? new(At(node, place), Atom) : Compared(node, "==");

    // The position of a thread that is written as a program.
    private string At(Expr.Equal node, (string Thread, string Point) place)
    {
        var key = node.Left is Expr.Index at ? $"[{TextAs(at.Key, ((Sort.Mapping)at.Map.Sort).Key)}]" : "";
        return $"{NameWriter.Written(place.Thread)}{key} at {NameWriter.Title(place.Point)}";
    }

    // A side takes its sort from the other one, where the other one has one by itself.
    private Piece Compared(Expr.Equal node, string op)
    {
        var isSame = node.Left.Sort.Equals(node.Right.Sort);
        return (node.Left, node.Right) switch
        {
            (Expr.Some some, _) when isSame && IsLifted(some) && node.Right is not Expr.Some =>
                new($"{As(some, node.Right.Sort).In(7)} {op} {Of(node.Right).In(7)}", 6),
            (_, Expr.Some some) when isSame && IsLifted(some) =>
                new($"{Of(node.Left).In(7)} {op} {As(some, node.Left.Sort).In(7)}", 6),
            (_, Expr.ConstantMap) when isSame && node.Left is not Expr.ConstantMap =>
                new($"{Of(node.Left).In(7)} {op} {As(node.Right, node.Left.Sort).In(7)}", 6),
            (Expr.ConstantMap, _) when isSame && node.Right is not Expr.ConstantMap =>
                new($"{As(node.Left, node.Right.Sort).In(7)} {op} {Of(node.Right).In(7)}", 6),
            _ => new($"{Of(node.Left).In(7)} {op} {Of(node.Right).In(7)}", 6),
        };
    }

    // Two options of ranges are compared as they are, so that a number in one keeps its own range.
    private static bool IsLifted(Expr.Some some) => IsPlain(some.Content) && some.Content.Sort is not Sort.Optional;

    protected override Piece OnCompare(Expr.Compare node) =>
        new($"{Of(node.Left).In(7)} {(node.IsStrict ? "<" : "<=")} {Of(node.Right).In(7)}", 6);

    protected override Piece OnArithmetic(Expr.Arithmetic node) =>
        new($"{Of(node.Left).In(7)} {(node.IsSubtract ? "-" : "+")} {Of(node.Right).In(8)}", 7);

    protected override Piece OnConditional(Expr.Conditional node)
    {
        var (then, otherwise) = (node.IfTrue, node.IfFalse);
        // One way takes its sort from the other, where the other one has one by itself.
        var (left, right) = (Way(then, otherwise), Way(otherwise, then));
        return new($"{Of(node.Condition).In(2)} ? {left.In(1)} : {right.In(1)}", 1);
    }

    private Piece Way(Expr one, Expr other) => one is Expr.NoneOf && other is not Expr.NoneOf && one.Sort.Equals(other.Sort)
        ? new("none", Atom)
        : one is Expr.ConstantMap && other is not Expr.ConstantMap && one.Sort.Equals(other.Sort) ? As(one, other.Sort) : Of(one);

    protected override Piece OnQuantified(Expr.Quantified node)
    {
        var word = node.Quantifier switch { Quantifier.ForAll => "forall", Quantifier.Exists => "exists", _ => "count" };
        var binders = new List<string>();
        Expr body = node;
        while (body is Expr.Quantified inner && inner.Quantifier == node.Quantifier && (binders.Count == 0 || word != "count"))
        {
            var name = names.Unused(inner.Binder.Name, Bound);
            binders.Add($"{name} in {SortOf(inner.Binder.Sort)}");
            scope.Add((inner.Binder, name));
            body = inner.Body;
        }

        var text = Of(body).Text;
        scope.RemoveRange(scope.Count - binders.Count, binders.Count);
        return new($"{word} {string.Join(", ", binders)}: {text}", 0);
    }
}
