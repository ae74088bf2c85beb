using System.Collections.Immutable;
using Verify.Engines;
using Verify.Lowering;
using Verify.Modelling;

namespace Verify.Explicit;

/// <summary>A model and what is asked of it, ready to be searched.</summary>
internal sealed class CompiledModel
{
    public CompiledModel(Model model, Property property, Reductions reductions)
    {
        (Model, Property) = (model, property);
        Lowered = new LoweredModel(model);
        Layout = new StateLayout(Lowered.Shape);
        Expand = TransitionCompiler.Compile(Lowered, Layout, withRules: false);
        Witnesses = [.. model.Properties.OfType<Property.Reachable>()];
        List<LoweredPredicate> predicates = [Lowered.Lower(Question(property)), .. Witnesses.Select(w => Lowered.Lower(w.Holds))];
        if (property is Property.LeadsTo leadsTo)
        {
            predicates.Add(Lowered.Lower(leadsTo.To));
        }

        if (predicates.Count > TransitionCompiler.MostPredicates)
        {
            throw ModelException.At(property.Where, Codes.TooLarge,
                $"model '{model.Name}' has {Witnesses.Length} reachable properties; {TransitionCompiler.MostPredicates - 1} are supported");
        }

        Check = TransitionCompiler.Compile(predicates, Layout);
        Symmetry = reductions.HasFlag(Reductions.Symmetry) ? Symmetry.Of(this) : null;
    }

    /// <summary>The symmetry to reduce by, if one is asked for.</summary>
    public Symmetry? Symmetry { get; }

    public Model Model { get; }

    public Property Property { get; }

    public LoweredModel Lowered { get; }

    public StateLayout Layout { get; }

    /// <summary>The steps; to be called one after the other.</summary>
    public ImmutableArray<ExpandState> Expand { get; }

    /// <summary>Bit 0 is the question, bit i the witness i - 1; for a <c>LeadsTo</c> the bit after those is what should come.</summary>
    public CheckState Check { get; }

    /// <summary>The <c>Reachable</c> properties of the model.</summary>
    public ImmutableArray<Property.Reachable> Witnesses { get; }

    /// <summary>The most successors a state can have.</summary>
    public int MostSuccessors => Math.Max(1, Lowered.Rules.Length);

    /// <summary>Whether the search is for a state that cannot go on.</summary>
    public bool AsksForDeadlock => Property is Property.NoDeadlock;

    /// <summary>Whether a state in which the question holds ends the search.</summary>
    public bool EndsWhenMet => Property is Property.Always or Property.Reachable;

    /// <summary>The methods again, telling which rule made each successor.</summary>
    public ImmutableArray<ExpandState> ExpandWithRules() => TransitionCompiler.Compile(Lowered, Layout, withRules: true);

    /// <summary>A violation, a state that is looked for, that a state may rest, or what triggers a <c>LeadsTo</c>.</summary>
    private static Expr Question(Property property) => property switch
    {
        Property.Always always => !always.Holds,
        Property.Reachable reachable => reachable.Holds,
        Property.NoDeadlock deadlock => deadlock.MayRest,
        Property.LeadsTo leadsTo => leadsTo.From,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
