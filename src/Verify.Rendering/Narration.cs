using System.Collections.Immutable;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Rendering;

/// <summary>A trace put into words, before it is laid out: who does what, and what changes by it.</summary>
/// <param name="Start">What the run starts with, where the model leaves a choice (all that is visible if nothing happens).</param>
/// <param name="Steps">One entry a step, in order.</param>
/// <param name="Notes">What could not be told as the model says, one sentence each: marks that are undefined somewhere.</param>
public sealed record Narration(ImmutableArray<Change> Start, ImmutableArray<NarratedStep> Steps, ImmutableArray<string> Notes)
{
    /// <summary>Tells a trace of a model.</summary>
    /// <remarks>
    /// Program counters, locals and ghosts are left out: the names of the steps and their arguments stand for them.
    /// A location whose value stays is told when a mark on it comes to hold, and again in the last step if that step
    /// looks at it, since there the reader asks what was used.
    /// </remarks>
    public static Narration Of(Interpreter interpreter, Trace trace)
    {
        var model = interpreter.Model;
        var marks = new Marks(interpreter);
        var start = trace.Length == 0 ? model.Variables.Where(Location.IsVisible) : model.Variables.Where(v => v.Initially is null);
        var told = ImmutableArray.CreateBuilder<NarratedStep>();
        for (var i = 0; i < trace.Length; i++)
        {
            told.Add(Tell(interpreter, marks, trace, i));
        }

        var before = marks.In(trace.States[0]);
        return new Narration(
            [.. start.SelectMany(v => Location.Of(model, v, trace.States[0]))
                .Select(p => new Change(p.Location.Processor(model), p.Location, ShortValue.Of(p.Value), Words(before, p.Location)))],
            told.ToImmutable(),
            marks.Notes);
    }

    /// <summary>Tells a run to what is undefined: the step that is comes last, and changes nothing.</summary>
    public static Narration Of(UndefinedRun run)
    {
        var narration = Of(run.Interpreter, run.Trace);
        if (run.Step is not { } step)
        {
            return narration;
        }

        var (actor, isProcessor, name) = StepName.Of(run.Interpreter, run.Trace.Last, step);
        return narration with
        {
            Steps = narration.Steps.Add(new NarratedStep(actor, isProcessor, name, []) { Trouble = "<- undefined" }),
        };
    }

    /// <summary>The words of marks that hold at a location, joined; null when there are none.</summary>
    private static string? Words(Dictionary<Location, ImmutableArray<string>> marks, Location location) =>
        marks.TryGetValue(location, out var words) ? string.Join(", ", words) : null;

    private static NarratedStep Tell(Interpreter interpreter, Marks marks, Trace trace, int index)
    {
        var (model, step) = (interpreter.Model, trace.Steps[index]);
        var (before, after) = (trace.States[index], trace.States[index + 1]);
        var (actor, isProcessor, name) = StepName.Of(interpreter, before, step);
        var (marksBefore, marksAfter) = (marks.In(before), marks.In(after));
        var (isLast, reads) = (index == trace.Length - 1, model.Rules[step.Rule].Footprint.Reads);
        var changes = ImmutableArray.CreateBuilder<Change>();
        for (var v = 0; v < model.Variables.Length; v++)
        {
            var variable = model.Variables[v];
            if (!Location.IsVisible(variable))
            {
                continue;
            }

            foreach (var ((location, old), (_, now)) in
                Location.Of(model, variable, before).Zip(Location.Of(model, variable, after)))
            {
                var processor = location.Processor(model);
                var words = Words(marksAfter, location);
                var isNewlyMarked = words is not null && words != Words(marksBefore, location);
                var isUsed = isLast && words is not null && (processor ?? actor) == actor && reads.Contains(variable);
                if (isNewlyMarked || isUsed || ShortValue.Of(old) != ShortValue.Of(now))
                {
                    changes.Add(new Change(processor, location, ShortValue.Of(now), words));
                }
            }
        }

        return new NarratedStep(actor, isProcessor, name, changes.ToImmutable());
    }
}

/// <summary>One step, told.</summary>
/// <param name="Actor">Who takes it.</param>
/// <param name="IsProcessor">Whether that is one of the model's processors.</param>
/// <param name="Name">The step's name with its arguments, as <c>insert_pfn(x, f0)</c>.</param>
/// <param name="Changes">What is different behind it, in the order of the model's variables.</param>
public sealed record NarratedStep(string Actor, bool IsProcessor, string Name, ImmutableArray<Change> Changes)
{
    /// <summary>Why the step cannot be taken as the model has it; null when it is taken.</summary>
    public string? Trouble { get; init; }
}

/// <summary>One location and its new value.</summary>
/// <param name="Processor">The processor that the location belongs to, if any.</param>
/// <param name="Location">The location.</param>
/// <param name="Value">Its new value, in short.</param>
/// <param name="Mark">The words of the marks that hold there, if any.</param>
public sealed record Change(string? Processor, Location Location, string Value, string? Mark)
{
    /// <summary>As it is told in the column of its processor: <c>tlb[x] = f0</c>.</summary>
    public string InColumn => $"{Location.Text(skip: Processor is null ? 0 : 1)} = {Value}{Suffix}";

    /// <summary>As it is told without columns: <c>tlb[CPU1][x] = f0</c>.</summary>
    public override string ToString() => $"{Location.Text(skip: 0)} = {Value}{Suffix}";

    private string Suffix => Mark is null ? "" : $"  <- {Mark}";
}
