using Verify.Engines;
using Verify.Explicit.Disk;
using Verify.Explicit.Exploration;
using Verify.Rendering;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Explicit.Counterexamples;

/// <summary>Explains why compiled code calls a state undefined.</summary>
internal static class UndefinedTrace
{
    /// <summary>
    /// Asks the interpreter for the error that a search found, at the end of a shortest run if time allows.
    /// </summary>
    public static Exception Explain(CompiledModel model, SearchResult result, EngineOptions run, StorageTuning tuning, TimeSpan grace)
    {
        using var time = new TraceDeadline(run, result.Seconds, grace);
        var trace = new TraceFinder(model, result.UndefinedIn).Find(result.Depth, run, tuning, time, out _);
        return trace is null ? Undefined.Explain(model.Model, model.Layout.Unpack(result.UndefinedIn!), PropertiesOf(model))
            : model.Steps is null ? Undefined.Explain(model.Model, trace, PropertiesOf(model))
            : Explain(model, trace);
    }

    /// <summary>Asks the interpreter for the error at the end of a run, and of a shortened one.</summary>
    public static Exception Explain(CompiledModel model, Trace trace)
    {
        var met = Undefined.Explain(model.Model, trace, PropertiesOf(model));
        if (met is not UndefinedException { Run: var there })
        {
            return met;
        }

        var interpreter = new Interpreter(model.Model);
        var shortened = Shorten.Apply(interpreter, run => Undefined.Is(interpreter, run.Last, there), trace);
        return Undefined.Explain(model.Model, shortened, PropertiesOf(model));
    }

    private static IEnumerable<Modelling.Property> PropertiesOf(CompiledModel model) => [.. model.Witnesses, model.Property];
}
