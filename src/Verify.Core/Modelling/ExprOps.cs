using System.Collections.Immutable;
using System.Diagnostics;

namespace Verify.Modelling;

/// <summary>Operators, so that a model reads as it would be written on a mailing list.</summary>
public abstract partial class Expr
{
    /// <summary>The value of an option. Undefined when it is empty: guard it with <see cref="HasValue"/>.</summary>
    public Expr Value => Sort is Sort.Optional
        ? new ValueOf(this)
        : throw Dsl.Error(ErrorCodes.SortMismatch, $"'{Sort}' is no option, it has no .Value");

    /// <summary>Whether an option holds a value.</summary>
    public Expr HasValue => Sort is Sort.Optional
        ? new IsSome(this)
        : throw Dsl.Error(ErrorCodes.SortMismatch, $"'{Sort}' is no option, it has no .HasValue");

    /// <summary>Whether an option is empty.</summary>
    public Expr IsNone => !HasValue;

    /// <summary>The entry of a map, or of maps of maps, at the given keys.</summary>
    public Expr this[params ReadOnlySpan<Expr> keys]
    {
        get
        {
            var result = this;
            foreach (var key in keys)
            {
                result = result.Sort is Sort.Mapping map
                    ? new Index(result, Dsl.Coerce(key, map.Key))
                    : throw Dsl.Error(ErrorCodes.SortMismatch, $"'{result.Sort}' is no map, it cannot be indexed");
            }

            return result;
        }
    }

    /// <summary>A field of a record.</summary>
    public Expr this[Field field] => Sort is Sort.Record record && record.IndexOf(field) >= 0
        ? new FieldOf(this, field)
        : throw Dsl.Error(ErrorCodes.SortMismatch, $"'{Sort}' has no field '{field.Name}'");

    /// <summary>A copy of a record in which one field differs.</summary>
    public Expr With(Field field, Expr value)
    {
        var record = this[field].Sort is null ? null : (Sort.Record)Sort;
        return new RecordOf(record!, [.. record!.Fields.Select(f =>
            f == field ? Dsl.Coerce(value, field.Sort) : new FieldOf(this, f))]);
    }

    /// <summary>Implication: if this holds, the other does.</summary>
    public Expr Implies(Expr then) => Connect(LogicOperator.Implies, this, then);

    /// <summary>One of two values, by this condition.</summary>
    public Expr Then(Expr value, Expr otherwise)
    {
        var (left, right) = Dsl.Unify(value, otherwise);
        return new Conditional(Dsl.Coerce(this, Sort.Bool), left, right, Dsl.Join(left.Sort, right.Sort));
    }

    /// <summary>A truth value.</summary>
    public static implicit operator Expr(bool value) => new Literal(Sort.Bool, value ? 1 : 0);

    /// <summary>A number.</summary>
    public static implicit operator Expr(int value) => new Literal(Sort.Range(value, value), value);

    /// <summary>A member of an enum.</summary>
    public static implicit operator Expr(Enum value)
    {
        var sort = (Sort.Enumeration)Sort.EnumOf(value.GetType());
        var position = sort.Members.IndexOf(value.ToString());
        return position >= 0
            ? new Literal(sort, position)
            : throw Dsl.Error(ErrorCodes.OutOfRange, $"'{value}' is no member of '{sort.Name}'");
    }

    /// <summary>Equality.</summary>
    public static Expr operator ==(Expr left, Expr right)
    {
        var (l, r) = Dsl.Unify(left, right);
        return l is NoneOf ? !r.HasValue : r is NoneOf ? !l.HasValue : new Equal(l, r);
    }

    /// <summary>Inequality.</summary>
    public static Expr operator !=(Expr left, Expr right) => !(left == right);

    /// <summary>Negation.</summary>
    public static Expr operator !(Expr operand) => Dsl.Coerce(operand, Sort.Bool) switch
    {
        Literal literal => literal.Number == 0,
        Not not => not.Operand,
        var other => new Not(other),
    };

    /// <summary>Both hold; the right one is looked at only if the left one holds.</summary>
    public static Expr operator &(Expr left, Expr right) => Connect(LogicOperator.And, left, right);

    /// <summary>At least one holds; the right one is looked at only if the left one does not.</summary>
    public static Expr operator |(Expr left, Expr right) => Connect(LogicOperator.Or, left, right);

    /// <summary>Strictly less.</summary>
    public static Expr operator <(Expr left, Expr right) => Order(strict: true, left, right);

    /// <summary>Strictly greater.</summary>
    public static Expr operator >(Expr left, Expr right) => Order(strict: true, right, left);

    /// <summary>At most.</summary>
    public static Expr operator <=(Expr left, Expr right) => Order(strict: false, left, right);

    /// <summary>At least.</summary>
    public static Expr operator >=(Expr left, Expr right) => Order(strict: false, right, left);

    /// <summary>Sum; the result may leave the range of either operand.</summary>
    public static Expr operator +(Expr left, Expr right)
    {
        var (a, b) = (RangeOf(left), RangeOf(right));
        return new Arithmetic(subtract: false, left, right, RangeOf((long)a.Low + b.Low, (long)a.High + b.High));
    }

    /// <summary>Difference; the result may leave the range of either operand.</summary>
    public static Expr operator -(Expr left, Expr right)
    {
        var (a, b) = (RangeOf(left), RangeOf(right));
        return new Arithmetic(subtract: true, left, right, RangeOf((long)a.Low - b.High, (long)a.High - b.Low));
    }

    /// <summary>Identity, not the equality of the modelled values.</summary>
    public sealed override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <summary>Of the identity.</summary>
    public sealed override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>The expression as text, in the notation of reports.</summary>
    public sealed override string ToString() => ModelPrinter.Of(this);

    private static Expr Connect(LogicOperator op, Expr left, Expr right)
    {
        var (l, r) = (Dsl.Coerce(left, Sort.Bool), Dsl.Coerce(right, Sort.Bool));
        return (op, l, r) switch
        {
            (LogicOperator.And, Literal { Number: 1 }, _) => r,
            (LogicOperator.And, Literal { Number: 0 }, _) => l,
            (LogicOperator.And, _, Literal { Number: 1 }) => l,
            (LogicOperator.Or, Literal { Number: 0 }, _) => r,
            (LogicOperator.Or, Literal { Number: 1 }, _) => l,
            (LogicOperator.Or, _, Literal { Number: 0 }) => l,
            (LogicOperator.Implies, Literal { Number: 1 }, _) => r,
            (LogicOperator.Implies, Literal { Number: 0 }, _) => true,
            _ => new Connective(op, l, r),
        };
    }

    private static Compare Order(bool strict, Expr left, Expr right)
    {
        _ = (RangeOf(left), RangeOf(right));
        return new Compare(strict, left, right);
    }

    private static Sort RangeOf(long low, long high) => low >= int.MinValue && high <= int.MaxValue
        ? Sort.Range((int)low, (int)high)
        : throw Dsl.Error(ErrorCodes.BadDeclaration, $"a sum can leave what fits into 32 bits: {low}..{high}");

    private static Sort.Interval RangeOf(Expr expr) => expr.Sort switch
    {
        Sort.Interval interval => interval,
        Sort.ScalarSet => throw Dsl.Error(ErrorCodes.BrokenSymmetry,
            $"'{expr}' is one of the symmetric identities of '{((Sort.ScalarSet)expr.Sort).Name}'; they have no order and no sum"),
        _ => throw Dsl.Error(ErrorCodes.SortMismatch, $"'{expr}' of sort '{expr.Sort}' is no number"),
    };
}

/// <summary>Words of the modelling language that belong to no object; models say <c>using static</c>.</summary>
public static class Dsl
{
    /// <summary>The empty option, of whatever sort the context asks for.</summary>
    public static Expr None { get; } = new Expr.NoneOf(Sort.Option(Sort.Bool));

    /// <summary>An option that holds a value.</summary>
    public static Expr Some(Expr content) => new Expr.Some(content);

    /// <summary>Holds for every value of a scalar sort.</summary>
    public static Expr ForAll(Sort sort, Func<Expr, Expr> body) => Quantify(Quantifier.ForAll, sort, body);

    /// <summary>Holds for every pair of values.</summary>
    public static Expr ForAll(Sort first, Sort second, Func<Expr, Expr, Expr> body) =>
        ForAll(first, a => ForAll(second, b => body(a, b)));

    /// <summary>Whether it holds for all values of three sorts.</summary>
    public static Expr ForAll(Sort first, Sort second, Sort third, Func<Expr, Expr, Expr, Expr> body) =>
        ForAll(first, second, (a, b) => ForAll(third, c => body(a, b, c)));

    /// <summary>Whether it holds for all values of four sorts.</summary>
    public static Expr ForAll(Sort first, Sort second, Sort third, Sort fourth, Func<Expr, Expr, Expr, Expr, Expr> body) =>
        ForAll(first, second, third, (a, b, c) => ForAll(fourth, d => body(a, b, c, d)));

    /// <summary>Whether it holds for all values of five sorts.</summary>
    public static Expr ForAll(Sort first, Sort second, Sort third, Sort fourth, Sort fifth,
        Func<Expr, Expr, Expr, Expr, Expr, Expr> body) =>
        ForAll(first, second, third, fourth, (a, b, c, d) => ForAll(fifth, e => body(a, b, c, d, e)));

    /// <summary>Whether it holds for all values of six sorts.</summary>
    public static Expr ForAll(Sort first, Sort second, Sort third, Sort fourth, Sort fifth, Sort sixth,
        Func<Expr, Expr, Expr, Expr, Expr, Expr, Expr> body) =>
        ForAll(first, second, third, fourth, fifth, (a, b, c, d, e) => ForAll(sixth, f => body(a, b, c, d, e, f)));

    /// <summary>Holds for at least one value of a scalar sort.</summary>
    public static Expr Exists(Sort sort, Func<Expr, Expr> body) => Quantify(Quantifier.Exists, sort, body);

    /// <summary>Holds for at least one pair of values.</summary>
    public static Expr Exists(Sort first, Sort second, Func<Expr, Expr, Expr> body) =>
        Exists(first, a => Exists(second, b => body(a, b)));

    /// <summary>The number of values of a scalar sort that a statement holds for.</summary>
    public static Expr Count(Sort sort, Func<Expr, Expr> body) => Quantify(Quantifier.Count, sort, body);

    /// <summary>A map that has one value everywhere.</summary>
    public static Expr Fill(Sort map, Expr value) => map is Sort.Mapping mapping
        ? new Expr.ConstantMap(mapping, Coerce(value, mapping.Value))
        : throw Error(ErrorCodes.SortMismatch, $"'{map}' is no map");

    /// <summary>A record from the values of its fields, in order.</summary>
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

    private static Expr.Quantified Quantify(Quantifier quantifier, Sort sort, Func<Expr, Expr> body)
    {
        if (!sort.IsScalar)
        {
            throw Error(ErrorCodes.SortMismatch, $"'{sort}' cannot be ranged over: it has no finite list of values");
        }

        var binder = new Binder(NameFor(sort), sort);
        return new Expr.Quantified(quantifier, binder, Coerce(body(new Expr.BoundVariable(binder)), Sort.Bool));
    }

    /// <summary>A statement about every value of what is bound, whose body is already made.</summary>
    /// <remarks>A binder that stands for something already, as a parameter of the rule around, is refused (VRF115).</remarks>
    public static Expr ForAllOver(Expr body, Binder binder) => new Expr.Quantified(Quantifier.ForAll, binder, Coerce(body, Sort.Bool));

    /// <summary>What a binder stands for.</summary>
    public static Expr ValueOf(Binder binder) => new Expr.BoundVariable(binder);

    /// <summary>A member of an enum by its position, from 0.</summary>
    /// <exception cref="UserErrorException">VRF121: there is no member at that position.</exception>
    public static Expr MemberOf(Sort.Enumeration sort, int position) => position >= 0 && position < sort.Members.Length
        ? new Expr.Literal(sort, position)
        : throw Error(ErrorCodes.OutOfRange, $"'{sort.Name}' has no member at position {position}",
            $"its {sort.Members.Length} members have the positions from 0 to {sort.Members.Length - 1}");

    internal static string NameFor(Sort sort) => sort switch
    {
        Sort.ScalarSet scalar => scalar.Name,
        Sort.Enumeration enumeration => enumeration.Name.ToLowerInvariant(),
        Sort.Boolean => "b",
        _ => "i",
    };

    /// <summary>Fits an expression to the sort that the context asks for.</summary>
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
            // A narrower or wider range: what does not fit is found when it is assigned.
            (_, Sort.Interval) when expr.Sort is Sort.Interval => expr,
            (_, Sort.Optional to) when expr.Sort is not Sort.Optional => Some(Coerce(expr, to.Of)),
            (Expr.Some some, Sort.Optional to) => Some(Coerce(some.Content, to.Of)),
            _ => throw Error(ErrorCodes.SortMismatch, $"'{expr}' of sort '{expr.Sort}' is used where '{target}' is expected"),
        };
    }

    internal static (Expr Left, Expr Right) Unify(Expr left, Expr right)
    {
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

        var lift = ReferenceEquals(left, None)
            || (right.Sort is Sort.Optional && left.Sort is not Sort.Optional && !ReferenceEquals(right, None));
        return lift ? (Coerce(left, right.Sort), right) : (left, Coerce(right, left.Sort));
    }

    /// <summary>The sort that holds the values of both: ranges, also those in options, are widened.</summary>
    internal static Sort Join(Sort left, Sort right) => (left, right) switch
    {
        (Sort.Interval a, Sort.Interval b) => Sort.Range(Math.Min(a.Low, b.Low), Math.Max(a.High, b.High)),
        (Sort.Optional a, Sort.Optional b) => Sort.Option(Join(a.Of, b.Of)),
        _ => left,
    };

    // Options of ranges that differ in their bounds only, and may be compared and chosen from as the ranges themselves.
    private static bool IsRangeInOptions(Sort left, Sort right) => (left, right) switch
    {
        (Sort.Interval, Sort.Interval) => true,
        (Sort.Optional a, Sort.Optional b) => IsRangeInOptions(a.Of, b.Of),
        _ => false,
    };

    /// <summary>An error at the line of the model that is being built, found on the call stack.</summary>
    internal static UserErrorException Error(ErrorCode code, string message, string? hint = null) =>
        UserErrorException.At(SpotOfCaller(), code, message, hint);

    /// <summary>The line of the model at which an exception was thrown.</summary>
    internal static SourceLocation? SpotOf(Exception exception) => SpotIn(new StackTrace(exception, fNeedFileInfo: true));

    private static SourceLocation? SpotOfCaller() => SpotIn(new StackTrace(fNeedFileInfo: true));

    private static SourceLocation? SpotIn(StackTrace stack)
    {
        var frames = stack.GetFrames();
        var own = typeof(Dsl).Assembly;
        var frame = frames.FirstOrDefault(f => f.GetMethod()?.DeclaringType?.Assembly != own && f.GetFileName() is not null);
        return frame is null ? null : SourceLocation.From(frame.GetFileName()!, frame.GetFileLineNumber());
    }
}
