using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Verify.Parametric.Logic;

/// <summary>The meaning of an expression of the modelling language: a tree of first-order terms.</summary>
internal abstract record LogicValue
{
    /// <summary>A truth value.</summary>
    public sealed record Truth(Formula Formula) : LogicValue;

    /// <summary>A number, a member or an identity.</summary>
    public sealed record Scalar(ScalarTerm Value) : LogicValue;

    /// <summary>An option; the content matters only if the option is not empty.</summary>
    public sealed record Option(Formula Has, LogicValue Content) : LogicValue;

    /// <summary>A record.</summary>
    public sealed record Record(ImmutableArray<LogicValue> Fields) : LogicValue;

    /// <summary>A map, given as a function from a key to the meaning of its entry.</summary>
    public sealed record Map(Func<Formula, LogicValue> At) : LogicValue;

    /// <summary>The single scalar of a scalar value or truth value.</summary>
    public ScalarTerm AsOne => this switch
    {
        Truth truth => new ScalarTerm.Term(truth.Formula),
        Scalar scalar => scalar.Value,
        _ => throw new UnreachableException(),
    };

    /// <summary>The formula of a truth value.</summary>
    public Formula AsFormula => ((Truth)this).Formula;

    /// <summary>Applies a function to a scalar that may be given only by a relation.</summary>
    /// <param name="key">The scalar.</param>
    /// <param name="isPositive">True if the result is asserted, false if it is denied.</param>
    /// <param name="of">The function from a term to a meaning.</param>
    public static LogicValue Lift(ScalarTerm key, bool isPositive, Func<Formula, LogicValue> of)
    {
        if (key is ScalarTerm.Term term)
        {
            return of(term.Formula);
        }

        // The shape does not depend on the key, so any term of its sort determines it.
        return of(new Formula.Variable("?", key.Sort)) switch
        {
            Truth => new Truth(key.Select(k => of(k).AsFormula, isPositive)),
            Scalar { Value.Sort: var sort } => new Scalar(new ScalarTerm.Lifted(sort, key, k => of(k).AsOne)),
            Option => new Option(
                key.Select(k => ((Option)of(k)).Has, isPositive),
                Lift(key, isPositive, k => ((Option)of(k)).Content)),
            Record record => new Record(
                [.. record.Fields.Select((_, i) => Lift(key, isPositive, k => ((Record)of(k)).Fields[i]))]),
            Map => new Map(inner => Lift(key, isPositive, k => ((Map)of(k)).At(inner))),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>One of two meanings of one sort, selected by a condition.</summary>
    public static LogicValue Choose(Formula condition, LogicValue then, LogicValue otherwise) => (then, otherwise) switch
    {
        _ when condition.IsTrue => then,
        _ when condition.IsFalse => otherwise,
        (Truth a, Truth b) => new Truth(Formula.If(condition, a.Formula, b.Formula)),
        (Scalar a, Scalar b) => new Scalar(ScalarTerm.Choose(condition, a.Value, b.Value)),
        (Option a, Option b) => new Option(Formula.If(condition, a.Has, b.Has), Choose(condition, a.Content, b.Content)),
        (Record a, Record b) => new Record([.. a.Fields.Zip(b.Fields, (x, y) => Choose(condition, x, y))]),
        (Map a, Map b) => new Map(key => Choose(condition, a.At(key), b.At(key))),
        _ => throw new UnreachableException(),
    };
}

/// <summary>A scalar: a term, or a value given by a relation, by a choice, or through another scalar.</summary>
/// <remarks>
/// For a defined scalar, "every value that it has satisfies" and "some value that it has satisfies" are equivalent. The
/// first form is used where a formula is asserted and the second where it is denied, so that the quantifiers in
/// assumptions are universal.
/// </remarks>
internal abstract record ScalarTerm(LogicSort Sort)
{
    /// <summary>A term.</summary>
    public sealed record Term(Formula Formula) : ScalarTerm(Formula.Sort)
    {
        public override Formula Is(Formula value, bool isPositive) => Formula.Equal(Formula, value);

        public override Formula Select(Func<Formula, Formula> use, bool isPositive) => use(Formula);
    }

    /// <summary>The value that satisfies a relation.</summary>
    public sealed record Related(LogicSort Of, Func<Formula, Formula> Holds) : ScalarTerm(Of)
    {
        public override Formula Is(Formula value, bool isPositive) => Holds(value);

        public override Formula Select(Func<Formula, Formula> use, bool isPositive)
        {
            var variable = Fresh(Sort, [Holds(new Formula.Variable("?", Sort)), use(new Formula.Variable("?", Sort))]);
            return Formula.Quantify(isPositive, [variable], isPositive
                ? Formula.Implies(Holds(variable), use(variable))
                : Formula.And(Holds(variable), use(variable)));
        }
    }

    /// <summary>The content of an empty option.</summary>
    public sealed record Nothing(LogicSort Of) : ScalarTerm(Of)
    {
        public override Formula Is(Formula value, bool isPositive) => Formula.False;

        public override Formula Select(Func<Formula, Formula> use, bool isPositive) => isPositive ? Formula.True : Formula.False;
    }

    /// <summary>One of two scalars, selected by a condition.</summary>
    public sealed record Chosen(Formula Condition, ScalarTerm Then, ScalarTerm Otherwise) : ScalarTerm(Then.Sort)
    {
        public override Formula Is(Formula value, bool isPositive) =>
            Formula.If(Condition, Then.Is(value, isPositive), Otherwise.Is(value, isPositive));

        public override Formula Select(Func<Formula, Formula> use, bool isPositive) =>
            Formula.If(Condition, Then.Select(use, isPositive), Otherwise.Select(use, isPositive));
    }

    /// <summary>The result of a function applied to another scalar.</summary>
    public sealed record Lifted(LogicSort Of, ScalarTerm Key, Func<Formula, ScalarTerm> At) : ScalarTerm(Of)
    {
        public override Formula Is(Formula value, bool isPositive) => Key.Select(k => At(k).Is(value, isPositive), isPositive);

        public override Formula Select(Func<Formula, Formula> use, bool isPositive) =>
            Key.Select(k => At(k).Select(use, isPositive), isPositive);
    }

    /// <summary>The condition that the scalar is equal to a value.</summary>
    public abstract Formula Is(Formula value, bool isPositive);

    /// <summary>The condition that the scalar satisfies a predicate.</summary>
    public abstract Formula Select(Func<Formula, Formula> use, bool isPositive);

    /// <summary>The scalar <c>then</c> where a condition holds, else the scalar <c>otherwise</c>.</summary>
    public static ScalarTerm Choose(Formula condition, ScalarTerm then, ScalarTerm otherwise) => (then, otherwise) switch
    {
        // The content of an empty option is irrelevant.
        (Nothing, Term) => otherwise,
        (Term, Nothing) => then,
        (Term a, Term b) => new Term(Formula.If(condition, a.Formula, b.Formula)),
        _ => new Chosen(condition, then, otherwise),
    };

    /// <summary>A variable whose name does not occur in the given formulas.</summary>
    public static Formula.Variable Fresh(LogicSort sort, IEnumerable<Formula> among)
    {
        var depth = among.Select(Depth).DefaultIfEmpty(0).Max();
        return new Formula.Variable(sort.NameOf(depth + 1), sort);
    }

    // The highest number of a bound variable in a formula.
    private static int Depth(Formula formula) => formula switch
    {
        Formula.Quantified q => Math.Max(q.Over.Max(Depth), Depth(q.Body)),
        Formula.Application a => a.Arguments.Select(Depth).DefaultIfEmpty(0).Max(),
        Formula.Operation o => o.Operands.Max(Depth),
        Formula.Variable v => NumberOf(v.Name),
        _ => 0,
    };

    private static int NumberOf(string name)
    {
        var digits = name.Reverse().TakeWhile(char.IsAsciiDigit).Count();
        return digits == 0 ? 0 : int.Parse(name.AsSpan(name.Length - digits), CultureInfo.InvariantCulture);
    }
}
