using System.Collections.Immutable;

namespace Verify.Modelling;

/// <summary>Free functions of the modelling language; models import them with <c>using static</c>.</summary>
public static class Dsl
{
    /// <summary>The empty option; the context determines its sort.</summary>
    public static Expr None { get; } = new Expr.NoneOf(Sort.Option(Sort.Bool));

    /// <summary>An option that holds a value.</summary>
    public static Expr Some(Expr content) => new Expr.Some(content);

    /// <summary>The first value if the condition holds, else the second; only the selected one is evaluated.</summary>
    public static Expr If(Expr condition, Expr then, Expr otherwise)
    {
        var (left, right) = Unify(then, otherwise);
        return Coerce(condition, Sort.Bool) switch
        {
            Expr.Literal { Number: 1 } => left,
            Expr.Literal => right,
            var holds => new Expr.Conditional(holds, left, right, Join(left.Sort, right.Sort)),
        };
    }

    /// <summary>True if the body holds for every value of a scalar sort.</summary>
    public static Expr ForAll(Sort sort, Func<Expr, Expr> body) => Quantify(Quantifier.ForAll, sort, body);

    /// <summary>True if the body holds for every pair of values of two sorts.</summary>
    public static Expr ForAll(Sort first, Sort second, Func<Expr, Expr, Expr> body) =>
        ForAll(first, a => ForAll(second, b => body(a, b)));

    /// <summary>True if the body holds for all values of three sorts.</summary>
    public static Expr ForAll(Sort first, Sort second, Sort third, Func<Expr, Expr, Expr, Expr> body) =>
        ForAll(first, second, (a, b) => ForAll(third, c => body(a, b, c)));

    /// <summary>True if the body holds for all values of four sorts.</summary>
    public static Expr ForAll(Sort first, Sort second, Sort third, Sort fourth, Func<Expr, Expr, Expr, Expr, Expr> body) =>
        ForAll(first, second, third, (a, b, c) => ForAll(fourth, d => body(a, b, c, d)));

    /// <summary>True if the body holds for all values of five sorts.</summary>
    public static Expr ForAll(Sort first, Sort second, Sort third, Sort fourth, Sort fifth,
        Func<Expr, Expr, Expr, Expr, Expr, Expr> body) =>
        ForAll(first, second, third, fourth, (a, b, c, d) => ForAll(fifth, e => body(a, b, c, d, e)));

    /// <summary>True if the body holds for all values of six sorts.</summary>
    public static Expr ForAll(Sort first, Sort second, Sort third, Sort fourth, Sort fifth, Sort sixth,
        Func<Expr, Expr, Expr, Expr, Expr, Expr, Expr> body) =>
        ForAll(first, second, third, fourth, fifth, (a, b, c, d, e) => ForAll(sixth, f => body(a, b, c, d, e, f)));

    /// <summary>True if the body holds for at least one value of a scalar sort.</summary>
    public static Expr Exists(Sort sort, Func<Expr, Expr> body) => Quantify(Quantifier.Exists, sort, body);

    /// <summary>True if the body holds for at least one pair of values of two sorts.</summary>
    public static Expr Exists(Sort first, Sort second, Func<Expr, Expr, Expr> body) =>
        Exists(first, a => Exists(second, b => body(a, b)));

    /// <summary>The number of values of a scalar sort for which the body holds.</summary>
    public static Expr Count(Sort sort, Func<Expr, Expr> body) => Quantify(Quantifier.Count, sort, body);

    /// <summary>A map with the same value at every key.</summary>
    public static Expr Fill(Sort map, Expr value) => map is Sort.Mapping mapping
        ? new Expr.ConstantMap(mapping, Coerce(value, mapping.Value))
        : throw Error(ErrorCodes.SortMismatch, $"'{map}' is not a map");

    /// <summary>A record made from the values of its fields, in order.</summary>
    public static Expr New(Sort record, params ReadOnlySpan<Expr> fields)
    {
        if (record is not Sort.Record sort || sort.Fields.Length != fields.Length)
        {
            throw Error(ErrorCodes.SortMismatch, $"'{record}' is not a record of {fields.Length} fields");
        }

        var values = ImmutableArray.CreateBuilder<Expr>(fields.Length);
        for (var i = 0; i < fields.Length; i++)
        {
            values.Add(Coerce(fields[i], sort.Fields[i].Sort));
        }

        return new Expr.RecordOf(sort, values.MoveToImmutable());
    }

    /// <summary>Quantifies a body over the values of a binder; a constant body is the answer itself.</summary>
    public static Expr Quantify(Quantifier quantifier, Binder binder, Expr body)
    {
        var holds = Coerce(body, Sort.Bool);
        // A scalar sort has at least one value, so a constant holds for all and for some alike.
        return holds is Expr.Literal && quantifier != Quantifier.Count ? holds : new Expr.Quantified(quantifier, binder, holds);
    }

    /// <summary>The same value as one of another sort: of a wider option, or of a range that holds the constant.</summary>
    /// <exception cref="UserErrorException">VRF101, VRF121: the sort has no such value.</exception>
    public static Expr As(Expr expr, Sort sort) => Coerce(expr, sort);

    private static Expr Quantify(Quantifier quantifier, Sort sort, Func<Expr, Expr> body)
    {
        if (!sort.IsScalar)
        {
            throw Error(ErrorCodes.SortMismatch, $"a quantifier cannot range over '{sort}': the sort has no finite list of values");
        }

        var binder = new Binder(NameFor(sort), sort);
        return Quantify(quantifier, binder, body(new Expr.BoundVariable(binder)));
    }

    /// <summary>Quantifies a given body over all values of a binder.</summary>
    /// <remarks>
    /// A binder that is already bound, such as a parameter of the enclosing rule, is rejected (VRF115).
    /// </remarks>
    public static Expr ForAllOver(Expr body, Binder binder) => new Expr.Quantified(Quantifier.ForAll, binder, Coerce(body, Sort.Bool));

    /// <summary>A reference to a binder.</summary>
    public static Expr ValueOf(Binder binder) => new Expr.BoundVariable(binder);

    /// <summary>A member of an enum, selected by its position from 0.</summary>
    /// <exception cref="UserErrorException">VRF121: the enum has no member at that position.</exception>
    public static Expr MemberOf(Sort.Enumeration sort, int position) => position >= 0 && position < sort.Members.Length
        ? new Expr.Literal(sort, position)
        : throw Error(ErrorCodes.OutOfRange, $"'{sort.Name}' has no member at position {position}",
            $"its {sort.Members.Length} members have the positions from 0 to {sort.Members.Length - 1}");

    /// <summary>An identity of a scalar set, selected by its position from 0, as an initial value.</summary>
    /// <exception cref="UserErrorException">VRF121: the set has no member at that position.</exception>
    public static Expr IdentityOf(Sort.ScalarSet sort, int position) => new Expr.Literal(sort, position);

    internal static string NameFor(Sort sort) => sort switch
    {
        Sort.ScalarSet scalar => scalar.Name,
        Sort.Enumeration enumeration => enumeration.Name.ToLowerInvariant(),
        Sort.Boolean => "b",
        _ => "i",
    };

    /// <summary>Converts an expression to the sort that the context expects.</summary>
    internal static Expr Coerce(Expr expr, Sort target)
    {
        if (expr.Sort.Equals(target) && !ReferenceEquals(expr, None))
        {
            return expr;
        }

        return (expr, target) switch
        {
            (Expr.NoneOf, Sort.Optional) when ReferenceEquals(expr, None) => new Expr.NoneOf(target),
            (Expr.Literal literal, Sort.Interval to) when expr.Sort is Sort.Interval =>
                literal.Number >= to.Low && literal.Number <= to.High
                    ? new Expr.Literal(target, literal.Number)
                    : throw Error(ErrorCodes.OutOfRange, $"{literal.Number} is outside of {to}"),
            // A range of other bounds: an assignment checks the value.
            (_, Sort.Interval) when expr.Sort is Sort.Interval => expr,
            (_, Sort.Optional to) when expr.Sort is not Sort.Optional => Some(Coerce(expr, to.Of)),
            (Expr.Some some, Sort.Optional to) => Some(Coerce(some.Content, to.Of)),
            _ => throw Error(ErrorCodes.SortMismatch, $"'{expr}' of sort '{expr.Sort}' is used where '{target}' is expected"),
        };
    }

    internal static (Expr Left, Expr Right) Unify(Expr left, Expr right)
    {
        // Numbers are equal by value, whatever their ranges, also a plain one and one in an option.
        (left, right) = (left.Sort, right.Sort) switch
        {
            (Sort.Optional { Of: Sort.Interval }, Sort.Interval) => (left, Some(right)),
            (Sort.Interval, Sort.Optional { Of: Sort.Interval }) => (Some(left), right),
            _ => (left, right),
        };
        if (left.Sort is Sort.Interval && right.Sort is Sort.Interval)
        {
            return (left, right);
        }

        if (!ReferenceEquals(left, None) && !ReferenceEquals(right, None) && IsRangeInOptions(left.Sort, right.Sort))
        {
            return (left, right);
        }

        if (ReferenceEquals(right, None) && left.Sort is not Sort.Optional)
        {
            return (Some(left), Coerce(right, Sort.Option(left.Sort)));
        }

        if (ReferenceEquals(left, None) && right.Sort is not Sort.Optional)
        {
            return (Coerce(left, Sort.Option(right.Sort)), Some(right));
        }

        var lift = ReferenceEquals(left, None)
            || (right.Sort is Sort.Optional && left.Sort is not Sort.Optional && !ReferenceEquals(right, None));
        return lift ? (Coerce(left, right.Sort), right) : (left, Coerce(right, left.Sort));
    }

    /// <summary>The smallest sort that holds the values of both: ranges are widened, also inside of options.</summary>
    internal static Sort Join(Sort left, Sort right) => (left, right) switch
    {
        (Sort.Interval a, Sort.Interval b) => Sort.Range(Math.Min(a.Low, b.Low), Math.Max(a.High, b.High)),
        (Sort.Optional a, Sort.Optional b) => Sort.Option(Join(a.Of, b.Of)),
        _ => left,
    };

    // True for options whose ranges differ only in their bounds. They can be compared and chosen from as ranges can.
    private static bool IsRangeInOptions(Sort left, Sort right) => (left, right) switch
    {
        (Sort.Interval, Sort.Interval) => true,
        (Sort.Optional a, Sort.Optional b) => IsRangeInOptions(a.Of, b.Of),
        _ => false,
    };

    /// <summary>
    /// Makes an error at the line of the model that is being built, which it finds on the call stack.
    /// </summary>
    internal static UserErrorException Error(ErrorCode code, string message, string? hint = null) =>
        UserErrorException.At(SourceLocation.OfCaller(), code, message, hint);
}
