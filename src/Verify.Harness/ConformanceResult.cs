using System.Globalization;
using Verify.Engines;
using Verify.Rendering;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Harness;

/// <summary>What schedules of code under test came to. It says no more than was done.</summary>
/// <param name="Verdict">
/// <c>HoldsUpTo</c> when nothing was found; <c>Refuted</c>, with what the code did as a trace of the model;
/// <c>Unknown</c> when it was interrupted or the code is not what the model describes.
/// </param>
/// <param name="Deviation">How the code leaves its model; null if it did not.</param>
public sealed record ConformanceResult(Verdict Verdict, Divergence? Deviation = null)
{
    /// <summary>What the code did up to what was found, step by step of the model; null if nothing was.</summary>
    public Trace? Trace => Deviation?.Before ?? (Verdict as Verdict.Refuted)?.Trace;

    /// <summary>What reports print: the verdict, what it rests on, and a trace in columns, lines ended by a line feed.</summary>
    /// <param name="experiment">What was looked at.</param>
    /// <remarks>
    /// Of a violation the steps are left out that the model does not need for it. What is left is a run of the model, and
    /// every step of it one of the code's.
    /// </remarks>
    public string Text(ConformanceTest experiment)
    {
        var evidence = Verdict.Evidence;
        var told = Verdict switch
        {
            Verdict.HoldsUpTo held => $"holds up to {held.Bound.Cause}",
            Verdict.Unknown unknown => $"unknown: {unknown.Reason}",
            _ => string.Create(CultureInfo.InvariantCulture, $"refuted by schedule {evidence.Schedules:N0}, of {Trace?.Length} steps"),
        };
        var seen = string.Create(CultureInfo.InvariantCulture,
            $"{evidence.States:N0} states of the model and {evidence.RulePairs:N0} pairs of its rules were seen");
        var name = experiment.Protocol.Name;
        return $"{name}: {told}; {seen}\n{(Trace is null ? "" : "\n" + Told(experiment, Trace))}";
    }

    private static string Told(ConformanceTest experiment, Trace trace)
    {
        var interpreter = new Interpreter(experiment.Model);
        var shortened = Shorten.Of(interpreter, experiment.Property, trace);
        var run = CheckedTrace.Of(interpreter, experiment.Property, shortened, out var fault)
            ?? throw new System.Diagnostics.UnreachableException($"what the code did is no run of the model: {fault}");
        return ColumnTrace.Of(run, new Caption(experiment.Protocol.Name, experiment.Model.Name, []));
    }
}

/// <summary>Something that code did and its model does not allow, or that no code should do.</summary>
/// <param name="Reason">What.</param>
/// <param name="Before">What the code had done until then, which is a run of the model.</param>
public sealed record Divergence(string Reason, Trace Before);
