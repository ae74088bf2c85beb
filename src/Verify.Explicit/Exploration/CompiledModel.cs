using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explicit.Compilation;
using Verify.Explicit.Packing;
using Verify.Explicit.PartialOrder;
using Verify.Explicit.Symmetry;
using Verify.Lowering;
using Verify.Modelling;

namespace Verify.Explicit.Exploration;

/// <summary>A model and what is asked of it, ready to be searched.</summary>
internal sealed class CompiledModel
{
    public CompiledModel(Model model, Property property, Reductions reductions)
    {
        (Model, Property) = (model, property);
        Lowered = new LoweredModel(model);
        var question = Lowered.Lower(QuestionOf(property));
        Witnesses = [.. model.Properties.OfType<Property.Reachable>()];
        var asked = Witnesses.Select(witness => Lowered.Lower(witness.Holds)).ToList();
        if (reductions.HasFlag(Reductions.ConeOfInfluence))
        {
            Cone = ConeFor(question, asked);
            Lowered = Cone.Model;
            NotLookedFor = [.. Witnesses.Where((_, i) => !Cone.Covers(asked[i])).Select(witness => witness.Name)];
            Witnesses = [.. Witnesses.Where((_, i) => Cone.Covers(asked[i]))];
            asked.RemoveAll(predicate => !Cone.Covers(predicate));
        }

        Layout = new StateLayout(Lowered.Shape, Cone);
        Expand = TransitionCompiler.Compile(Lowered, Layout, reductions.HasFlag(Reductions.PartialOrder));
        List<LoweredPredicate> predicates = [question, .. asked];
        if (property is Property.LeadsTo leadsTo)
        {
            predicates.Add(Lowered.Lower(leadsTo.To));
        }

        if (predicates.Count > PredicateBits.MaxCount)
        {
            throw UserErrorException.At(property.Where, ErrorCodes.TooLarge,
                $"model '{model.Name}' has {Witnesses.Length} reachable properties; {PredicateBits.MaxCount - 1} are supported");
        }

        Check = TransitionCompiler.Compile(predicates, Layout);
        Symmetry = reductions.HasFlag(Reductions.Symmetry)
            ? new SymmetryTables(SymmetryGroup.Of(model, property, Lowered, Cone, predicates), Layout)
            : null;
        Steps = reductions.HasFlag(Reductions.PartialOrder) ? RelationsFor(predicates) : null;
    }

    /// <summary>The symmetry to reduce by, if one is asked for.</summary>
    public SymmetryTables? Symmetry { get; }

    /// <summary>Which steps can wait for which, if some are to be left out.</summary>
    public RuleDependencies? Steps { get; }

    /// <summary>What the property can depend on, if no more than that is to be looked at.</summary>
    public ConeOfInfluence? Cone { get; }

    public Model Model { get; }

    public Property Property { get; }

    /// <summary>The rules that are searched.</summary>
    public LoweredModel Lowered { get; }

    public StateLayout Layout { get; }

    /// <summary>The steps; to be called one after the other.</summary>
    public ImmutableArray<ExpandState> Expand { get; }

    /// <summary>The question, the witnesses, and behind those what should come of a <c>LeadsTo</c>.</summary>
    public CheckState Check { get; }

    /// <summary>The number of the predicate that a <c>LeadsTo</c> waits for.</summary>
    public int Response => Witnesses.Length + 1;

    /// <summary>The <c>Reachable</c> properties of the model that are looked for.</summary>
    public ImmutableArray<Property.Reachable> Witnesses { get; }

    /// <summary>The names of those that a reduction leaves out.</summary>
    public ImmutableArray<string> NotLookedFor { get; } = [];

    /// <summary>Names the model and the property. A search with another name is another search.</summary>
    public string Question => $"{Model.Name} {Model.Identity}, {Property.Kind} {Property.Name}";

    /// <summary>How states are told apart, for the evidence.</summary>
    public string Identity => (Cone, Steps) switch
    {
        (null, null) => "exact states",
        (null, _) => $"exact states, {OneOrder}",
        (_, null) => $"exact states of {ConeSize}",
        _ => $"exact states of {ConeSize}, {OneOrder}",
    };

    private const string OneOrder = "of independent steps one order (partial order)";

    private string ConeSize => $"{Cone!.LeafCount} of {Lowered.Shape.Leaves.Length} parts (cone of influence)";

    /// <summary>The most successors a state can have.</summary>
    public int MaxSuccessors => Math.Max(1, Lowered.Rules.Length);

    /// <summary>Whether the search is for a state that cannot go on.</summary>
    public bool AsksForDeadlock => Property is Property.NoDeadlock;

    /// <summary>Whether a state in which the question holds ends the search.</summary>
    public bool EndsWhenMet => Property is Property.Always or Property.Reachable;

    /// <summary>Counts of rules, with a mark in place of those that a reduction leaves out.</summary>
    public ImmutableArray<long> WithoutLeftOut(ImmutableArray<long> counts) => Cone is null
        ? counts
        : [.. counts.Select((count, rule) => Cone.HasRule(rule) ? count : Verify.Engines.Evidence.NotCounted)];

    /// <summary>The methods again, telling which rule made each successor.</summary>
    public ImmutableArray<ExpandState> ExpandWithRules() => TransitionCompiler.Compile(Lowered, Layout, withRules: true);

    // Witnesses that read more than the question depends on are not worth a larger cone; that they may be undefined is.
    private ConeOfInfluence ConeFor(LoweredPredicate question, List<LoweredPredicate> asked)
    {
        if (Property is not (Property.Always or Property.Reachable))
        {
            throw UserErrorException.At(Property.Where, ErrorCodes.BadReduction,
                $"'{Property.Name}' depends on which steps there are: no rule is outside of its cone of influence");
        }

        return new ConeOfInfluence(Lowered,
            [
                question,
                .. asked.Select(predicate =>
                    predicate.IsDefined.IsTrue ? predicate with { Holds = Lowered.Pool.True } : predicate),
            ]);
    }

    private RuleDependencies RelationsFor(List<LoweredPredicate> predicates)
    {
        if (Property is Property.LeadsTo)
        {
            throw UserErrorException.At(Property.Where, ErrorCodes.BadReduction,
                $"'{Property.Name}' is about what comes later: partial order leaves out runs that it tells apart");
        }

        // Of a deadlock it is the missing steps that are looked for, not where it may rest.
        var goals = predicates.Select((predicate, i) => i == 0 && AsksForDeadlock ? Lowered.Pool.True : predicate.Holds);
        return new RuleDependencies(Lowered, Layout, [.. goals], [.. predicates.Select(predicate => predicate.IsDefined)],
            Symmetry?.Symmetry);
    }

    /// <summary>A violation, a state that is looked for, that a state may rest, or what triggers a <c>LeadsTo</c>.</summary>
    private static Expr QuestionOf(Property property) => property switch
    {
        Property.Always always => !always.Holds,
        Property.Reachable reachable => reachable.Holds,
        Property.NoDeadlock deadlock => deadlock.MayRest,
        Property.LeadsTo leadsTo => leadsTo.From,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
