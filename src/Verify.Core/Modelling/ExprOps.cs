namespace Verify.Modelling;

/// <summary>Operators of the modelling language.</summary>
/// <remarks>
/// The operators fold constants, unless that would hide an undefined part. A feature that an instance lacks can be a
/// constant; the tests of it then disappear from the model.
/// </remarks>
public abstract partial class Expr
{
    /// <summary>
    /// The value of an option. Undefined if the option is empty: guard it with <see cref="HasValue"/>.
    /// </summary>
    public Expr Value => Sort is Sort.Optional
        ? new ValueOf(this)
        : throw Dsl.Error(ErrorCodes.SortMismatch, $"'{Sort}' is not an option and has no .Value");

    /// <summary>True if an option holds a value.</summary>
    public Expr HasValue => Sort is Sort.Optional
        ? this switch
        {
            NoneOf => false,
            Some { Content.IsTotal: true } => true,
            _ => new IsSome(this),
        }
        : throw Dsl.Error(ErrorCodes.SortMismatch, $"'{Sort}' is not an option and has no .HasValue");

    /// <summary>True if an option is empty.</summary>
    public Expr IsNone => !HasValue;

    /// <summary>The entry of a map, or of nested maps, at the given keys.</summary>
    public Expr this[params ReadOnlySpan<Expr> keys]
    {
        get
        {
            var result = this;
            foreach (var key in keys)
            {
                result = result.Sort is Sort.Mapping map
                    ? Entry(result, Dsl.Coerce(key, map.Key), map)
                    : throw Dsl.Error(ErrorCodes.SortMismatch, $"'{result.Sort}' is not a map and cannot be indexed");
            }

            return result;
        }
    }

    /// <summary>A field of a record.</summary>
    public Expr this[Field field]
    {
        get
        {
            _ = RecordWith(field);
            return new FieldOf(this, field);
        }
    }

    /// <summary>A copy of a record with one field changed.</summary>
    public Expr With(Field field, Expr value)
    {
        var record = RecordWith(field);
        return new RecordOf(record, [.. record.Fields.Select(f => f == field ? Dsl.Coerce(value, field.Sort) : new FieldOf(this, f))]);
    }

    /// <summary>Implication: if this holds, the other holds.</summary>
    public Expr Implies(Expr then) => Connect(LogicOperator.Implies, this, then);

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
            : throw Dsl.Error(ErrorCodes.OutOfRange, $"'{value}' is not a member of '{sort.Name}'");
    }

    /// <summary>Equality.</summary>
    public static Expr operator ==(Expr left, Expr right)
    {
        var (l, r) = Dsl.Unify(left, right);
        return (l, r) switch
        {
            (NoneOf, _) => !r.HasValue,
            (_, NoneOf) => !l.HasValue,
            (Literal a, Literal b) => a.Number == b.Number,
            (Some { Content: Literal a }, Some { Content: Literal b }) => a.Number == b.Number,
            _ => new Equal(l, r),
        };
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

    /// <summary>True if both hold; the right operand is evaluated only if the left one holds.</summary>
    public static Expr operator &(Expr left, Expr right) => Connect(LogicOperator.And, left, right);

    /// <summary>
    /// True if at least one holds; the right operand is evaluated only if the left one does not hold.
    /// </summary>
    public static Expr operator |(Expr left, Expr right) => Connect(LogicOperator.Or, left, right);

    /// <summary>No word of the language: C# calls it for <c>if (x)</c> and <c>x || y</c>, and gets an error.</summary>
    public static bool operator true(Expr asked) => throw AskedOutside(asked);

    /// <summary>No word of the language: C# calls it for <c>x &amp;&amp; y</c>, and gets an error.</summary>
    public static bool operator false(Expr asked) => throw AskedOutside(asked);

    /// <summary>Strictly less.</summary>
    public static Expr operator <(Expr left, Expr right) => Order(strict: true, left, right);

    /// <summary>Strictly greater.</summary>
    public static Expr operator >(Expr left, Expr right) => Order(strict: true, right, left);

    /// <summary>Less than or equal.</summary>
    public static Expr operator <=(Expr left, Expr right) => Order(strict: false, left, right);

    /// <summary>Greater than or equal.</summary>
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

    /// <summary>Compares object identity, not the modelled values.</summary>
    public sealed override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <summary>A hash of the object identity.</summary>
    public sealed override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>The expression in the notation of reports.</summary>
    public sealed override string ToString() => ModelPrinter.Of(this);

    private static UserErrorException AskedOutside(Expr asked) =>
        Dsl.Error(ErrorCodes.AskedOutside, $"C# asks whether '{asked}' holds, which differs from state to state");

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

    // If a map has the same constant at every key, its entry at a key that is certain to exist is that constant.
    private static Expr Entry(Expr map, Expr key, Sort.Mapping sort) =>
        map is ConstantMap { Element: Literal or NoneOf or ConstantMap } all && key.IsTotal && key.Sort.Equals(sort.Key)
            ? all.Element
            : new Index(map, key);

    // True for expressions that are evidently defined in every state; false proves nothing.
    private bool IsTotal => this is Literal or NoneOf or Read or BoundVariable;

    private Sort.Record RecordWith(Field field) => Sort is Sort.Record record && record.IndexOf(field) >= 0
        ? record
        : throw Dsl.Error(ErrorCodes.SortMismatch, $"'{Sort}' has no field '{field.Name}'");

    private static Compare Order(bool strict, Expr left, Expr right)
    {
        _ = (RangeOf(left), RangeOf(right));
        return new Compare(strict, left, right);
    }

    private static Sort RangeOf(long low, long high) => low >= int.MinValue && high <= int.MaxValue
        ? Sort.Range((int)low, (int)high)
        : throw Dsl.Error(ErrorCodes.BadDeclaration, $"the range of a sum does not fit into 32 bits: {low}..{high}");

    private static Sort.Interval RangeOf(Expr expr) => expr.Sort switch
    {
        Sort.Interval interval => interval,
        Sort.ScalarSet => throw Dsl.Error(ErrorCodes.BrokenSymmetry,
            $"'{expr}' is one of the symmetric identities of '{((Sort.ScalarSet)expr.Sort).Name}'; they have no order and no sum"),
        _ => throw Dsl.Error(ErrorCodes.SortMismatch, $"'{expr}' of sort '{expr.Sort}' is not a number"),
    };
}
