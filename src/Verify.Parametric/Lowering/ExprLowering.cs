using System.Diagnostics;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Lowering;

/// <summary>Translates expressions of the modelling language to formulas about one state.</summary>
/// <param name="reading">The state.</param>
/// <param name="where">The source location for error messages.</param>
internal sealed class ExprLowering(StateView reading, SourceLocation where) : ExprFold<LogicValue>
{
    private readonly Dictionary<Binder, Formula> bound = [];
    private bool isPositive = true;

    /// <summary>The number of quantifiers around the current expression.</summary>
    public int Depth { get; private set; }

    /// <summary>Gives a parameter a value.</summary>
    public void Bind(Binder binder, Formula value) => bound[binder] = value;

    /// <summary>Translates a truth value to a formula that is asserted or denied.</summary>
    public Formula Truth(Expr expr, bool asserted = true)
    {
        var outer = isPositive;
        isPositive = asserted;
        var result = Of(expr).AsFormula;
        isPositive = outer;
        return result;
    }

    /// <summary>
    /// Quantifies over the values of a sort: a quantifier for identities, else one operand per value.
    /// </summary>
    public Formula Every(bool isForAll, Binder binder, Func<Formula> body) =>
        Restored(binder, () => EveryValue(isForAll, binder, body));

    // Restores the old value of a binder, such as the parameter of a rule, after the quantifier.
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
        if (binder.Sort is Sort.ScalarSet)
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

    protected override LogicValue OnLiteral(Expr.Literal node)
    {
        switch (node.Sort)
        {
            case Sort.Boolean:
                return new LogicValue.Truth(Formula.Of(LogicSort.Truth, node.Number));
            case Sort.ScalarSet scalar:
                throw Refuse($"names a member of '{scalar.Name}'");
            case Sort.Interval range:
                // The model's constructor has already checked that the constant has the sort of its target.
                NoteOrder(range.Low, node.Number);
                NoteOrder(node.Number, range.High);
                break;
        }

        return Term(Formula.Of(reading.Signature.LogicOf(node.Sort), node.Number));
    }

    protected override LogicValue OnNone(Expr.NoneOf node) =>
        new LogicValue.Option(Formula.False, Zero(((Sort.Optional)node.Sort).Of));

    protected override LogicValue OnRead(Expr.Read node) => reading.Of(node.Variable);

    protected override LogicValue OnBoundVariable(Expr.BoundVariable node) => node.Sort is Sort.Boolean
        ? new LogicValue.Truth(bound[node.Binder])
        : Term(bound[node.Binder]);

    protected override LogicValue OnIndex(Expr.Index node) =>
        LogicValue.Lift(Of(node.Key).AsOne, isPositive, ((LogicValue.Map)Of(node.Map)).At);

    protected override LogicValue OnFieldOf(Expr.FieldOf node) => ((LogicValue.Record)Of(node.Record)).Fields[node.Position];

    protected override LogicValue OnRecordOf(Expr.RecordOf node) => new LogicValue.Record([.. node.Fields.Select(Of)]);

    protected override LogicValue OnConstantMap(Expr.ConstantMap node)
    {
        var element = Of(node.Element);
        return new LogicValue.Map(_ => element);
    }

    protected override LogicValue OnSome(Expr.Some node) => new LogicValue.Option(Formula.True, Of(node.Content));

    protected override LogicValue OnIsSome(Expr.IsSome node) => new LogicValue.Truth(((LogicValue.Option)Of(node.Option)).Has);

    protected override LogicValue OnValueOf(Expr.ValueOf node) => ((LogicValue.Option)Of(node.Option)).Content;

    protected override LogicValue OnNot(Expr.Not node) => new LogicValue.Truth(Formula.Not(Denied(node.Operand)));

    protected override LogicValue OnConnective(Expr.Connective node) => new LogicValue.Truth(node.Operator switch
    {
        LogicOperator.And => Formula.And(Of(node.Left).AsFormula, Of(node.Right).AsFormula),
        LogicOperator.Or => Formula.Or(Of(node.Left).AsFormula, Of(node.Right).AsFormula),
        LogicOperator.Implies => Formula.Implies(Denied(node.Left), Of(node.Right).AsFormula),
        _ => throw new UnreachableException(),
    });

    protected override LogicValue OnEqual(Expr.Equal node) =>
        new LogicValue.Truth(AreEqual(node.Left.Sort, Of(node.Left), Of(node.Right)));

    protected override LogicValue OnCompare(Expr.Compare node)
    {
        var (left, right) = (Of(node.Left).AsOne, Of(node.Right).AsOne);
        return new LogicValue.Truth(left.Select(a => right.Select(
            b => node.IsStrict ? Formula.Not(AtMost(b, a)) : AtMost(a, b), isPositive), isPositive));
    }

    protected override LogicValue OnArithmetic(Expr.Arithmetic node)
    {
        var (left, right) = (Of(node.Left).AsOne, Of(node.Right).AsOne);
        return (left, right) is (ScalarTerm.Term a, ScalarTerm.Term b)
            ? Term(Formula.Sum(node.IsSubtract, a.Formula, b.Formula))
            : new LogicValue.Scalar(new ScalarTerm.Lifted(LogicSort.Number, left, x =>
                new ScalarTerm.Lifted(LogicSort.Number, right, y => new ScalarTerm.Term(Formula.Sum(node.IsSubtract, x, y)))));
    }

    protected override LogicValue OnConditional(Expr.Conditional node) =>
        LogicValue.Choose(Of(node.Condition).AsFormula, Of(node.IfTrue), Of(node.IfFalse));

    protected override LogicValue OnQuantified(Expr.Quantified node) => node.Quantifier switch
    {
        Quantifier.Count when node.Binder.Sort is Sort.ScalarSet scalar => throw Refuse($"counts the members of '{scalar.Name}'"),
        Quantifier.Count => Restored(node.Binder, () => Term(Members(node.Binder.Sort).Aggregate(Number(0), (sum, value) =>
        {
            bound[node.Binder] = value;
            return Formula.Sum(false, sum, Formula.If(Of(node.Body).AsFormula, Number(1), Number(0)));
        }))),
        var quantifier => new LogicValue.Truth(
            Every(quantifier == Quantifier.ForAll, node.Binder, () => Of(node.Body).AsFormula)),
    };

    /// <summary>The default value of a sort, which the content of an empty option has.</summary>
    public LogicValue Zero(Sort sort)
    {
        switch (sort)
        {
            case Sort.Boolean:
                return new LogicValue.Truth(Formula.False);
            case Sort.Interval range:
                return Term(Formula.Of(LogicSort.Number, range.Low));
            case Sort.Enumeration:
                return Term(Formula.Of(reading.Signature.LogicOf(sort), 0));
            case Sort.ScalarSet:
                return new LogicValue.Scalar(new ScalarTerm.Nothing(reading.Signature.LogicOf(sort)));
            case Sort.Optional option:
                return new LogicValue.Option(Formula.False, Zero(option.Of));
            case Sort.Record record:
                return new LogicValue.Record([.. record.Fields.Select(field => Zero(field.Sort))]);
            case Sort.Mapping map:
                var element = Zero(map.Value);
                return new LogicValue.Map(_ => element);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The values of a sort of fixed size.</summary>
    public IEnumerable<Formula> Members(Sort sort)
    {
        if (!Signature.IsPlain(sort) || sort.ScalarCount > 64)
        {
            throw Refuse($"ranges over '{sort}'");
        }

        var logic = reading.Signature.LogicOf(sort);
        return Semantics.Value.All(sort).Select(value => Formula.Of(logic, value.Number));
    }

    /// <summary>The error for an expression that cannot be expressed for every size.</summary>
    public UserErrorException Refuse(string what) =>
        UserErrorException.At(where, ErrorCodes.NotGeneric, $"the model {what} here, which cannot be expressed for every size");

    private static Formula Number(int number) => Formula.Of(LogicSort.Number, number);

    private static LogicValue.Scalar Term(Formula formula) => new(new ScalarTerm.Term(formula));

    /// <summary>
    /// Records that one known number is at most another. It holds at this size and must hold at every size.
    /// </summary>
    public void NoteOrder(int less, int more) => reading.Signature.NoteOrder(less, more);

    /// <summary>The condition that a number is in a range.</summary>
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

    // Known numbers are compared immediately, so their order is recorded.
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

    private Formula AreEqual(Sort sort, LogicValue left, LogicValue right)
    {
        switch (left, right)
        {
            case (LogicValue.Truth a, LogicValue.Truth b):
                return Formula.Equal(a.Formula, b.Formula);
            case (LogicValue.Scalar a, LogicValue.Scalar b) when sort is Sort.Interval:
                return a.Value.Select(x => b.Value.Select(y => AreEqual(x, y), isPositive), isPositive);
            case (LogicValue.Scalar a, LogicValue.Scalar { Value: ScalarTerm.Term b }):
                return a.Value.Is(b.Formula, isPositive);
            case (LogicValue.Scalar { Value: ScalarTerm.Term a }, LogicValue.Scalar b):
                return b.Value.Is(a.Formula, isPositive);
            case (LogicValue.Scalar a, LogicValue.Scalar b):
                return a.Value.Select(value => b.Value.Is(value, isPositive), isPositive);
            case (LogicValue.Option a, LogicValue.Option b):
                var of = ((Sort.Optional)sort).Of;
                // The relation of an empty option holds for no identity. If one option is surely not empty, the
                // comparison starts from its content; "all content of the other option" would hold for an empty one as
                // well.
                return b.Has.IsTrue && a.Content is LogicValue.Scalar { Value: ScalarTerm.Related } ? AreEqual(of, b.Content, a.Content)
                    : a.Has.IsTrue && b.Content is LogicValue.Scalar { Value: ScalarTerm.Related } ? AreEqual(of, a.Content, b.Content)
                    : Formula.And(Formula.Equal(a.Has, b.Has), Formula.Implies(a.Has, AreEqual(of, a.Content, b.Content)));
            case (LogicValue.Record a, LogicValue.Record b):
                return Formula.And(a.Fields.Select((field, i) =>
                    AreEqual(((Sort.Record)sort).Fields[i].Sort, field, b.Fields[i])));
            case (LogicValue.Map a, LogicValue.Map b):
                var map = (Sort.Mapping)sort;
                var binder = new Binder("key", map.Key);
                return Every(true, binder, () => AreEqual(map.Value, a.At(bound[binder]), b.At(bound[binder])));
            default:
                throw new UnreachableException();
        }
    }
}
