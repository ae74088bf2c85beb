using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Traces;

/// <summary>The unit of weak fairness: a group of rules and the values that select one member of it.</summary>
/// <param name="Group">The group.</param>
/// <param name="Of">The values.</param>
public sealed record FairSteps(string Group, ImmutableArray<Value> Of)
{
    /// <summary>The fairness unit of a step; null for a step that need never happen.</summary>
    public static FairSteps? OfStep(Model model, Step step)
    {
        var rule = model.Rules[step.Rule];
        return rule.Fairness is not { } fairness
            ? null
            : new FairSteps(fairness.Group, [.. fairness.Of.Select(binder => step.Arguments[rule.Parameters.IndexOf(binder)])]);
    }

    /// <inheritdoc/>
    public bool Equals(FairSteps? other) =>
        other is not null && other.Group == Group && other.Of.AsSpan().SequenceEqual(Of.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Of.Aggregate(Group.GetHashCode(StringComparison.Ordinal), HashCode.Combine);
}

/// <summary>
/// Decides whether an infinite run, given as a prefix and a loop, violates a <c>LeadsTo</c> under weak fairness.
/// </summary>
internal static class Lasso
{
    /// <summary>
    /// True if the trigger holds at some point, the goal never holds from there on, and the loop is fair: every fair
    /// unit is disabled somewhere in the loop or takes a step in it. A loop without steps is a run that rests.
    /// </summary>
    public static bool Violates(Interpreter interpreter, Property.LeadsTo property, Trace trace, int loopStart)
    {
        bool Has(State state, Expr expr) => interpreter.Holds(state, expr, property.Where);
        var pending = trace.States.Length;
        while (pending > 0 && !Has(trace.States[pending - 1], property.To))
        {
            pending--;
        }

        // The goal never holds from state `pending` on; the loop and the trigger must lie behind it.
        var isTriggered = trace.States.Skip(pending).Any(state => Has(state, property.From));
        return loopStart >= pending && isTriggered && IsFair(interpreter, trace, loopStart);
    }

    private static bool IsFair(Interpreter interpreter, Trace trace, int loopStart)
    {
        var model = interpreter.Model;
        var starved = interpreter.Enabled(trace.States[loopStart])
            .Select(step => FairSteps.OfStep(model, step)).OfType<FairSteps>().ToHashSet();
        foreach (var state in trace.States.Skip(loopStart))
        {
            starved.IntersectWith(interpreter.Enabled(state).Select(step => FairSteps.OfStep(model, step)).OfType<FairSteps>());
        }

        starved.ExceptWith(trace.Steps.Skip(loopStart).Select(step => FairSteps.OfStep(model, step)).OfType<FairSteps>());
        return starved.Count == 0;
    }
}
