using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explicit.Compilation;
using Verify.Explicit.Packing;
using Verify.Explicit.PartialOrder;
using Verify.Explicit.Symmetry;
using Verify.Lowering;
using Verify.Modelling;

namespace Verify.Explicit.Exploration;

/// <summary>A model and a property, compiled for a search.</summary>
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

        if (reductions.HasFlag(Reductions.Symmetry))
        {
            // A representative does not tell whether a witness about one member holds in another state of its orbit, so a
            // search without symmetry looks for it.
            var left = Witnesses.Where((witness, i) =>
                asked[i].IsDefined.IsTrue && SymmetryGroup.MemberIn(witness.Holds) is not null).ToList();
            NotLookedFor = NotLookedFor.AddRange(left.Select(witness => witness.Name));
            asked = [.. asked.Where((_, i) => !left.Contains(Witnesses[i]))];
            Witnesses = [.. Witnesses.Where(witness => !left.Contains(witness))];
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
            ? new SymmetryTables(SymmetryGroup.Detect(model, [property, .. Witnesses], Lowered, Cone, predicates), Layout)
            : null;
        Steps = reductions.HasFlag(Reductions.PartialOrder) ? RelationsFor(predicates) : null;
    }

    /// <summary>The symmetry tables; null without symmetry reduction.</summary>
    public SymmetryTables? Symmetry { get; }

    /// <summary>The dependencies of rules; null without partial-order reduction.</summary>
    public RuleDependencies? Steps { get; }

    /// <summary>The cone of influence of the property; null if the search uses the whole model.</summary>
    public ConeOfInfluence? Cone { get; }

    public Model Model { get; }

    public Property Property { get; }

    /// <summary>The rules that the search uses.</summary>
    public LoweredModel Lowered { get; }

    public StateLayout Layout { get; }

    /// <summary>The methods that compute successors; a caller runs all of them on each state.</summary>
    public ImmutableArray<ExpandState> Expand { get; }

    /// <summary>
    /// Evaluates the predicates: that of the property, the witnesses, and for a <c>LeadsTo</c> its goal.
    /// </summary>
    public CheckState Check { get; }

    /// <summary>The number of the predicate for the goal of a <c>LeadsTo</c>.</summary>
    public int Response => Witnesses.Length + 1;

    /// <summary>The <c>Reachable</c> properties that the search checks as witnesses.</summary>
    public ImmutableArray<Property.Reachable> Witnesses { get; }

    /// <summary>The names of the witnesses that a reduction leaves out.</summary>
    public ImmutableArray<string> NotLookedFor { get; } = [];

    /// <summary>A text that identifies the model and the property. A checkpoint belongs to one such text.</summary>
    public string Question => $"{Model.Name} {Model.Identity}, {Property.Kind} {Property.Name}";

    /// <summary>The way in which states are distinguished, for the evidence.</summary>
    public string Identity => (Cone, Steps) switch
    {
        (null, null) => "exact states",
        (null, _) => $"exact states, {OneOrder}",
        (_, null) => $"exact states of {ConeSize}",
        _ => $"exact states of {ConeSize}, {OneOrder}",
    };

    private const string OneOrder = "one order of independent steps (partial order)";

    private string ConeSize => $"{Cone!.LeafCount} of {Lowered.Shape.Leaves.Length} parts (cone of influence)";

    /// <summary>The maximum number of successors of a state.</summary>
    public int MaxSuccessors => Math.Max(1, Lowered.Rules.Length);

    /// <summary>True if the search looks for a deadlock.</summary>
    public bool AsksForDeadlock => Property is Property.NoDeadlock;

    /// <summary>True if the search ends in a state where the predicate of the property holds.</summary>
    public bool StopsAtQuestion => Property is Property.Always or Property.Reachable;

    /// <summary>
    /// The counts of rules, with <see cref="Evidence.NotCounted"/> for rules that a reduction leaves out.
    /// </summary>
    public ImmutableArray<long> WithoutLeftOut(ImmutableArray<long> counts) => Cone is null
        ? counts
        : [.. counts.Select((count, rule) => Cone.HasRule(rule) ? count : Verify.Engines.Evidence.NotCounted)];

    /// <summary>Compiles the methods again so that they record the rule of each successor.</summary>
    public ImmutableArray<ExpandState> ExpandWithRules() => TransitionCompiler.Compile(Lowered, Layout, withRules: true);

    // A witness that reads more than the property depends on does not enlarge the cone, but the terms that decide
    // whether it is defined do.
    private ConeOfInfluence ConeFor(LoweredPredicate question, List<LoweredPredicate> asked)
    {
        if (Property is not (Property.Always or Property.Reachable))
        {
            throw UserErrorException.At(Property.Where, ErrorCodes.BadReduction,
                $"'{Property.Name}' is neither Always nor Reachable; the cone of influence supports only those");
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
                $"'{Property.Name}' is a LeadsTo property; partial-order reduction supports Always, Reachable and NoDeadlock only");
        }

        // The search for a deadlock needs the states without successors, not those where the model may rest.
        var goals = predicates.Select((predicate, i) => i == 0 && AsksForDeadlock ? Lowered.Pool.True : predicate.Holds);
        return new RuleDependencies(Lowered, Layout, [.. goals], [.. predicates.Select(predicate => predicate.IsDefined)],
            Symmetry?.Symmetry);
    }

    /// <summary>
    /// The predicate that bit 0 stands for: a violation, the target of a <c>Reachable</c>, a state that may rest, or
    /// the trigger of a <c>LeadsTo</c>.
    /// </summary>
    private static Expr QuestionOf(Property property) => property switch
    {
        Property.Always always => !always.Holds,
        Property.Reachable reachable => reachable.Holds,
        Property.NoDeadlock deadlock => deadlock.MayRest,
        Property.LeadsTo leadsTo => leadsTo.From,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
