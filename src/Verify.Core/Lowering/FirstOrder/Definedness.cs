using Verify.Modelling;

namespace Verify.Lowering.FirstOrder;

/// <summary>
/// Where an expression is defined: no value is taken out of an empty option and no number is no key. What a quantifier
/// ranges over is looked at as a whole, although the interpreter may stop earlier.
/// </summary>
internal sealed class Definedness(ExprLowering lowering) : ExprFold<Formula>
{
    protected internal override Formula OnLiteral(Expr.Literal node) => Formula.True;

    protected internal override Formula OnNone(Expr.NoneOf node) => Formula.True;

    protected internal override Formula OnRead(Expr.Read node) => Formula.True;

    protected internal override Formula OnBound(Expr.Bound node) => Formula.True;

    protected internal override Formula OnAt(Expr.At node)
    {
        var key = ((Sort.Mapping)node.Map.Sort).Key;
        return Formula.And(Of(node.Map), Of(node.Key), Fits(key, node.Key.Sort, lowering.Of(node.Key)));
    }

    protected internal override Formula OnGet(Expr.Get node) => Of(node.Record);

    protected internal override Formula OnConstruct(Expr.Construct node) => Formula.And(node.Fields.Select((field, i) =>
        Formula.And(Of(field), Fits(((Sort.Record)node.Sort).Fields[i].Sort, field.Sort, lowering.Of(field)))));

    protected internal override Formula OnFill(Expr.Fill node) =>
        Formula.And(Of(node.Element), Fits(((Sort.Mapping)node.Sort).Value, node.Element.Sort, lowering.Of(node.Element)));

    protected internal override Formula OnSome(Expr.Some node) => Of(node.Content);

    protected internal override Formula OnHas(Expr.Has node) => Of(node.Option);

    protected internal override Formula OnValueOf(Expr.ValueOf node) =>
        Formula.And(Of(node.Option), ((Meaning.Option)lowering.Of(node.Option)).Has);

    protected internal override Formula OnNot(Expr.Not node) => Of(node.Operand);

    protected internal override Formula OnLogic(Expr.Logic node)
    {
        var right = Of(node.Right);
        return Formula.And(Of(node.Left), right.IsTrue ? right : node.Operator == LogicOperator.Or
            ? Formula.Or(lowering.Truth(node.Left), right)
            : Formula.Implies(lowering.Truth(node.Left, asserted: false), right));
    }

    protected internal override Formula OnEqual(Expr.Equal node) => Formula.And(Of(node.Left), Of(node.Right));

    protected internal override Formula OnCompare(Expr.Compare node) => Formula.And(Of(node.Left), Of(node.Right));

    protected internal override Formula OnArithmetic(Expr.Arithmetic node) => Formula.And(Of(node.Left), Of(node.Right));

    protected internal override Formula OnChoice(Expr.Choice node)
    {
        var (then, otherwise) = (Of(node.IfTrue), Of(node.IfFalse));
        return Formula.And(Of(node.Condition), then.IsTrue && otherwise.IsTrue
            ? Formula.True
            : Formula.If(lowering.Truth(node.Condition), then, otherwise));
    }

    protected internal override Formula OnQuantified(Expr.Quantified node) =>
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

    /// <summary>Whether a value is in the ranges of the location that it goes to.</summary>
    public Formula Fits(Sort target, Sort source, Meaning value)
    {
        switch (target, source, value)
        {
            case (Sort.Interval to, Sort.Interval from, Meaning.Scalar scalar):
                return FitsAlways(to, from) ? Formula.True : scalar.Value.Select(number => lowering.InRange(to, number), true);
            case (Sort.Optional to, Sort.Optional from, Meaning.Option option):
                return Formula.Implies(option.Has, Fits(to.Of, from.Of, option.Content));
            case (Sort.Record to, Sort.Record from, Meaning.Record record):
                return Formula.And(record.Fields.Select((field, i) => Fits(to.Fields[i].Sort, from.Fields[i].Sort, field)));
            case (Sort.Mapping to, Sort.Mapping from, Meaning.Map map) when !to.Value.Equals(from.Value):
                var binder = new Binder("key", to.Key);
                return lowering.Every(true, binder, () => Fits(to.Value, from.Value, map.At(lowering.Of(new Expr.Bound(binder)).AsOne
                    is One.Term term ? term.Formula : Formula.True)));
            default:
                return Formula.True;
        }
    }
}
