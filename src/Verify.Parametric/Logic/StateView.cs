using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Parametric.Logic;

/// <summary>The state in which an expression is evaluated.</summary>
internal abstract class StateView(Signature signature)
{
    /// <summary>The symbols.</summary>
    public Signature Signature { get; } = signature;

    /// <summary>The value of a leaf at its keys and, for a relation, at the identity.</summary>
    protected abstract Formula At(StateSymbol leaf, ImmutableArray<Formula> arguments);

    /// <summary>A term for the identity in an option; null if it cannot be named.</summary>
    protected virtual Formula? Witness(StateSymbol leaf, ImmutableArray<Formula> keys) => null;

    /// <summary>The value of a variable.</summary>
    public virtual LogicValue Of(Variable variable) => Of(Signature.ShapeOf(variable), []);

    /// <summary>The value of a part of the state under some keys.</summary>
    protected LogicValue Of(Shape shape, ImmutableArray<Formula> keys)
    {
        switch (shape)
        {
            case Shape.Option option:
                return new LogicValue.Option(At(option.Flag, keys), Of(option.Content, keys));
            case Shape.Record record:
                return new LogicValue.Record([.. record.Fields.Select(field => Of(field, keys))]);
            case Shape.Map map:
                return new LogicValue.Map(key => Of(map.Values, keys.Add(key)));
            case Shape.Scalar { Leaf: { Kind: StateSymbolKind.Relation } leaf }:
                return new LogicValue.Scalar(Witness(leaf, keys) is { } witness
                    ? new ScalarTerm.Term(witness)
                    : new ScalarTerm.Related(Signature.LogicOf(leaf.Sort), value => At(leaf, keys.Add(value))));
            case Shape.Scalar { Leaf: { Kind: StateSymbolKind.Truth } leaf }:
                return new LogicValue.Truth(At(leaf, keys));
            case Shape.Scalar scalar:
                return new LogicValue.Scalar(new ScalarTerm.Term(At(scalar.Leaf, keys)));
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}

/// <summary>The state before a step, or any state: leaves are the declared symbols.</summary>
internal class PlainView(Signature signature) : StateView(signature)
{
    /// <inheritdoc/>
    protected override Formula At(StateSymbol leaf, ImmutableArray<Formula> arguments) => Formula.Apply(leaf.Symbol, arguments);
}

/// <summary>
/// The state that a rule reads. It names the identity in an option at known keys by a constant, with the fact that the
/// option, if not empty, holds that identity.
/// </summary>
internal sealed class RuleView(Signature signature, string prefix) : PlainView(signature)
{
    private readonly Dictionary<string, Symbol> names = new(StringComparer.Ordinal);
    private readonly List<Symbol> symbols = [];
    private readonly List<Formula> facts = [];

    /// <summary>The constants.</summary>
    public IReadOnlyList<Symbol> Symbols => symbols;

    /// <summary>The facts about the constants.</summary>
    public IReadOnlyList<Formula> Facts => facts;

    /// <summary>Returns the constant for the identity in an option; null if the keys are not known terms.</summary>
    public Formula? Name(StateSymbol leaf, ImmutableArray<Formula> keys)
    {
        if (!keys.All(IsKnown))
        {
            return null;
        }

        var entry = $"{leaf.Symbol.Name}({string.Join(' ', keys)})";
        if (!names.TryGetValue(entry, out var symbol))
        {
            names[entry] = symbol = new Symbol($"{prefix}{names.Count + 1}", [], Signature.LogicOf(leaf.Sort));
            symbols.Add(symbol);
            facts.Add(Formula.Implies(
                Formula.Apply(leaf.Flag!.Symbol, [.. keys.Take(leaf.Flag.Keys.Length)]),
                Formula.Apply(leaf.Symbol, [.. keys, Formula.Apply(symbol)])));
        }

        return Formula.Apply(symbol);
    }

    /// <inheritdoc/>
    protected override Formula? Witness(StateSymbol leaf, ImmutableArray<Formula> keys) => Name(leaf, keys);

    // True if a term contains no variables of quantifiers or definitions.
    private static bool IsKnown(Formula term) => term switch
    {
        Formula.Variable or Formula.Quantified => false,
        Formula.Application a => a.Arguments.All(IsKnown),
        Formula.Operation o => o.Operands.All(IsKnown),
        _ => true,
    };
}

/// <summary>
/// The state after a step, or an initial state: some leaves have definitions, the others are unchanged.
/// </summary>
internal sealed class DefinedView(Signature signature, IReadOnlyDictionary<StateSymbol, Symbol> defined) : StateView(signature)
{
    /// <inheritdoc/>
    protected override Formula At(StateSymbol leaf, ImmutableArray<Formula> arguments) =>
        Formula.Apply(defined.TryGetValue(leaf, out var symbol) ? symbol : leaf.Symbol, arguments);
}
