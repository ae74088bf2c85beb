using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Traces;

/// <summary>Checks a trace step by step with the interpreter, and converts a trace to and from short text.</summary>
/// <remarks>
/// The text is <c>digest:initial.choice.choice…</c>: the model's digest, the number of the initial state, then the
/// number of each step among the enabled ones, from 0 in the interpreter's order. It contains no states, so it cannot
/// misstate one.
/// </remarks>
public static class Replay
{
    /// <summary>The reason why a trace is not a run of the model; null if it is one.</summary>
    public static string? WhyNot(Interpreter interpreter, Trace trace)
    {
        if (StartNumber.Of(interpreter, trace.States[0]) is null)
        {
            return "its first state is not initial";
        }

        for (var i = 0; i < trace.Length; i++)
        {
            var rule = interpreter.Model.Rules[trace.Steps[i].Rule].Name;
            if (!interpreter.IsEnabled(trace.States[i], trace.Steps[i]))
            {
                return $"step {i + 1}, '{rule}', is not enabled";
            }

            if (!interpreter.Successor(trace.States[i], trace.Steps[i]).Equals(trace.States[i + 1]))
            {
                return $"step {i + 1}, '{rule}', leads to another state";
            }
        }

        return trace.LoopStart is { } start && !trace.States[start].Equals(trace.Last) ? "its loop does not close" : null;
    }

    /// <summary>True if a trace violates a property or, for a <c>Reachable</c>, reaches it.</summary>
    public static bool Decides(Interpreter interpreter, Property property, Trace trace) => property switch
    {
        Property.Always p => !interpreter.Holds(trace.Last, p.Holds, p.Where),
        Property.Reachable p => interpreter.Holds(trace.Last, p.Holds, p.Where),
        Property.NoDeadlock p => !interpreter.Holds(trace.Last, p.MayRest, p.Where) && !interpreter.Enabled(trace.Last).Any(),
        Property.LeadsTo p => trace.LoopStart is { } start && Lasso.Violates(interpreter, p, trace, start),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The replay text of a trace.</summary>
    public static string Encode(Interpreter interpreter, Trace trace)
    {
        var choices = new List<BigInteger> { StartNumber.Of(interpreter, trace.States[0]) ?? BigInteger.MinusOne };
        for (var i = 0; i < trace.Length; i++)
        {
            choices.Add(interpreter.Enabled(trace.States[i]).ToList().IndexOf(trace.Steps[i]));
        }

        var path = string.Join('.', choices.Select(choice => choice.ToString(CultureInfo.InvariantCulture)));
        return $"{interpreter.Model.Digest}:{path}";
    }

    /// <summary>The trace of a replay text.</summary>
    /// <exception cref="UserErrorException">VRF306: the text is damaged or belongs to another model.</exception>
    public static Trace Decode(Interpreter interpreter, string text)
    {
        var parts = text.Trim().Split(':');
        if (parts.Length != 2)
        {
            throw Bad($"'{text}' is not a trace: the form is digest:0.1.2");
        }

        if (parts[0] != interpreter.Model.Digest)
        {
            throw Bad($"the trace is of model {parts[0]}, this instance is {interpreter.Model.Digest}");
        }

        var choices = parts[1].Split('.').Select(number =>
            BigInteger.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var choice)
                ? choice
                : throw Bad($"'{number}' in the trace is not a number")).ToImmutableArray();
        var initial = StartNumber.StateOf(interpreter, choices[0]) ?? throw Bad($"the model has no initial state {choices[0]}");
        var trace = new Trace([initial], []);
        for (var i = 1; i < choices.Length; i++)
        {
            var enabled = interpreter.Enabled(trace.Last).ToList();
            var step = choices[i] < enabled.Count
                ? enabled[(int)choices[i]]
                : throw Bad($"step {i} of the trace takes choice {choices[i]}, but only {enabled.Count} steps are enabled");
            trace = new Trace(trace.States.Add(interpreter.Successor(trace.Last, step)), trace.Steps.Add(step));
        }

        return trace;
    }

    private static UserErrorException Bad(string message) => UserErrorException.At(null, ErrorCodes.BadTrace, message);
}
