using Verify.Explicit.Exploration;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Explicit.Counterexamples;

/// <summary>Numbers the actors of a model and applies permutations of identities to them.</summary>
internal sealed unsafe class StepActors
{
    private readonly CompiledModel model;
    private readonly Interpreter interpreter;
    private readonly int?[] fixedActors;
    private readonly List<Identity> actors = [];
    private readonly Dictionary<Identity, int> numbers = [];
    private readonly List<string> names = [];

    public StepActors(CompiledModel model, Interpreter interpreter)
    {
        (this.model, this.interpreter) = (model, interpreter);
        fixedActors = [.. model.Lowered.Rules.Select(FixedActor)];
    }

    /// <summary>The actor of a lowered rule in a state.</summary>
    public int Of(int rule, ulong* state)
    {
        if (fixedActors[rule] is { } known)
        {
            return known;
        }

        var lowered = model.Lowered.Rules[rule];
        var source = model.Model.Rules[lowered.Rule];
        var words = new ReadOnlySpan<ulong>(state, model.Layout.WordCount);
        var actor = interpreter.ValueToShow(model.Layout.Unpack(words), source.Actor.Processor!, source.Parameters,
            model.Lowered.ArgumentsOf(lowered), source.Where, out _);
        return actor is null ? NumberOf(Rendering.StepName.Unknown) : NumberOf(actor);
    }

    /// <summary>True if a permutation can map the actor to another one.</summary>
    public bool IsRenamed(int actor) => actors[actor].Set >= 0;

    /// <summary>The image of an actor under a permutation.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="permutation">For each symmetric set, the image of each member; null for the identity.</param>
    public int Under(int actor, int[][]? permutation) => permutation is null || !IsRenamed(actor)
        ? actor
        : NumberOf(actors[actor] with { Number = permutation[actors[actor].Set][actors[actor].Number] });

    /// <summary>The number of the symmetric set with the values of a sort; -1 if there is none.</summary>
    public int SetOf(Sort sort) =>
        sort is Sort.ScalarSet scalar && model.Symmetry?.Symmetry is { } symmetry ? symmetry.Sets.IndexOf(scalar) : -1;

    // Most actors are a parameter of the rule; the others depend on the state.
    private int? FixedActor(Lowering.LoweredRule lowered)
    {
        var rule = model.Model.Rules[lowered.Rule];
        return rule.Actor.Processor switch
        {
            null => NumberOf(rule.Actor.Name!),
            Expr.BoundVariable bound => NumberOf(model.Lowered.ArgumentsOf(lowered)[rule.Parameters.IndexOf(bound.Binder)]),
            _ => null,
        };
    }

    private int NumberOf(Value value)
    {
        while (value.Sort is Sort.Optional && value.Number == 1)
        {
            value = value.Items[0];
        }

        var set = SetOf(value.Sort);
        return set < 0 ? NumberOf(value.ToString()) : NumberOf(new Identity(set, value.Number));
    }

    private int NumberOf(string name)
    {
        var number = names.IndexOf(name);
        if (number < 0)
        {
            number = names.Count;
            names.Add(name);
        }

        return NumberOf(new Identity(-1, number));
    }

    private int NumberOf(Identity actor)
    {
        if (!numbers.TryGetValue(actor, out var number))
        {
            number = actors.Count;
            actors.Add(actor);
            numbers.Add(actor, number);
        }

        return number;
    }

    /// <summary>A member of a symmetric set, or the number of a name (set -1).</summary>
    private readonly record struct Identity(int Set, int Number);
}
