using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Tests.Laws.Oracles;

/// <summary>
/// A second implementation of the meaning of expressions and steps, written from the documentation of the language
/// alone. It shares no code with the reference interpreter. A value is a number, an <see cref="Option"/>, or an array.
/// </summary>
/// <remarks>
/// Bindings are passed down with the expression and never changed, so a quantifier cannot leave one behind.
/// </remarks>
internal sealed class PlainMeaning(Model model, IReadOnlyList<object> state)
{
    /// <summary>An option with its content, or empty.</summary>
    internal sealed record Option(object? Content);

    /// <summary>An undefined expression was evaluated.</summary>
    internal sealed class UndefinedException(string code) : Exception(code)
    {
        public string Code { get; } = code;
    }

    /// <summary>Converts a value of the interpreter.</summary>
    public static object Plain(Value value) => value.Sort switch
    {
        Sort.Optional => new Option(value.Number == 0 ? null : Plain(value.Items[0])),
        Sort.Record or Sort.Mapping => value.Items.Select(Plain).ToArray(),
        _ => value.Number,
    };

    /// <summary>True if two values are equal.</summary>
    public static bool Same(object left, object right) => (left, right) switch
    {
        (Option a, Option b) => a.Content is null ? b.Content is null : b.Content is not null && Same(a.Content, b.Content),
        (object[] a, object[] b) => a.Length == b.Length && Enumerable.Range(0, a.Length).All(i => Same(a[i], b[i])),
        (int a, int b) => a == b,
        _ => throw new InvalidOperationException("values of different shapes are compared"),
    };

    /// <summary>All values of a scalar sort in order; the empty option comes first.</summary>
    public static IEnumerable<object> All(Sort sort) => sort switch
    {
        Sort.Optional optional => All(optional.Of).Select(object (content) => new Option(content)).Prepend(new Option(null)),
        Sort.Interval range => Enumerable.Range(range.Low, range.High - range.Low + 1).Cast<object>(),
        Sort.Boolean => [0, 1],
        Sort.Enumeration enumeration => Enumerable.Range(0, enumeration.Members.Length).Cast<object>(),
        Sort.ScalarSet scalar => Enumerable.Range(0, scalar.Members.Length).Cast<object>(),
        _ => throw new InvalidOperationException($"'{sort}' has no list of values"),
    };

    /// <summary>All values of a sort in order: the first part of a record or a map changes last.</summary>
    public static IEnumerable<object> AllOf(Sort sort)
    {
        switch (sort)
        {
            case Sort.Optional optional:
                return AllOf(optional.Of).Select(object (content) => new Option(content)).Prepend(new Option(null));
            case Sort.Record or Sort.Mapping:
                IEnumerable<object[]> all = [[]];
                var parts = sort is Sort.Mapping map ? All(map.Key).Select(_ => map.Value) : ((Sort.Record)sort).Fields.Select(f => f.Sort);
                foreach (var part in parts)
                {
                    all = all.SelectMany(some => AllOf(part).Select(value => (object[])[.. some, value]));
                }

                return all;
            default:
                return All(sort);
        }
    }

    /// <summary>The value of an expression under some bindings.</summary>
    /// <exception cref="UndefinedException">VRF120, VRF121.</exception>
    public object Of(Expr expr, ImmutableDictionary<Binder, object> bound)
    {
        switch (expr)
        {
            case Expr.Literal literal:
                return literal.Number;
            case Expr.NoneOf:
                return new Option(null);
            case Expr.Read read:
                return state[model.Variables.IndexOf(read.Variable)];
            case Expr.BoundVariable one:
                return bound[one.Binder];
            case Expr.Index at:
                var map = (object[])Of(at.Map, bound);
                return map[PositionOf(Of(at.Key, bound), ((Sort.Mapping)at.Map.Sort).Key)];
            case Expr.FieldOf get:
                return ((object[])Of(get.Record, bound))[((Sort.Record)get.Record.Sort).Fields.IndexOf(get.Field)];
            case Expr.RecordOf made:
                var fields = ((Sort.Record)made.Sort).Fields;
                return made.Fields.Select((field, i) => Fitted(Of(field, bound), fields[i].Sort)).ToArray();
            case Expr.ConstantMap fill:
                var (key, value) = (((Sort.Mapping)fill.Sort).Key, ((Sort.Mapping)fill.Sort).Value);
                var element = Fitted(Of(fill.Element, bound), value);
                return All(key).Select(_ => element).ToArray();
            case Expr.Some some:
                return new Option(Of(some.Content, bound));
            case Expr.IsSome has:
                return ((Option)Of(has.Option, bound)).Content is null ? 0 : 1;
            case Expr.ValueOf content:
                return ((Option)Of(content.Option, bound)).Content ?? throw new UndefinedException("VRF120");
            case Expr.Not not:
                return 1 - (int)Of(not.Operand, bound);
            case Expr.Connective logic:
                return Of(logic, bound);
            case Expr.Equal equal:
                return Same(Of(equal.Left, bound), Of(equal.Right, bound)) ? 1 : 0;
            case Expr.Compare compare:
                var (left, right) = ((int)Of(compare.Left, bound), (int)Of(compare.Right, bound));
                return left < right || (left == right && !compare.IsStrict) ? 1 : 0;
            case Expr.Arithmetic sum:
                var (first, second) = ((int)Of(sum.Left, bound), (int)Of(sum.Right, bound));
                return sum.IsSubtract ? first - second : first + second;
            case Expr.Conditional choice:
                return Of((int)Of(choice.Condition, bound) == 1 ? choice.IfTrue : choice.IfFalse, bound);
            case Expr.Quantified quantified:
                return Of(quantified, bound);
            default:
                throw new InvalidOperationException($"'{expr}' is an unknown kind of expression");
        }
    }

    /// <summary>True if a step is enabled.</summary>
    public bool IsEnabled(Rule rule, ImmutableDictionary<Binder, object> bound) => (int)Of(rule.Guard, bound) == 1;

    /// <summary>The state after an enabled step.</summary>
    /// <exception cref="UndefinedException">VRF104, VRF120, VRF121.</exception>
    public object[] After(Rule rule, ImmutableDictionary<Binder, object> bound)
    {
        var writes = new List<(int[] Path, object Value)>();
        foreach (var update in rule.Updates)
        {
            foreach (var inner in Extended(bound, update.Over))
            {
                if ((int)Of(update.When, inner) == 1)
                {
                    var path = Path(update.Target, inner);
                    writes.Add((path, Fitted(Of(update.Value, inner), update.Target.Sort)));
                }
            }
        }

        for (var i = 0; i < writes.Count; i++)
        {
            if (writes.Take(i).Any(other => other.Path.Zip(writes[i].Path).All(pair => pair.First == pair.Second)))
            {
                throw new UndefinedException("VRF104");
            }
        }

        return (object[])writes.Aggregate((object)state.ToArray(), (whole, write) => Written(whole, write.Path, write.Value));
    }

    /// <summary>All ways to extend the bindings.</summary>
    public static IEnumerable<ImmutableDictionary<Binder, object>> Extended(
        ImmutableDictionary<Binder, object> bound, ImmutableArray<Binder> binders) => binders.IsEmpty
        ? [bound]
        : All(binders[0].Sort).SelectMany(value => Extended(bound.SetItem(binders[0], value), binders[1..]));

    private object Of(Expr.Connective logic, ImmutableDictionary<Binder, object> bound)
    {
        var left = (int)Of(logic.Left, bound) == 1;
        var isDecided = logic.Operator == LogicOperator.Or ? left : !left;
        return isDecided ? (logic.Operator == LogicOperator.And ? 0 : 1) : Of(logic.Right, bound);
    }

    private int Of(Expr.Quantified quantified, ImmutableDictionary<Binder, object> bound)
    {
        var holding = 0;
        foreach (var value in All(quantified.Binder.Sort))
        {
            var holds = (int)Of(quantified.Body, bound.SetItem(quantified.Binder, value)) == 1;
            if (quantified.Quantifier == Quantifier.Exists && holds)
            {
                return 1;
            }

            if (quantified.Quantifier == Quantifier.ForAll && !holds)
            {
                return 0;
            }

            holding += holds ? 1 : 0;
        }

        return quantified.Quantifier switch { Quantifier.Count => holding, Quantifier.ForAll => 1, _ => 0 };
    }

    // The path of a target: the variable, then a position in each record, map or option.
    private int[] Path(Expr target, ImmutableDictionary<Binder, object> bound)
    {
        switch (target)
        {
            case Expr.Read read:
                return [model.Variables.IndexOf(read.Variable)];
            case Expr.Index at:
                int[] whole = Path(at.Map, bound);
                return [.. whole, PositionOf(Of(at.Key, bound), ((Sort.Mapping)at.Map.Sort).Key)];
            case Expr.FieldOf get:
                return [.. Path(get.Record, bound), ((Sort.Record)get.Record.Sort).Fields.IndexOf(get.Field)];
            case Expr.ValueOf content:
                int[] option = Path(content.Option, bound);
                _ = Of(content, bound);
                return [.. option, 0];
            default:
                throw new InvalidOperationException($"'{target}' is not a location");
        }
    }

    private static object Written(object whole, ReadOnlySpan<int> path, object value)
    {
        if (path.IsEmpty)
        {
            return value;
        }

        if (whole is Option option)
        {
            return new Option(Written(option.Content!, path[1..], value));
        }

        var copy = (object[])((object[])whole).Clone();
        copy[path[0]] = Written(copy[path[0]], path[1..], value);
        return copy;
    }

    private static int PositionOf(object key, Sort sort)
    {
        var position = 0;
        foreach (var value in All(sort))
        {
            if (Same(value, key))
            {
                return position;
            }

            position++;
        }

        throw new UndefinedException("VRF121");
    }

    private static object Fitted(object value, Sort sort) => (value, sort) switch
    {
        (int number, Sort.Interval range) when number < range.Low || number > range.High => throw new UndefinedException("VRF121"),
        (Option { Content: { } content }, Sort.Optional optional) => new Option(Fitted(content, optional.Of)),
        (object[] parts, Sort.Record record) => parts.Select((part, i) => Fitted(part, record.Fields[i].Sort)).ToArray(),
        (object[] parts, Sort.Mapping map) => parts.Select(part => Fitted(part, map.Value)).ToArray(),
        _ => value,
    };
}
