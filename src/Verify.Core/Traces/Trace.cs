using System.Collections.Immutable;
using Verify.Semantics;

namespace Verify.Traces;

/// <summary>A run of a model: states and the steps between them, with a loop at the end if it goes on for ever.</summary>
/// <param name="States">One more than the steps; the first is initial.</param>
/// <param name="Steps">The steps, in order.</param>
/// <param name="LoopStart">The state that the last state returns to, when the run is infinite.</param>
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
