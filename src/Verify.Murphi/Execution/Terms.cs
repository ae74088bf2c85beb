using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Verify.Modelling;

namespace Verify.Murphi.Execution;

/// <summary>
/// Expressions of the IR, each made once, so that equal ones are the same object, and folded where that hides no
/// undefined part.
/// </summary>
internal sealed class Terms
{
    /// <summary>The most expressions of one model; a text that needs more is refused.</summary>
    public const int Most = 50_000;

    private const long MostParts = 10_000;

    private readonly Dictionary<string, Expr> known = new(StringComparer.Ordinal);
    private readonly Dictionary<Expr, int> numbers = [];
    private readonly Dictionary<Expr, bool> totals = [];
    private readonly Dictionary<Expr, long> sizes = [];
    private readonly Dictionary<Expr, ImmutableHashSet<Binder>> free = [];

    public Expr True => Bool(true);

    public Expr False => Bool(false);

    public Expr Bool(bool value) => Make(value ? "true" : "false", () => value);

    public Expr Number(long value) => value is < -(1 << 30) or > 1 << 30
        ? throw new TooMuchException($"the number {value} is beyond a thousand million")
        : Make(string.Create(CultureInfo.InvariantCulture, $"{value}"), () => (int)value);

    /// <summary>A value of a scalar sort, by its position from 0.</summary>
    public Expr ValueAt(Sort sort, int position) => sort switch
    {
        Sort.Boolean => Bool(position == 1),
        Sort.Interval range => Number(range.Low + position),
        Sort.Enumeration enumeration => Make($"{position} of {sort.Text}", () => Dsl.MemberOf(enumeration, position)),
        Sort.ScalarSet set => Make($"{position} of {sort.Text}", () => Dsl.IdentityOf(set, position)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public Expr Read(Variable variable) => Make($"read {variable.Name}", () => new Expr.Read(variable));

    public Expr Bound(Binder binder) => Make($"bound {RuntimeHelpers.GetHashCode(binder)} {binder.Name}", () =>
        new Expr.BoundVariable(binder));

    public Expr Index(Expr map, Expr key) => Make($"{Id(map)}[{Id(key)}]", () => map[key]);

    public Expr Field(Expr record, Field field) => Make($"{Id(record)}.{field.Name}", () => record[field]);

    public Expr ValueOf(Expr option) => option is Expr.Some some ? some.Content : Make($"*{Id(option)}", () => option.Value);

    public Expr IsSome(Expr option) => option is Expr.NoneOf ? False
        : option is Expr.Some { Content: var content } && IsTotal(content) ? True
        : Make($"some? {Id(option)}", () => option.HasValue);

    public Expr Some(Expr content) => Make($"some {Id(content)}", () => Dsl.Some(content));

    public Expr None(Sort sort) => Make($"none {sort.Text}", () => Dsl.As(Dsl.None, sort));

    /// <summary>A number as one of a range that holds it; another value is checked where it is stored.</summary>
    public Expr As(Expr value, Sort sort) => value is Expr.Literal { Sort: Sort.Interval } literal && sort is Sort.Interval range
        && literal.Number >= range.Low && literal.Number <= range.High
        ? Make($"{literal.Number} as {sort.Text}", () => Dsl.As(literal, sort))
        : value;

    public Expr Not(Expr of) => of switch
    {
        Expr.Literal literal => Bool(literal.Number == 0),
        Expr.Not not => not.Operand,
        _ => Make($"!{Id(of)}", () => !of),
    };

    public Expr And(Expr left, Expr right) => (left, right) switch
    {
        (Expr.Literal { Number: 1 }, _) => right,
        (Expr.Literal, _) => left,
        (_, Expr.Literal { Number: 1 }) => left,
        (_, Expr.Literal) when IsTotal(left) => right,
        _ when left == (object)right => left,
        _ when IsTotal(left) && (Not(left) == (object)right) => False,
        _ => Make($"{Id(left)}&{Id(right)}", () => left & right),
    };

    public Expr Or(Expr left, Expr right) => (left, right) switch
    {
        (Expr.Literal { Number: 0 }, _) => right,
        (Expr.Literal, _) => left,
        (_, Expr.Literal { Number: 0 }) => left,
        (_, Expr.Literal) when IsTotal(left) => right,
        _ when left == (object)right => left,
        _ when IsTotal(left) && Not(left) == (object)right => True,
        _ => Make($"{Id(left)}|{Id(right)}", () => left | right),
    };

    public Expr Implies(Expr left, Expr right) => Or(Not(left), right);

    public Expr If(Expr condition, Expr then, Expr otherwise)
    {
        if (condition is Expr.Literal known)
        {
            return known.Number == 1 ? then : otherwise;
        }

        if (then == (object)otherwise && IsTotal(condition))
        {
            return then;
        }

        return (then, otherwise) switch
        {
            (Expr.Literal { Sort: Sort.Boolean, Number: 1 }, _) => Or(condition, otherwise),
            (Expr.Literal { Sort: Sort.Boolean }, _) => And(Not(condition), otherwise),
            (_, Expr.Literal { Sort: Sort.Boolean, Number: 0 }) => And(condition, then),
            (_, Expr.Literal { Sort: Sort.Boolean }) => Or(Not(condition), then),
            _ => Make($"{Id(condition)}?{Id(then)}:{Id(otherwise)}", () => Dsl.If(condition, then, otherwise)),
        };
    }

    public Expr Equal(Expr left, Expr right)
    {
        if (left == (object)right && IsTotal(left))
        {
            return True;
        }

        if (left is Expr.NoneOf || right is Expr.NoneOf)
        {
            return Not(IsSome(left is Expr.NoneOf ? right : left));
        }

        if (left is Expr.Literal a && right is Expr.Literal b)
        {
            return Bool(a.Number == b.Number);
        }

        if (left is Expr.Literal { Sort: Sort.Boolean } truth)
        {
            return truth.Number == 1 ? right : Not(right);
        }

        if (right is Expr.Literal { Sort: Sort.Boolean })
        {
            return Equal(right, left);
        }

        // A choice between constants is compared at its leaves.
        if ((left, right) is (Expr.Conditional { IfTrue: Expr.Literal or Expr.Conditional } choice, Expr.Literal) && IsOfConstants(choice))
        {
            return If(choice.Condition, Equal(choice.IfTrue, right), Equal(choice.IfFalse, right));
        }

        if (IsTotal(left) && IsTotal(right) && (left.Sort, right.Sort) is (Sort.Interval x, Sort.Interval y)
            && (x.High < y.Low || y.High < x.Low))
        {
            return False;
        }

        return Make($"{Id(left)}={Id(right)}", () => left == right);
    }

    private static bool IsOfConstants(Expr expr) =>
        expr is Expr.Literal || (expr is Expr.Conditional choice && IsOfConstants(choice.IfTrue) && IsOfConstants(choice.IfFalse));

    public Expr Less(bool strict, Expr left, Expr right)
    {
        if (IsTotal(left) && IsTotal(right) && (left.Sort, right.Sort) is (Sort.Interval x, Sort.Interval y))
        {
            if (strict ? x.High < y.Low : x.High <= y.Low)
            {
                return True;
            }

            if (strict ? x.Low >= y.High : x.Low > y.High)
            {
                return False;
            }
        }

        return Make($"{Id(left)}<{(strict ? "" : "=")}{Id(right)}", () => strict ? left < right : left <= right);
    }

    public Expr Add(Expr left, Expr right) => (left, right) switch
    {
        (Expr.Literal a, Expr.Literal b) => Number((long)a.Number + b.Number),
        (Expr.Literal { Number: 0 }, _) => right,
        (_, Expr.Literal { Number: 0 }) => left,
        // A sum with two constants has one.
        (Expr.Arithmetic { IsSubtract: false, Right: Expr.Literal a } sum, Expr.Literal b) =>
            Add(sum.Left, Number((long)a.Number + b.Number)),
        (Expr.Arithmetic { IsSubtract: true, Right: Expr.Literal a } sum, Expr.Literal b) =>
            Add(sum.Left, Number((long)b.Number - a.Number)),
        (_, Expr.Literal { Number: < 0 } b) => Subtract(left, Number(-(long)b.Number)),
        _ => Make($"{Id(left)}+{Id(right)}", () => left + right),
    };

    public Expr Subtract(Expr left, Expr right) => (left, right) switch
    {
        (Expr.Literal a, Expr.Literal b) => Number((long)a.Number - b.Number),
        (_, Expr.Literal { Number: 0 }) => left,
        (Expr.Arithmetic { Right: Expr.Literal }, Expr.Literal b) => Add(left, Number(-(long)b.Number)),
        _ => Make($"{Id(left)}-{Id(right)}", () => left - right),
    };

    public Expr Quantify(Quantifier quantifier, Binder binder, Expr body)
    {
        if (body is Expr.Literal && quantifier != Quantifier.Count)
        {
            return body;
        }

        // A body that does not speak of the binder is the answer.
        return quantifier != Quantifier.Count && !FreeIn(body).Contains(binder)
            ? body
            : Make($"{quantifier} {Id(Bound(binder))} {Id(body)}", () => Dsl.Quantify(quantifier, binder, body));
    }

    /// <summary>The binders that an expression speaks of without binding them.</summary>
    public ImmutableHashSet<Binder> FreeIn(Expr expr)
    {
        if (!free.TryGetValue(expr, out var found))
        {
            found = expr is Expr.BoundVariable bound ? [bound.Binder]
                : [.. Parts(expr).SelectMany(FreeIn)];
            free[expr] = found = expr is Expr.Quantified quantified ? found.Remove(quantified.Binder) : found;
        }

        return found;
    }

    /// <summary>True for an expression that is evidently defined in every state.</summary>
    public bool IsTotal(Expr expr)
    {
        if (!totals.TryGetValue(expr, out var isTotal))
        {
            totals[expr] = isTotal = expr is not Expr.ValueOf
                && (expr is not Expr.Index { Key.Sort: Sort.Interval key, Map.Sort: Sort.Mapping { Key: Sort.Interval keys } }
                    || (key.Low >= keys.Low && key.High <= keys.High))
                && Parts(expr).All(IsTotal);
        }

        return isTotal;
    }

    /// <summary>The same expression with other expressions in place of binders.</summary>
    public Expr Replace(Expr expr, IReadOnlyDictionary<Binder, Expr> with)
    {
        if (with.Count == 0 || !FreeIn(expr).Overlaps(with.Keys))
        {
            return expr;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        Expr Of(Expr part) => Replace(part, with);
        return expr switch
        {
            Expr.BoundVariable bound => with[bound.Binder],
            Expr.Index at => Index(Of(at.Map), Of(at.Key)),
            Expr.FieldOf get => Field(Of(get.Record), get.Field),
            Expr.ValueOf value => ValueOf(Of(value.Option)),
            Expr.IsSome some => IsSome(Of(some.Option)),
            Expr.Some some => Some(Of(some.Content)),
            Expr.Not not => Not(Of(not.Operand)),
            Expr.Connective { Operator: LogicOperator.And } and => And(Of(and.Left), Of(and.Right)),
            Expr.Connective or => Or(Of(or.Left), Of(or.Right)),
            Expr.Equal equal => Equal(Of(equal.Left), Of(equal.Right)),
            Expr.Compare less => Less(less.IsStrict, Of(less.Left), Of(less.Right)),
            Expr.Arithmetic { IsSubtract: true } minus => Subtract(Of(minus.Left), Of(minus.Right)),
            Expr.Arithmetic plus => Add(Of(plus.Left), Of(plus.Right)),
            Expr.Conditional choice => If(Of(choice.Condition), Of(choice.IfTrue), Of(choice.IfFalse)),
            Expr.Quantified each => Quantify(each.Quantifier, each.Binder, Of(each.Body)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>The same expression with the values in place of quantifiers, which decides one that reads no state.</summary>
    public Expr Ground(Expr expr)
    {
        if (expr is Expr.Quantified { Quantifier: not Quantifier.Count } each)
        {
            var isForAll = each.Quantifier == Quantifier.ForAll;
            var all = Bool(isForAll);
            for (var i = 0; i < each.Binder.Sort.ScalarCount && all is Expr.Literal { Number: var truth }
                && truth == (isForAll ? 1 : 0); i++)
            {
                all = Ground(Replace(each.Body, new Dictionary<Binder, Expr> { [each.Binder] = ValueAt(each.Binder.Sort, i) }));
            }

            return all;
        }

        return expr switch
        {
            Expr.Not not => Not(Ground(not.Operand)),
            Expr.Connective { Operator: LogicOperator.And } and => And(Ground(and.Left), Ground(and.Right)),
            Expr.Connective or => Or(Ground(or.Left), Ground(or.Right)),
            _ => expr,
        };
    }

    /// <summary>An expression that is not too large to compile, counting a part as often as it occurs.</summary>
    public Expr Limited(Expr expr) => SizeOf(expr) <= MostParts
        ? expr
        : throw new TooMuchException($"the statements make an expression of over {MostParts:N0} parts");

    private long SizeOf(Expr expr)
    {
        if (!sizes.TryGetValue(expr, out var size))
        {
            sizes[expr] = size = Parts(expr).Aggregate(1L, (sum, part) => Math.Min(MostParts + 1, sum + SizeOf(part)));
        }

        return size;
    }

    private static IEnumerable<Expr> Parts(Expr expr) => expr switch
    {
        Expr.Index at => [at.Map, at.Key],
        Expr.FieldOf get => [get.Record],
        Expr.ValueOf value => [value.Option],
        Expr.IsSome some => [some.Option],
        Expr.Some some => [some.Content],
        Expr.Not not => [not.Operand],
        Expr.Connective two => [two.Left, two.Right],
        Expr.Equal equal => [equal.Left, equal.Right],
        Expr.Compare less => [less.Left, less.Right],
        Expr.Arithmetic sum => [sum.Left, sum.Right],
        Expr.Conditional choice => [choice.Condition, choice.IfTrue, choice.IfFalse],
        Expr.Quantified each => [each.Body],
        _ => [],
    };

    // An operator of the IR may make parts of its own.
    private int Id(Expr expr)
    {
        numbers.TryAdd(expr, numbers.Count);
        return numbers[expr];
    }

    private Expr Make(string text, Func<Expr> make)
    {
        if (!known.TryGetValue(text, out var expr))
        {
            if (known.Count >= Most)
            {
                throw new TooMuchException($"the statements of the model make over {Most:N0} expressions");
            }

            known[text] = expr = make();
            numbers.TryAdd(expr, numbers.Count);
        }

        return expr;
    }
}

/// <summary>A text needs more than this reader has.</summary>
internal sealed class TooMuchException(string message) : Exception(message);
