using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;

namespace Verify.Parametric.Obligations;

/// <summary>The parts of an inductive proof.</summary>
public enum ObligationKind
{
    /// <summary>A conjunct holds in every initial state.</summary>
    Starts,

    /// <summary>A rule is defined in every state of the invariant.</summary>
    Defined,

    /// <summary>A conjunct holds after a step of a rule if the invariant holds before.</summary>
    Stays,

    /// <summary>The property is defined, and holds, in every state of the invariant.</summary>
    Suffices,
}

/// <summary>One obligation: in every state that satisfies the assumptions, the goal holds.</summary>
/// <param name="Name">The name, unique in a proof, such as <c>stays: free: no stale entry</c>.</param>
/// <param name="Kind">The part of the proof.</param>
/// <param name="Rule">The rule; null if the obligation is not about one.</param>
/// <param name="Conjunct">The conjunct; null if the obligation is not about one.</param>
/// <param name="Constants">Universally quantified constants, in addition to those of the rule.</param>
/// <param name="Assumed">The assumptions in addition to the sorts and the facts of the rule. They include the
/// invariant, except for obligations about initial states.</param>
/// <param name="Goal">The goal.</param>
public sealed record Obligation(
    string Name,
    ObligationKind Kind,
    FirstOrderRule? Rule,
    Conjunct? Conjunct,
    ImmutableArray<Symbol> Constants,
    ImmutableArray<Formula> Assumed,
    Formula Goal)
{
    /// <summary>The witness that has to be defined; null if the obligation is not about one.</summary>
    public Property.Reachable? Witness { get; init; }
}

/// <summary>The obligations that an inductive invariant implies a property of a model.</summary>
public sealed class InvariantObligations
{
    private readonly FirstOrderModel model;

    /// <summary>Generates the obligations.</summary>
    /// <param name="model">The model.</param>
    /// <param name="conjuncts">The conjuncts of the invariant.</param>
    /// <param name="property">The property that the invariant must imply.</param>
    /// <exception cref="UserErrorException">VRF307: a part cannot be expressed for every size.</exception>
    public InvariantObligations(FirstOrderModel model, ImmutableArray<Conjunct> conjuncts, Property.Always property)
    {
        (this.model, Conjuncts, Property) = (model, conjuncts, property);
        Invariant = [.. conjuncts.Select(conjunct => model.Holds(conjunct.Holds, conjunct.Where))];
        All =
        [
            .. conjuncts.Select(Starts),
            // Without initial states, a size would prove everything. An instance is searched for one; a size beyond is not.
            Make(ObligationKind.Starts, "some state is initial", null, null, model.HasLeastStart),
            Make(ObligationKind.Suffices, $"{property.Name} is defined", null, null, model.IsDefined(property.Holds, property.Where)),
            Make(ObligationKind.Suffices, property.Name, null, null, model.Holds(property.Holds, property.Where)),
            .. model.Model.Properties.OfType<Property.Reachable>().SelectMany(OfWitness),
            .. model.Rules.SelectMany(OfRule),
        ];
        All = [.. All.Where(obligation => !obligation.Goal.IsTrue)];
    }

    /// <summary>The invariant, one formula per conjunct.</summary>
    public ImmutableArray<Formula> Invariant { get; }

    /// <summary>The conjuncts of the invariant in the modelling language.</summary>
    public ImmutableArray<Conjunct> Conjuncts { get; }

    /// <summary>The property.</summary>
    public Property.Always Property { get; }

    /// <summary>The model.</summary>
    public FirstOrderModel Model => model;

    /// <summary>
    /// All obligations: initial states, then the property, then rule by rule. Trivial ones are omitted: a rule that
    /// writes nothing that a conjunct reads, and a goal that simplifies to "true".
    /// </summary>
    public ImmutableArray<Obligation> All { get; }

    private Obligation Starts(Conjunct conjunct) => Make(
        ObligationKind.Starts, conjunct.Name, null, conjunct, model.HoldsInitially(conjunct.Holds, conjunct.Where),
        [.. model.StartConditions]);

    // A witness that is undefined in a reachable state makes the whole model undefined.
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

    // States that a non-empty option has content, but only for the known keys and their content. For all keys it would
    // be a function between universes, and chains of functions are infinite.
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
