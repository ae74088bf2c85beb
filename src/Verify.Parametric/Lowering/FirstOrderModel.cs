using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Lowering;

/// <summary>
/// A model as first-order logic over uninterpreted universes: the same formulas for every size of its scalar sets. The
/// meaning is that of the interpreter; tests compare the two step by step on finite universes.
/// </summary>
/// <remarks>
/// The logic has more states than the instances: an option may be flagged as not empty without content. Every state of
/// an instance is a state of the logic, so an invariant of the logic holds in every instance.
/// </remarks>
public sealed class FirstOrderModel
{
    private readonly DefinedView initially;

    /// <summary>Lowers a model.</summary>
    /// <exception cref="UserErrorException">VRF307: a part of the model cannot be expressed for every size.</exception>
    public FirstOrderModel(Model model)
    {
        (Model, Signature) = (model, new Signature(model));
        Initial = [.. model.Variables.Where(variable => variable.Initially is not null)
            .SelectMany(variable => Initially(variable, scope => scope.Of(variable.Initially!)))];
        initially = new DefinedView(Signature, Initial.ToDictionary(pair => pair.Leaf, pair => pair.Start));
        StartConditions = [.. model.StartConditions.Select(start => HoldsInitially(start.Holds, start.Where))];
        LeastStart = [.. Initial, .. model.Variables
            .Where(variable => variable.Initially is null && !StartConditions.IsEmpty && !HasIdentity(variable.Sort))
            .SelectMany(variable => Initially(variable, scope => scope.Zero(variable.Sort)))];
        var least = new DefinedView(Signature, LeastStart.ToDictionary(pair => pair.Leaf, pair => pair.Start));
        HasLeastStart = Formula.And(model.StartConditions.Select(start => Holds(least, start.Holds, start.Where)));
        Rules = [.. model.Rules.Select(rule => new RuleLowering(Signature, rule).Lower())];
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The symbols of the states.</summary>
    public Signature Signature { get; }

    /// <summary>
    /// The leaves with a known initial value; the others may start with any value that the conditions allow.
    /// </summary>
    public ImmutableArray<(StateSymbol Leaf, Symbol Start)> Initial { get; }

    /// <summary>The conditions that every initial state satisfies, besides the known values.</summary>
    public ImmutableArray<Formula> StartConditions { get; }

    /// <summary>
    /// The values of one candidate for an initial state: what may start with any value is empty, false or least there.
    /// Leaves that hold identities outside of options are left out.
    /// </summary>
    public ImmutableArray<(StateSymbol Leaf, Symbol Start)> LeastStart { get; }

    /// <summary>The condition that the candidate is an initial state, whatever the leaves that are left out hold.</summary>
    public Formula HasLeastStart { get; }

    /// <summary>The rules, in the order of the model.</summary>
    public ImmutableArray<FirstOrderRule> Rules { get; }

    /// <summary>Translates a closed predicate of a state.</summary>
    /// <exception cref="UserErrorException">VRF307: the predicate cannot be expressed for every size.</exception>
    public Formula Holds(Expr predicate, SourceLocation where) => Holds(new PlainView(Signature), predicate, where);

    /// <summary>The condition that a closed predicate is defined in a state.</summary>
    /// <exception cref="UserErrorException">VRF307: the predicate cannot be expressed for every size.</exception>
    public Formula IsDefined(Expr predicate, SourceLocation where) =>
        new Definedness(new ExprLowering(new PlainView(Signature), where)).Of(predicate);

    /// <summary>True if a closed predicate is defined in every state by its form.</summary>
    /// <remarks>Uses a signature of its own, so that the model's symbols are unaffected.</remarks>
    /// <exception cref="UserErrorException">VRF307: the predicate cannot be expressed for every size.</exception>
    public bool IsAlwaysDefined(Expr predicate, SourceLocation where) =>
        new Definedness(new ExprLowering(new PlainView(new Signature(Model)), where)).Of(predicate).IsTrue;

    /// <summary>Translates a closed predicate of an initial state.</summary>
    public Formula HoldsInitially(Expr predicate, SourceLocation where) => Holds(initially, predicate, where);

    /// <summary>Translates a closed predicate of the state after a step.</summary>
    public Formula HoldsAfter(FirstOrderRule rule, Expr predicate, SourceLocation where) =>
        Holds(new DefinedView(Signature, rule.After.Values.ToDictionary(pair => pair.Leaf, pair => pair.After)), predicate, where);

    /// <summary>
    /// Inequalities that the formulas rely on without containing them: initial numbers are in their ranges, and the
    /// orders that formulas were simplified by. Each has its original form, without further simplification.
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

    private static bool HasIdentity(Sort sort) => sort switch
    {
        Sort.ScalarSet => true,
        Sort.Record record => record.Fields.Any(field => HasIdentity(field.Sort)),
        Sort.Mapping map => HasIdentity(map.Value),
        _ => false,
    };

    private IEnumerable<(StateSymbol Leaf, Symbol Start)> Initially(Variable variable, Func<ExprLowering, LogicValue> value)
    {
        var scope = new ExprLowering(new PlainView(Signature), variable.Where);
        return new OptionEncoding(Signature, scope)
            .Of(Signature.ShapeOf(variable), variable.Sort, value(scope), [])
            .Select(part => (part.Leaf, new Symbol(
                Signature.InitiallyNameOf(part.Leaf.Symbol.Name), part.Leaf.Symbol.Arguments, part.Leaf.Symbol.Sort)
            {
                Definition = (
                    [.. part.Leaf.Symbol.Arguments.Select((sort, i) => new Formula.Variable($"?k{i + 1}", sort))],
                    part.Value),
            }));
    }
}
