using System.Globalization;
using Verify.Engines;
using Verify.Explicit.Counterexamples;
using Verify.Rendering;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Harness;

/// <summary>The result of running schedules of a system under test. It claims no more than the runs show.</summary>
/// <param name="Verdict"><c>HoldsUpTo</c> if the runs found nothing; <c>Refuted</c> with a trace of the model if the
/// code violates the property; <c>Unknown</c> if the runs were interrupted or the code deviates from the model.</param>
/// <param name="Deviation">The divergence of the code from its model; null if there is none.</param>
public sealed record ConformanceResult(Verdict Verdict, Divergence? Deviation = null)
{
    /// <summary>The steps of the code up to the error as a trace of the model; null if there is no error.</summary>
    public Trace? Trace => Deviation?.Before ?? (Verdict as Verdict.Refuted)?.Trace;

    /// <summary>
    /// The report: the verdict, its evidence and a trace in columns, with lines that end in a line feed.
    /// </summary>
    /// <param name="experiment">The conformance test.</param>
    /// <remarks>
    /// A violation is shown without the steps that the model does not need for it. The rest is a run of the model, and
    /// each of its steps is a step of the code.
    /// </remarks>
    public string Text(ConformanceTest experiment)
    {
        var evidence = Verdict.Evidence;
        var outcome = Verdict switch
        {
            Verdict.HoldsUpTo held => $"holds up to {held.Bound.Cause}",
            Verdict.Unknown unknown => $"unknown: {unknown.Reason}",
            _ => string.Create(CultureInfo.InvariantCulture,
                $"refuted by schedule {evidence.Schedules:N0}, of {Amount.Of(Trace?.Length ?? 0, "step")}"),
        };
        var seen = $"covered {Amount.Of(evidence.States, "state")} of the model"
            + $" and {Amount.Of(evidence.RulePairs ?? 0, "pair")} of its rules";
        var name = experiment.Protocol.Name;
        return $"{name}: {outcome}; {seen}\n{(Trace is null ? "" : "\n" + TraceText(experiment, Trace))}";
    }

    private static string TraceText(ConformanceTest experiment, Trace trace)
    {
        var interpreter = new Interpreter(experiment.Model);
        var shortened = Shorten.Apply(interpreter, experiment.Property, trace);
        var run = CheckedTrace.Check(interpreter, experiment.Property, shortened, out var fault)
            ?? throw new System.Diagnostics.UnreachableException($"the steps of the code are not a run of the model: {fault}");
        return ColumnTrace.Of(run, new Caption(experiment.Protocol.Name, experiment.Model.Name, []));
    }
}

/// <summary>A step of the code that its model does not allow, or an error such as an exception.</summary>
/// <param name="Reason">The reason in words.</param>
/// <param name="Before">The steps of the code before the divergence, as a trace of the model.</param>
public sealed record Divergence(string Reason, Trace Before);
