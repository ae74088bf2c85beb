using Verify.Modelling;

namespace Verify.Semantics;

/// <summary>Decides whether a single state violates a property.</summary>
public static class BadState
{
    /// <summary>True if a state violates a property, according to the interpreter.</summary>
    /// <param name="interpreter">The interpreter of the model.</param>
    /// <param name="property">An <c>Always</c>, a <c>NoDeadlock</c>, or a <c>Reachable</c> that is claimed to be unreachable.</param>
    /// <param name="state">The state.</param>
    /// <param name="goesOn">True if a step is enabled in the state.</param>
    /// <exception cref="UserErrorException">The property, or a witness of the model, is undefined in the
    /// state.</exception>
    public static bool Is(Interpreter interpreter, Property property, State state, bool goesOn)
    {
        // A proof does not cover whether a witness is reached, but it covers that the witness is defined in every
        // state.
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
