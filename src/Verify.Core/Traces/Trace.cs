using System.Collections.Immutable;
using Verify.Semantics;

namespace Verify.Traces;

/// <summary>A run of a model: states and the steps between them. An infinite run ends in a loop.</summary>
/// <param name="States">One more state than steps; the first is initial.</param>
/// <param name="Steps">The steps, in order.</param>
/// <param name="LoopStart">The index of the state that the last state returns to, for an infinite run.</param>
public sealed record Trace(ImmutableArray<State> States, ImmutableArray<Step> Steps, int? LoopStart = null)
{
    /// <summary>The number of steps.</summary>
    public int Length => Steps.Length;

    /// <summary>The last state.</summary>
    public State Last => States[^1];

    /// <summary>Runs steps from an initial state; each must be enabled.</summary>
    public static Trace Along(Interpreter interpreter, State initial, IEnumerable<Step> steps)
    {
        var states = ImmutableArray.CreateBuilder<State>();
        var taken = ImmutableArray.CreateBuilder<Step>();
        states.Add(initial);
        foreach (var step in steps)
        {
            states.Add(interpreter.Successor(states[^1], step));
            taken.Add(step);
        }

        return new Trace(states.ToImmutable(), taken.ToImmutable());
    }
}
