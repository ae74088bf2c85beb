using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;

namespace Verify.Parametric.Obligations;

/// <summary>Which part of an inductive proof an obligation is.</summary>
public enum ObligationKind
{
    /// <summary>A conjunct holds at the start.</summary>
    Starts,

    /// <summary>A rule is defined in every state of the invariant.</summary>
    Defined,

    /// <summary>A conjunct holds after a step of a rule if the invariant holds before.</summary>
    Stays,

    /// <summary>The property is defined, and holds, in every state of the invariant.</summary>
    Suffices,
}

/// <summary>Something that has to be shown: in every state that satisfies what is assumed, the goal holds.</summary>
/// <param name="Name">Unique in a proof, as <c>stays: free: no stale entry</c>.</param>
/// <param name="Kind">Which part of the proof it is.</param>
/// <param name="Rule">The rule that it is about, if any.</param>
/// <param name="Conjunct">The conjunct that it is about, if any.</param>
/// <param name="Constants">Constants that stand for any values, beside those of the rule.</param>
/// <param name="Assumed">
/// What is assumed beside the sorts and the facts of the rule; the invariant as well, unless it is about the start.
/// </param>
/// <param name="Goal">What has to hold.</param>
public sealed record Obligation(
    string Name,
    ObligationKind Kind,
    FirstOrderRule? Rule,
    Conjunct? Conjunct,
    ImmutableArray<Symbol> Constants,
    ImmutableArray<Formula> Assumed,
    Formula Goal)
{
    /// <summary>The witness that has to be defined, if it is about one.</summary>
    public Property.Reachable? Witness { get; init; }
}

/// <summary>What has to be shown for a property to be an invariant of a model, given an inductive invariant.</summary>
public sealed class InvariantObligations
{
    private readonly FirstOrderModel model;

    /// <summary>Makes the obligations.</summary>
    /// <param name="model">The model.</param>
    /// <param name="conjuncts">The invariant.</param>
    /// <param name="property">What it is to prove.</param>
    /// <exception cref="UserErrorException">VRF307: something cannot be told for every size.</exception>
    public InvariantObligations(FirstOrderModel model, ImmutableArray<Conjunct> conjuncts, Property.Always property)
    {
        (this.model, Conjuncts, Property) = (model, conjuncts, property);
        Invariant = [.. conjuncts.Select(conjunct => model.Holds(conjunct.Holds, conjunct.Where))];
        All =
        [
            .. conjuncts.Select(Starts),
            Make(ObligationKind.Suffices, $"{property.Name} is defined", null, null, model.IsDefined(property.Holds, property.Where)),
            Make(ObligationKind.Suffices, property.Name, null, null, model.Holds(property.Holds, property.Where)),
            .. model.Model.Properties.OfType<Property.Reachable>().SelectMany(OfWitness),
            .. model.Rules.SelectMany(OfRule),
        ];
        All = [.. All.Where(obligation => !obligation.Goal.IsTrue)];
    }

    /// <summary>The invariant, one formula a conjunct.</summary>
    public ImmutableArray<Formula> Invariant { get; }

    /// <summary>The invariant as it is written.</summary>
    public ImmutableArray<Conjunct> Conjuncts { get; }

    /// <summary>The property.</summary>
    public Property.Always Property { get; }

    /// <summary>The model.</summary>
    public FirstOrderModel Model => model;

    /// <summary>
    /// All obligations: start, then the property, then rule by rule. What is left out holds by itself: a rule that
    /// writes nothing that a conjunct reads, and what simplifies to "true".
    /// </summary>
    public ImmutableArray<Obligation> All { get; }

    private Obligation Starts(Conjunct conjunct) => Make(
        ObligationKind.Starts, conjunct.Name, null, conjunct, model.HoldsInitially(conjunct.Holds, conjunct.Where));

    // A witness that is undefined in a reachable state makes every question about its model undefined.
    private IEnumerable<Obligation> OfWitness(Property.Reachable witness) =>
        model.IsAlwaysDefined(witness.Holds, witness.Where) ? []
            : [Make(ObligationKind.Suffices, $"witness {witness.Name} is defined", null, null,
                model.IsDefined(witness.Holds, witness.Where)) with { Witness = witness }];

    private IEnumerable<Obligation> OfRule(FirstOrderRule rule)
    {
        yield return Make(ObligationKind.Defined, $"{rule.Rule.Name}: guard", rule, null, rule.IsGuardDefined);
        yield return Make(ObligationKind.Defined, $"{rule.Rule.Name}: step", rule, null, rule.AreUpdatesDefined, rule.Guard);
        var written = rule.After.Values.Select(pair => pair.Leaf.Symbol).ToHashSet();
        for (var i = 0; i < Conjuncts.Length; i++)
        {
            if (FormulaTraversal.Symbols([Invariant[i]]).Any(written.Contains))
            {
                yield return Make(ObligationKind.Stays, $"{rule.Rule.Name}: {Conjuncts[i].Name}", rule, Conjuncts[i],
                    model.HoldsAfter(rule, Conjuncts[i].Holds, Conjuncts[i].Where), rule.Guard);
            }
        }
    }

    private Obligation Make(ObligationKind kind, string name, FirstOrderRule? rule, Conjunct? conjunct, Formula goal,
        params ReadOnlySpan<Formula> assumed)
    {
        var constants = new List<Symbol>();
        var stripped = FormulaTraversal.Strip(goal, constants);
        var naming = new RuleView(model.Signature, "$e");
        if (kind != ObligationKind.Starts)
        {
            NameContents(naming, [.. rule?.Parameters ?? [], .. rule?.Witnesses ?? [], .. constants]);
        }

        return new Obligation($"{kind.ToString().ToLowerInvariant()}: {name}", kind, rule, conjunct,
            [.. constants, .. naming.Symbols],
            [.. naming.Facts, .. assumed],
            stripped);
    }

    // What an option holds is something: said of the known keys, and of what is found there, only. Said of all keys it
    // would be a function from universe to universe, and chains of those have no end.
    private void NameContents(RuleView naming, ImmutableArray<Symbol> known)
    {
        NameContentsOf(naming, known);
        NameContentsOf(naming, [.. naming.Symbols]);
    }

    private void NameContentsOf(RuleView naming, ImmutableArray<Symbol> known)
    {
        foreach (var leaf in model.Signature.Leaves.Where(leaf => leaf.Kind == StateSymbolKind.Relation && leaf.Keys.Length <= 1))
        {
            IEnumerable<ImmutableArray<Formula>> keys = [[]];
            foreach (var key in leaf.Keys)
            {
                keys = keys.SelectMany(some => known.Where(constant => constant.Sort == model.Signature.LogicOf(key))
                    .Select(constant => some.Add(Formula.Apply(constant))));
            }

            foreach (var at in keys.ToList())
            {
                naming.Name(leaf, at);
            }
        }
    }
}
