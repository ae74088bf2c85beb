using Verify.Modelling;

namespace Verify.Semantics;

/// <summary>What a proof of a property rules out in a single state.</summary>
public static class BadState
{
    /// <summary>Whether a state breaks a property, by the interpreter alone.</summary>
    /// <param name="interpreter">The interpreter of the model.</param>
    /// <param name="property">An <c>Always</c>, a <c>NoDeadlock</c>, or a <c>Reachable</c> that is claimed to be unreachable.</param>
    /// <param name="state">The state.</param>
    /// <param name="goesOn">Whether a step is enabled there.</param>
    /// <exception cref="UserErrorException">The property, or a witness of the model, is undefined there.</exception>
    public static bool Is(Interpreter interpreter, Property property, State state, bool goesOn)
    {
        // A proof does not say that a witness is met, but that it is defined in every state.
        foreach (var witness in interpreter.Model.Properties.OfType<Property.Reachable>())
        {
            interpreter.Holds(state, witness.Holds, witness.Where);
        }

        return property switch
        {
            Property.Always always => !interpreter.Holds(state, always.Holds, always.Where),
            Property.Reachable reachable => interpreter.Holds(state, reachable.Holds, reachable.Where),
            Property.NoDeadlock rests => !goesOn && !interpreter.Holds(state, rests.MayRest, rests.Where),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
