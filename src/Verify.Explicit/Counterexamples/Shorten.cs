using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Explicit.Counterexamples;

/// <summary>
/// Shortens a trace while it still shows the violation, for engines that do not search breadth-first.
/// </summary>
/// <remarks>
/// Delta debugging (Zeller, Hildebrandt, "Simplifying and isolating failure-inducing input", TSE 2002) over steps, with
/// one deviation: a step that is disabled because another was dropped is dropped too, in place of failing the attempt.
/// A step keeps its rule and arguments in whatever state it is taken.
/// </remarks>
public static class Shorten
{
    /// <summary>
    /// A trace from the same initial state that decides the property and from which no step and no pair of steps can be
    /// dropped. A trace with a loop, or one that does not decide the property, is returned unchanged.
    /// </summary>
    /// <remarks>
    /// After large pieces are dropped, the number of replays is at most quadratic in the remaining length.
    /// </remarks>
    public static Trace Apply(Interpreter interpreter, Property property, Trace trace) =>
        Apply(interpreter, run => Replay.Decides(interpreter, property, run), trace);

    /// <summary>A trace from the same initial state that satisfies a condition, shortened as for a property.</summary>
    /// <param name="interpreter">The interpreter.</param>
    /// <param name="decides">The condition on a run.</param>
    /// <param name="trace">A run that satisfies the condition.</param>
    public static Trace Apply(Interpreter interpreter, Func<Trace, bool> decides, Trace trace)
    {
        if (trace.LoopStart is not null || !decides(trace))
        {
            return trace;
        }

        var shortest = Run(interpreter, decides, trace, WithoutCircles(trace)) ?? trace;
        for (var piece = shortest.Length / 2; piece >= 1; piece /= 2)
        {
            shortest = DropPieces(interpreter, decides, shortest, piece);
        }

        // Dropping one step may allow dropping another.
        while (DropOne(interpreter, decides, shortest) is { } shorter)
        {
            shortest = shorter;
        }

        return shortest;
    }

    /// <summary>The steps of a trace without those between two visits of the same state.</summary>
    private static List<Step> WithoutCircles(Trace trace)
    {
        var last = new Dictionary<State, int>();
        for (var i = 0; i < trace.States.Length; i++)
        {
            last[trace.States[i]] = i;
        }

        var steps = new List<Step>();
        for (var at = last[trace.States[0]]; at < trace.Length; at = last[trace.States[at + 1]])
        {
            steps.Add(trace.Steps[at]);
        }

        return steps;
    }

    private static Trace DropPieces(Interpreter interpreter, Func<Trace, bool> decides, Trace trace, int piece)
    {
        for (var start = 0; start < trace.Length;)
        {
            var without = trace.Steps.Where((_, i) => i < start || i >= start + piece);
            if (Run(interpreter, decides, trace, without) is { } shorter)
            {
                trace = shorter;
            }
            else
            {
                start += piece;
            }
        }

        return trace;
    }

    private static Trace? DropOne(Interpreter interpreter, Func<Trace, bool> decides, Trace trace)
    {
        for (var first = 0; first < trace.Length; first++)
        {
            for (var second = first; second < trace.Length; second++)
            {
                var without = trace.Steps.Where((_, i) => i != first && i != second);
                if (Run(interpreter, decides, trace, without) is { } shorter)
                {
                    return shorter;
                }
            }
        }

        return null;
    }

    /// <summary>
    /// Runs some of the steps up to the state that decides the property; null if none does, or if the result is not
    /// shorter.
    /// </summary>
    private static Trace? Run(Interpreter interpreter, Func<Trace, bool> decides, Trace trace, IEnumerable<Step> steps)
    {
        try
        {
            var run = new Trace([trace.States[0]], []);
            foreach (var step in steps)
            {
                if (decides(run))
                {
                    break;
                }

                if (interpreter.IsEnabled(run.Last, step))
                {
                    run = new Trace(run.States.Add(interpreter.Successor(run.Last, step)), run.Steps.Add(step));
                }
            }

            return run.Length < trace.Length && decides(run) ? run : null;
        }
        catch (UserErrorException)
        {
            // The model is undefined along this run. An engine reports that; the given trace stays valid.
            return null;
        }
    }
}
