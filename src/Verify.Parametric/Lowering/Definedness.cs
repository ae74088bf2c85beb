using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Lowering;

/// <summary>
/// The condition under which an expression is defined: it takes no value from an empty option, and every number used as
/// a key is in range. A quantifier is defined only if its body is defined for all values, although the interpreter may
/// stop earlier.
/// </summary>
internal sealed class Definedness(ExprLowering lowering) : ExprFold<Formula>
{
    protected override Formula OnLiteral(Expr.Literal node) => Formula.True;

    protected override Formula OnNone(Expr.NoneOf node) => Formula.True;

    protected override Formula OnRead(Expr.Read node) => Formula.True;

    protected override Formula OnBoundVariable(Expr.BoundVariable node) => Formula.True;

    protected override Formula OnIndex(Expr.Index node)
    {
        var key = ((Sort.Mapping)node.Map.Sort).Key;
        return Formula.And(Of(node.Map), Of(node.Key), Fits(key, node.Key.Sort, lowering.Of(node.Key)));
    }

    protected override Formula OnFieldOf(Expr.FieldOf node) => Of(node.Record);

    protected override Formula OnRecordOf(Expr.RecordOf node) => Formula.And(node.Fields.Select((field, i) =>
        Formula.And(Of(field), Fits(((Sort.Record)node.Sort).Fields[i].Sort, field.Sort, lowering.Of(field)))));

    protected override Formula OnConstantMap(Expr.ConstantMap node) =>
        Formula.And(Of(node.Element), Fits(((Sort.Mapping)node.Sort).Value, node.Element.Sort, lowering.Of(node.Element)));

    protected override Formula OnSome(Expr.Some node) => Of(node.Content);

    protected override Formula OnIsSome(Expr.IsSome node) => Of(node.Option);

    protected override Formula OnValueOf(Expr.ValueOf node) =>
        Formula.And(Of(node.Option), ((LogicValue.Option)lowering.Of(node.Option)).Has);

    protected override Formula OnNot(Expr.Not node) => Of(node.Operand);

    protected override Formula OnConnective(Expr.Connective node)
    {
        var right = Of(node.Right);
        return Formula.And(Of(node.Left), right.IsTrue ? right : node.Operator == LogicOperator.Or
            ? Formula.Or(lowering.Truth(node.Left), right)
            : Formula.Implies(lowering.Truth(node.Left, asserted: false), right));
    }

    protected override Formula OnEqual(Expr.Equal node) => Formula.And(Of(node.Left), Of(node.Right));

    protected override Formula OnCompare(Expr.Compare node) => Formula.And(Of(node.Left), Of(node.Right));

    protected override Formula OnArithmetic(Expr.Arithmetic node) => Formula.And(Of(node.Left), Of(node.Right));

    protected override Formula OnConditional(Expr.Conditional node)
    {
        var (then, otherwise) = (Of(node.IfTrue), Of(node.IfFalse));
        return Formula.And(Of(node.Condition), then.IsTrue && otherwise.IsTrue
            ? Formula.True
            : Formula.If(lowering.Truth(node.Condition), then, otherwise));
    }

    protected override Formula OnQuantified(Expr.Quantified node) =>
        lowering.Every(true, node.Binder, () => Of(node.Body));

    private bool FitsAlways(Sort.Interval to, Sort.Interval from)
    {
        if (from.Low < to.Low || from.High > to.High)
        {
            return false;
        }

        lowering.NoteOrder(to.Low, from.Low);
        lowering.NoteOrder(from.High, to.High);
        return true;
    }

    /// <summary>The condition that a value is in the ranges of its target location.</summary>
    public Formula Fits(Sort target, Sort source, LogicValue value)
    {
        switch (target, source, value)
        {
            case (Sort.Interval to, Sort.Interval from, LogicValue.Scalar scalar):
                return FitsAlways(to, from) ? Formula.True : scalar.Value.Select(number => lowering.InRange(to, number), true);
            case (Sort.Optional to, Sort.Optional from, LogicValue.Option option):
                return Formula.Implies(option.Has, Fits(to.Of, from.Of, option.Content));
            case (Sort.Record to, Sort.Record from, LogicValue.Record record):
                return Formula.And(record.Fields.Select((field, i) => Fits(to.Fields[i].Sort, from.Fields[i].Sort, field)));
            case (Sort.Mapping to, Sort.Mapping from, LogicValue.Map map) when !to.Value.Equals(from.Value):
                var binder = new Binder("key", to.Key);
                return lowering.Every(true, binder, () =>
                    Fits(to.Value, from.Value, map.At(lowering.Of(new Expr.BoundVariable(binder)).AsOne
                    is ScalarTerm.Term term ? term.Formula : Formula.True)));
            default:
                return Formula.True;
        }
    }
}
