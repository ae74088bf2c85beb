using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Lowering;

/// <summary>Computes the values of the leaves that an assignment writes.</summary>
internal sealed class OptionEncoding(Signature signature, ExprLowering scope)
{
    /// <summary>Each leaf under a location with its new value at the keys <c>?k1</c>, <c>?k2</c>, …</summary>
    /// <param name="shape">The location.</param>
    /// <param name="sort">The sort of the location.</param>
    /// <param name="value">The assigned value.</param>
    /// <param name="keys">The keys on the path to the location.</param>
    /// <exception cref="UserErrorException">VRF307: a value is not a term.</exception>
    public IEnumerable<(StateSymbol Leaf, Formula Value)> Of(Shape shape, Sort sort, LogicValue value, ImmutableArray<Formula> keys) =>
        Of(shape, sort, value, keys, Formula.True);

    // The content of an empty option is false, the least number, or nothing.
    private IEnumerable<(StateSymbol Leaf, Formula Value)> Of(
        Shape shape, Sort sort, LogicValue value, ImmutableArray<Formula> keys, Formula isThere)
    {
        switch (shape, value)
        {
            case (Shape.Option option, LogicValue.Option given):
                var has = Formula.And(isThere, given.Has);
                return Of(option.Content, ((Sort.Optional)sort).Of, given.Content, keys, has).Prepend((option.Flag, has));
            case (Shape.Record record, LogicValue.Record given):
                return record.Fields.SelectMany((field, i) =>
                    Of(field, ((Sort.Record)sort).Fields[i].Sort, given.Fields[i], keys, isThere));
            case (Shape.Map map, LogicValue.Map given):
                var key = new Formula.Variable($"?k{keys.Length + 1}", signature.LogicOf(map.Key));
                return Of(map.Values, ((Sort.Mapping)sort).Value, given.At(key), keys.Add(key), isThere);
            case (Shape.Scalar { Leaf: { Kind: StateSymbolKind.Relation } leaf }, _):
                var identity = new Formula.Variable($"?k{keys.Length + 1}", signature.LogicOf(leaf.Sort));
                return [(leaf, Formula.And(isThere, value.AsOne.Is(identity, true)))];
            case (Shape.Scalar { Leaf: { Kind: StateSymbolKind.Truth } leaf }, _):
                return [(leaf, Formula.And(isThere, value.AsFormula))];
            case (Shape.Scalar scalar, _):
                return [(scalar.Leaf, value.AsOne is ScalarTerm.Term term
                    ? Formula.If(isThere, term.Formula,
                        scope.Zero(scalar.Leaf.Sort).AsOne is ScalarTerm.Term least ? least.Formula : term.Formula)
                    : throw scope.Refuse("assigns, for each value of a sort, a value that it looks up through the content of an option"))];
            default:
                throw new UnreachableException();
        }
    }
}
