using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Traces;

/// <summary>A shorter trace with the same violation, for engines that do not search breadth-first.</summary>
/// <remarks>
/// Delta debugging (Zeller, Hildebrandt, "Simplifying and isolating failure-inducing input", TSE 2002) over steps, with
/// one deviation: a step that is no longer enabled once another was dropped is dropped with it, instead of making the
/// attempt fail. A step keeps its identity, its rule and arguments, whatever state it is taken in.
/// </remarks>
public static class Shorten
{
    /// <summary>
    /// A trace from the same initial state that decides the property and from which no single step and no pair of
    /// steps can be dropped. A trace that does not decide it, or that has a loop, comes back as it is.
    /// </summary>
    /// <remarks>At most quadratically many replays in the length that is left when large pieces have been dropped.</remarks>
    public static Trace Of(Interpreter interpreter, Property property, Trace trace) =>
        Of(interpreter, run => Replay.Decides(interpreter, property, run), trace);

    /// <summary>A trace from the same initial state that something is true of; else as for a property.</summary>
    /// <param name="interpreter">The interpreter.</param>
    /// <param name="decides">What is to be true of a run.</param>
    /// <param name="trace">A run that it is true of.</param>
    public static Trace Of(Interpreter interpreter, Func<Trace, bool> decides, Trace trace)
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

        // Dropping one step may have made room for dropping another.
        while (DropOne(interpreter, decides, shortest) is { } shorter)
        {
            shortest = shorter;
        }

        return shortest;
    }

    /// <summary>The steps of a trace without those between two visits of one state.</summary>
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

    /// <summary>What comes of some of the steps, up to where the property is decided; null if it is not, or not shorter.</summary>
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
            // The model is not well defined along this way. That is for an engine to report; the trace given is sound.
            return null;
        }
    }
}
