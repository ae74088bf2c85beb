using System.Diagnostics;
using Verify.Modelling;

namespace Verify.Lowering.FirstOrder;

/// <summary>Expressions of the modelling language as formulas, in one state.</summary>
/// <param name="reading">The state.</param>
/// <param name="where">The place that a refusal names.</param>
internal sealed class ExprLowering(Reading reading, SourceSpot where) : ExprFold<Meaning>
{
    private readonly Dictionary<Binder, Formula> bound = [];
    private bool isPositive = true;

    /// <summary>The number of quantifiers that the current place is under.</summary>
    public int Depth { get; private set; }

    /// <summary>Gives a parameter a value.</summary>
    public void Bind(Binder binder, Formula value) => bound[binder] = value;

    /// <summary>A truth value as a formula that is to be asserted, or denied.</summary>
    public Formula Truth(Expr expr, bool asserted = true)
    {
        var outer = isPositive;
        isPositive = asserted;
        var result = Of(expr).AsFormula;
        isPositive = outer;
        return result;
    }

    /// <summary>A statement about every or some value of a sort: a quantifier over identities, else one part a value.</summary>
    public Formula Every(bool isForAll, Binder binder, Func<Formula> body) =>
        Restored(binder, () => EveryValue(isForAll, binder, body));

    // A binder that is bound already, as the parameter of a rule may be, is so again behind the quantifier.
    private T Restored<T>(Binder binder, Func<T> work)
    {
        var outer = bound.GetValueOrDefault(binder);
        var result = work();
        if (outer is not null)
        {
            bound[binder] = outer;
        }

        return result;
    }

    private Formula EveryValue(bool isForAll, Binder binder, Func<Formula> body)
    {
        var shadowed = bound.GetValueOrDefault(binder);
        var result = Quantified(isForAll, binder, body);
        if (shadowed is not null)
        {
            bound[binder] = shadowed;
        }

        return result;
    }

    private Formula Quantified(bool isForAll, Binder binder, Func<Formula> body)
    {
        if (binder.Sort is Sort.Scalar)
        {
            Depth++;
            var logic = reading.Signature.LogicOf(binder.Sort);
            var variable = new Formula.Variable(logic.NameOf(Depth), logic);
            bound[binder] = variable;
            var inner = body();
            Depth--;
            return Formula.Quantify(isForAll, [variable], inner);
        }

        var parts = Members(binder.Sort).Select(value =>
        {
            bound[binder] = value;
            return body();
        }).ToList();
        return isForAll ? Formula.And(parts) : Formula.Or(parts);
    }

    protected internal override Meaning OnLiteral(Expr.Literal node)
    {
        switch (node.Sort)
        {
            case Sort.Boolean:
                return new Meaning.Truth(Formula.Of(LogicSort.Truth, node.Number));
            case Sort.Scalar scalar:
                throw Refuse($"names a member of '{scalar.Name}'");
            case Sort.Interval range:
                // That it has the sort of the place it goes to was seen when the model was built.
                NoteOrder(range.Low, node.Number);
                NoteOrder(node.Number, range.High);
                break;
        }

        return Term(Formula.Of(reading.Signature.LogicOf(node.Sort), node.Number));
    }

    protected internal override Meaning OnNone(Expr.NoneOf node) =>
        new Meaning.Option(Formula.False, Zero(((Sort.Optional)node.Sort).Of));

    protected internal override Meaning OnRead(Expr.Read node) => reading.Of(node.Variable);

    protected internal override Meaning OnBound(Expr.Bound node) => node.Sort is Sort.Boolean
        ? new Meaning.Truth(bound[node.Binder])
        : Term(bound[node.Binder]);

    protected internal override Meaning OnAt(Expr.At node) =>
        Meaning.Lift(Of(node.Key).AsOne, isPositive, ((Meaning.Map)Of(node.Map)).At);

    protected internal override Meaning OnGet(Expr.Get node) => ((Meaning.Record)Of(node.Record)).Fields[node.Position];

    protected internal override Meaning OnConstruct(Expr.Construct node) => new Meaning.Record([.. node.Fields.Select(Of)]);

    protected internal override Meaning OnFill(Expr.Fill node)
    {
        var element = Of(node.Element);
        return new Meaning.Map(_ => element);
    }

    protected internal override Meaning OnSome(Expr.Some node) => new Meaning.Option(Formula.True, Of(node.Content));

    protected internal override Meaning OnHas(Expr.Has node) => new Meaning.Truth(((Meaning.Option)Of(node.Option)).Has);

    protected internal override Meaning OnValueOf(Expr.ValueOf node) => ((Meaning.Option)Of(node.Option)).Content;

    protected internal override Meaning OnNot(Expr.Not node) => new Meaning.Truth(Formula.Not(Denied(node.Operand)));

    protected internal override Meaning OnLogic(Expr.Logic node) => new Meaning.Truth(node.Operator switch
    {
        LogicOperator.And => Formula.And(Of(node.Left).AsFormula, Of(node.Right).AsFormula),
        LogicOperator.Or => Formula.Or(Of(node.Left).AsFormula, Of(node.Right).AsFormula),
        LogicOperator.Implies => Formula.Implies(Denied(node.Left), Of(node.Right).AsFormula),
        _ => throw new UnreachableException(),
    });

    protected internal override Meaning OnEqual(Expr.Equal node) =>
        new Meaning.Truth(AreEqual(node.Left.Sort, Of(node.Left), Of(node.Right)));

    protected internal override Meaning OnCompare(Expr.Compare node)
    {
        var (left, right) = (Of(node.Left).AsOne, Of(node.Right).AsOne);
        return new Meaning.Truth(left.Select(a => right.Select(
            b => node.IsStrict ? Formula.Not(AtMost(b, a)) : AtMost(a, b), isPositive), isPositive));
    }

    protected internal override Meaning OnArithmetic(Expr.Arithmetic node)
    {
        var (left, right) = (Of(node.Left).AsOne, Of(node.Right).AsOne);
        return (left, right) is (One.Term a, One.Term b)
            ? Term(Formula.Sum(node.IsSubtract, a.Formula, b.Formula))
            : new Meaning.Scalar(new One.Lifted(LogicSort.Number, left, x =>
                new One.Lifted(LogicSort.Number, right, y => new One.Term(Formula.Sum(node.IsSubtract, x, y)))));
    }

    protected internal override Meaning OnChoice(Expr.Choice node) =>
        Meaning.Choose(Of(node.Condition).AsFormula, Of(node.IfTrue), Of(node.IfFalse));

    protected internal override Meaning OnQuantified(Expr.Quantified node) => node.Quantifier switch
    {
        Quantifier.Count when node.Binder.Sort is Sort.Scalar scalar => throw Refuse($"counts the members of '{scalar.Name}'"),
        Quantifier.Count => Restored(node.Binder, () => Term(Members(node.Binder.Sort).Aggregate(Number(0), (sum, value) =>
        {
            bound[node.Binder] = value;
            return Formula.Sum(false, sum, Formula.If(Of(node.Body).AsFormula, Number(1), Number(0)));
        }))),
        var quantifier => new Meaning.Truth(
            Every(quantifier == Quantifier.ForAll, node.Binder, () => Of(node.Body).AsFormula)),
    };

    /// <summary>What is in the parts of a value that say nothing, as those of an empty option.</summary>
    public Meaning Zero(Sort sort)
    {
        switch (sort)
        {
            case Sort.Boolean:
                return new Meaning.Truth(Formula.False);
            case Sort.Interval range:
                return Term(Formula.Of(LogicSort.Number, range.Low));
            case Sort.Enumeration:
                return Term(Formula.Of(reading.Signature.LogicOf(sort), 0));
            case Sort.Scalar:
                return new Meaning.Scalar(new One.Nothing(reading.Signature.LogicOf(sort)));
            case Sort.Optional option:
                return new Meaning.Option(Formula.False, Zero(option.Of));
            case Sort.Record record:
                return new Meaning.Record([.. record.Fields.Select(field => Zero(field.Sort))]);
            case Sort.Mapping map:
                var element = Zero(map.Value);
                return new Meaning.Map(_ => element);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The values of a sort whose size is fixed.</summary>
    public IEnumerable<Formula> Members(Sort sort)
    {
        if (!Signature.IsPlain(sort) || sort.ScalarCount > 64)
        {
            throw Refuse($"ranges over '{sort}'");
        }

        var logic = reading.Signature.LogicOf(sort);
        return Semantics.Value.All(sort).Select(value => Formula.Of(logic, value.Number));
    }

    /// <summary>What cannot be said for every size.</summary>
    public ModelException Refuse(string what) => ModelException.At(where, Codes.NotGeneric, $"what is written here {what}");

    private static Formula Number(int number) => Formula.Of(LogicSort.Number, number);

    private static Meaning.Scalar Term(Formula formula) => new(new One.Term(formula));

    /// <summary>That a number which is known is at most another: at this size, and it has to be so at any.</summary>
    public void NoteOrder(int less, int more) => reading.Signature.NoteOrder(less, more);

    /// <summary>Whether a number is in a range.</summary>
    public Formula InRange(Sort.Interval range, Formula number) => Formula.And(
        AtMost(Formula.Of(LogicSort.Number, range.Low), number),
        AtMost(number, Formula.Of(LogicSort.Number, range.High)));

    private Formula AtMost(Formula left, Formula right)
    {
        NoteOrders(left, right);
        return Formula.AtMost(left, right);
    }

    private Formula AreEqual(Formula left, Formula right)
    {
        NoteOrders(left, right);
        return Formula.Equal(left, right);
    }

    // Two known numbers are compared here and now: one is less than the other, or they are equal.
    private void NoteOrders(Formula left, Formula right)
    {
        if ((left, right) is (Formula.Constant a, Formula.Constant b) && a.Sort == LogicSort.Number && b.Sort == LogicSort.Number)
        {
            var (less, more) = a.Number <= b.Number ? (a.Number, b.Number) : (b.Number, a.Number);
            NoteOrder(less == more ? less : less + 1, more);
            if (less == more)
            {
                NoteOrder(b.Number, a.Number);
            }
        }
    }

    private Formula Denied(Expr expr)
    {
        isPositive = !isPositive;
        var result = Of(expr).AsFormula;
        isPositive = !isPositive;
        return result;
    }

    private Formula AreEqual(Sort sort, Meaning left, Meaning right)
    {
        switch (left, right)
        {
            case (Meaning.Truth a, Meaning.Truth b):
                return Formula.Equal(a.Formula, b.Formula);
            case (Meaning.Scalar a, Meaning.Scalar b) when sort is Sort.Interval:
                return a.Value.Select(x => b.Value.Select(y => AreEqual(x, y), isPositive), isPositive);
            case (Meaning.Scalar a, Meaning.Scalar { Value: One.Term b }):
                return a.Value.Is(b.Formula, isPositive);
            case (Meaning.Scalar { Value: One.Term a }, Meaning.Scalar b):
                return b.Value.Is(a.Formula, isPositive);
            case (Meaning.Scalar a, Meaning.Scalar b):
                return a.Value.Select(value => b.Value.Is(value, isPositive), isPositive);
            case (Meaning.Option a, Meaning.Option b):
                var of = ((Sort.Optional)sort).Of;
                // A relation holds of nothing where the option is empty. What is surely there is looked for in the other
                // one; "all that is in the other one" would hold of an empty one as well.
                return b.Has.IsTrue && a.Content is Meaning.Scalar { Value: One.Related } ? AreEqual(of, b.Content, a.Content)
                    : a.Has.IsTrue && b.Content is Meaning.Scalar { Value: One.Related } ? AreEqual(of, a.Content, b.Content)
                    : Formula.And(Formula.Equal(a.Has, b.Has), Formula.Implies(a.Has, AreEqual(of, a.Content, b.Content)));
            case (Meaning.Record a, Meaning.Record b):
                return Formula.And(a.Fields.Select((field, i) =>
                    AreEqual(((Sort.Record)sort).Fields[i].Sort, field, b.Fields[i])));
            case (Meaning.Map a, Meaning.Map b):
                var map = (Sort.Mapping)sort;
                var binder = new Binder("key", map.Key);
                return Every(true, binder, () => AreEqual(map.Value, a.At(bound[binder]), b.At(bound[binder])));
            default:
                throw new UnreachableException();
        }
    }
}
