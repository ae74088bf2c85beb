using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Lowering;

/// <summary>
/// A model as first-order logic over unknown universes: the same formulas for every size of its scalar sets. It means
/// what the interpreter says; the tests compare the two on finite universes, step by step.
/// </summary>
/// <remarks>
/// States of the logic are more than those of any instance: an option may say that it is not empty and hold nothing.
/// Every state of an instance is among them, so what is invariant here is invariant there.
/// </remarks>
public sealed class FirstOrderModel
{
    private readonly DefinedView initially;

    /// <summary>Lowers a model.</summary>
    /// <exception cref="UserErrorException">VRF307: something in it cannot be told for every size.</exception>
    public FirstOrderModel(Model model)
    {
        (Model, Signature) = (model, new Signature(model));
        Initial = [.. model.Variables.Where(variable => variable.Initially is not null).SelectMany(Initially)];
        initially = new DefinedView(Signature, Initial.ToDictionary(pair => pair.Leaf, pair => pair.Start));
        Rules = [.. model.Rules.Select(rule => new RuleLowering(Signature, rule).Lower())];
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The symbols of its states.</summary>
    public Signature Signature { get; }

    /// <summary>The leaves that start with a known value; the others start with any.</summary>
    public ImmutableArray<(StateSymbol Leaf, Symbol Start)> Initial { get; }

    /// <summary>The rules, in the order of the model.</summary>
    public ImmutableArray<FirstOrderRule> Rules { get; }

    /// <summary>A closed predicate of a state.</summary>
    /// <exception cref="UserErrorException">VRF307: it cannot be told for every size.</exception>
    public Formula Holds(Expr predicate, SourceLocation where) => Holds(new PlainView(Signature), predicate, where);

    /// <summary>Whether a closed predicate is defined in a state.</summary>
    /// <exception cref="UserErrorException">VRF307: it cannot be told for every size.</exception>
    public Formula IsDefined(Expr predicate, SourceLocation where) =>
        new Definedness(new ExprLowering(new PlainView(Signature), where)).Of(predicate);

    /// <summary>Whether a closed predicate is defined in every state, by the way it is written.</summary>
    /// <remarks>It has symbols of its own: what is looked at leaves nothing behind in those of the model.</remarks>
    /// <exception cref="UserErrorException">VRF307: it cannot be told for every size.</exception>
    public bool IsAlwaysDefined(Expr predicate, SourceLocation where) =>
        new Definedness(new ExprLowering(new PlainView(new Signature(Model)), where)).Of(predicate).IsTrue;

    /// <summary>A closed predicate of an initial state.</summary>
    public Formula HoldsInitially(Expr predicate, SourceLocation where) => Holds(initially, predicate, where);

    /// <summary>A closed predicate of the state after a step.</summary>
    public Formula HoldsAfter(FirstOrderRule rule, Expr predicate, SourceLocation where) =>
        Holds(new DefinedView(Signature, rule.After.Values.ToDictionary(pair => pair.Leaf, pair => pair.After)), predicate, where);

    /// <summary>
    /// What is known of numbers and is in no formula: that what starts with one starts in its range, and what formulas were
    /// simplified by. Each as it is written, not simplified in turn.
    /// </summary>
    public IEnumerable<string> KnownOrders() =>
    [
        .. from pair in Initial
           where pair.Leaf is { Kind: StateSymbolKind.Data, Sort: Sort.Interval }
           let range = (Sort.Interval)pair.Leaf.Sort
           let start = pair.Start.Definition!.Value.Body
           from text in (string[])[$"(<= {Number(range.Low)} {start})", $"(<= {start} {Number(range.High)})"]
           select text,
        .. Signature.Orders.Select(pair => $"(<= {Number(pair.Less)} {Number(pair.More)})"),
    ];

    private static Formula Number(int number) => Formula.Of(LogicSort.Number, number);

    private static Formula Holds(StateView reading, Expr predicate, SourceLocation where) =>
        new ExprLowering(reading, where).Truth(predicate);

    private IEnumerable<(StateSymbol, Symbol)> Initially(Variable variable)
    {
        var scope = new ExprLowering(new PlainView(Signature), variable.Where);
        return new OptionEncoding(Signature, scope)
            .Of(Signature.ShapeOf(variable), variable.Sort, scope.Of(variable.Initially!), [])
            .Select(part => (part.Leaf, new Symbol(
                Signature.InitiallyNameOf(part.Leaf.Symbol.Name), part.Leaf.Symbol.Arguments, part.Leaf.Symbol.Sort)
            {
                Definition = (
                    [.. part.Leaf.Symbol.Arguments.Select((sort, i) => new Formula.Variable($"?k{i + 1}", sort))],
                    part.Value),
            }));
    }
}
