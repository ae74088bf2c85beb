using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Traces;

/// <summary>A trace that the interpreter has replayed, with what reports print of it.</summary>
public sealed class CheckedTrace
{
    private bool? isDecisive;
    private string? encoded;

    private CheckedTrace(Interpreter interpreter, Property property, Trace trace) =>
        (Interpreter, Property, Trace) = (interpreter, property, trace);

    /// <summary>The interpreter that replayed it.</summary>
    public Interpreter Interpreter { get; }

    /// <summary>The property that it is about.</summary>
    public Property Property { get; }

    /// <summary>The trace.</summary>
    public Trace Trace { get; }

    /// <summary>Whether it shows that the property fails, or that it is reached.</summary>
    public bool IsDecisive => isDecisive ??= Replay.Decides(Interpreter, Property, Trace);

    /// <summary>The text that it is replayed from.</summary>
    public string Encoded => encoded ??= Replay.Encode(Interpreter, Trace);

    /// <summary>Replays a trace.</summary>
    /// <param name="interpreter">Of the model.</param>
    /// <param name="property">The property that it is about.</param>
    /// <param name="trace">The trace.</param>
    /// <param name="fault">Why it is not a run of the model; null when it is one.</param>
    /// <returns>Null when it is not a run of the model.</returns>
    public static CheckedTrace? Of(Interpreter interpreter, Property property, Trace trace, out string? fault)
    {
        fault = Replay.WhyNot(interpreter, trace);
        return fault is null ? new CheckedTrace(interpreter, property, trace) : null;
    }

    /// <summary>The run of a text. Of a property about progress it ends in the loop that decides it, if there is one.</summary>
    /// <exception cref="UserErrorException">VRF306: the text is damaged, or is one of another model.</exception>
    public static CheckedTrace Decode(Interpreter interpreter, Property property, string text)
    {
        var trace = Replay.Decode(interpreter, text);
        return Endings(trace, property).Select(ending => new CheckedTrace(interpreter, property, ending))
            .FirstOrDefault(run => run.IsDecisive) ?? new CheckedTrace(interpreter, property, trace);
    }

    // A run about progress goes on for ever: it rests in its last state, or comes back to that of an earlier step.
    private static IEnumerable<Trace> Endings(Trace trace, Property property) => property is Property.LeadsTo
        ? Enumerable.Range(0, trace.States.Length).Where(start => trace.States[start].Equals(trace.Last))
            .Select(start => trace with { LoopStart = start })
        : [];
}
