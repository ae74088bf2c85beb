using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Rendering;

/// <summary>Explains in the model's own words why an engine calls a state undefined.</summary>
public static class Undefined
{
    /// <summary>Asks the interpreter for the error that an engine found at the end of a run.</summary>
    /// <param name="model">The model.</param>
    /// <param name="trace">The run.</param>
    /// <param name="asked">The properties that the engine evaluated.</param>
    /// <returns>An <see cref="UndefinedException"/> with VRF104, VRF120 or VRF121 and the run; an internal error if the
    /// trace is not a run of the model or the interpreter finds no error at its end.</returns>
    public static Exception Explain(Model model, Trace trace, IEnumerable<Property> asked)
    {
        var interpreter = new Interpreter(model);
        return Replay.WhyNot(interpreter, trace) is { } reason
            ? new UnreachableException($"the trace to an undefined state does not replay: {reason}")
            : In(interpreter, trace, asked) ?? (Exception)NothingWrong();
    }

    /// <summary>Asks the interpreter for the error that an engine found in a state without a trace to it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">The state.</param>
    /// <param name="asked">The properties that the engine evaluated.</param>
    /// <returns>VRF104, VRF120 or VRF121; an internal error if the interpreter finds no error in the state.</returns>
    public static Exception Explain(Model model, State state, IEnumerable<Property> asked) =>
        In(new Interpreter(model), new Trace([state], []), asked) is { } found
            ? new UserErrorException(found.Diagnostic with { Message = found.What })
            : NothingWrong();

    /// <summary>
    /// The undefined part of the last state of a run: the first such step by rule and arguments, else the first such
    /// property.
    /// </summary>
    /// <returns>Null if everything is defined.</returns>
    public static UndefinedException? In(Interpreter interpreter, Trace trace, IEnumerable<Property> asked)
    {
        var (model, state) = (interpreter.Model, trace.Last);
        for (var rule = 0; rule < model.Rules.Length; rule++)
        {
            foreach (var arguments in Interpreter.ArgumentsOf(model.Rules[rule].Parameters))
            {
                var step = new Step(rule, arguments);
                if (FaultIn(() => Take(interpreter, state, step)) is { } found)
                {
                    var name = StepName.Of(interpreter, state, step);
                    return ExceptionFor(found, new UndefinedRun(interpreter, trace, step, null), $"in step '{name.Name}' of {name.Actor}");
                }
            }
        }

        return InProperties(interpreter, trace, asked);
    }

    /// <summary>The first of some properties that is undefined in the last state of a run.</summary>
    /// <returns>Null if all are defined.</returns>
    public static UndefinedException? InProperties(Interpreter interpreter, Trace trace, IEnumerable<Property> asked)
    {
        foreach (var property in asked)
        {
            if (FaultIn(() => Evaluate(interpreter, trace.Last, property)) is { } found)
            {
                return ExceptionFor(found, new UndefinedRun(interpreter, trace, null, property), $"in the property '{property.Name}'");
            }
        }

        return null;
    }

    /// <summary>True if the part that is undefined at the end of one run is also undefined in another state.</summary>
    public static bool Is(Interpreter interpreter, State state, UndefinedRun like) => FaultIn(() => like.Step is { } step
        ? Take(interpreter, state, step)
        : Evaluate(interpreter, state, like.Property!)) is not null;

    private static State? Take(Interpreter interpreter, State state, Step step) =>
        interpreter.IsEnabled(state, step) ? interpreter.Successor(state, step) : null;

    private static State? Evaluate(Interpreter interpreter, State state, Property property)
    {
        if (property is Property.LeadsTo leadsTo)
        {
            interpreter.Holds(state, leadsTo.From, leadsTo.Where);
            interpreter.Holds(state, leadsTo.To, leadsTo.Where);
        }

        Replay.Decides(interpreter, property, new Trace([state], []));
        return null;
    }

    private static Diagnostic? FaultIn(Func<State?> look)
    {
        try
        {
            look();
            return null;
        }
        catch (UserErrorException found)
        {
            return found.Diagnostic;
        }
    }

    private static UndefinedException ExceptionFor(Diagnostic found, UndefinedRun run, string place)
    {
        var after = $"{place} after {Amount.Of(run.Trace.Length, "step")}";
        return new UndefinedException(found with { Message = $"{found.Message}, {after}" }, run) { What = found.Message };
    }

    private static UnreachableException NothingWrong() =>
        new("an engine calls a state undefined, but the interpreter finds no error in it");
}
