using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Traces;

/// <summary>A trace that the interpreter has replayed, with the texts that reports print about it.</summary>
public sealed class CheckedTrace
{
    private bool? isDecisive;
    private string? encoded;

    private CheckedTrace(Interpreter interpreter, Property property, Trace trace) =>
        (Interpreter, Property, Trace) = (interpreter, property, trace);

    /// <summary>The interpreter that replayed the trace.</summary>
    public Interpreter Interpreter { get; }

    /// <summary>The property of the trace.</summary>
    public Property Property { get; }

    /// <summary>The trace.</summary>
    public Trace Trace { get; }

    /// <summary>True if the trace violates the property or, for a <c>Reachable</c>, reaches it.</summary>
    public bool IsDecisive => isDecisive ??= Replay.Decides(Interpreter, Property, Trace);

    /// <summary>The replay text of the trace.</summary>
    public string Encoded => encoded ??= Replay.Encode(Interpreter, Trace);

    /// <summary>Replays a trace.</summary>
    /// <param name="interpreter">The interpreter of the model.</param>
    /// <param name="property">The property of the trace.</param>
    /// <param name="trace">The trace.</param>
    /// <param name="fault">The reason why the trace is not a run of the model; null if it is one.</param>
    /// <returns>Null if the trace is not a run of the model.</returns>
    public static CheckedTrace? Check(Interpreter interpreter, Property property, Trace trace, out string? fault)
    {
        fault = Replay.WhyNot(interpreter, trace);
        return fault is null ? new CheckedTrace(interpreter, property, trace) : null;
    }

    /// <summary>
    /// The trace of a replay text. For a <c>LeadsTo</c> it ends in the loop that violates the property, if there is
    /// one.
    /// </summary>
    /// <exception cref="UserErrorException">VRF306: the text is damaged or belongs to another model.</exception>
    public static CheckedTrace Decode(Interpreter interpreter, Property property, string text)
    {
        var trace = Replay.Decode(interpreter, text);
        return Endings(trace, property).Select(ending => new CheckedTrace(interpreter, property, ending))
            .FirstOrDefault(run => run.IsDecisive) ?? new CheckedTrace(interpreter, property, trace);
    }

    // A run that violates a <c>LeadsTo</c> is infinite: it rests in its last state or returns to an earlier one.
    private static IEnumerable<Trace> Endings(Trace trace, Property property) => property is Property.LeadsTo
        ? Enumerable.Range(0, trace.States.Length).Where(start => trace.States[start].Equals(trace.Last))
            .Select(start => trace with { LoopStart = start })
        : [];
}
