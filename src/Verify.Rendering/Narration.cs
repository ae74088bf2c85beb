using System.Collections.Immutable;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Rendering;

/// <summary>A trace in words, before layout: the actor and the changes of each step.</summary>
/// <param name="Start">The initial values that the model leaves open; all visible initial values if the trace has no
/// steps.</param>
/// <param name="Steps">One entry per step, in order.</param>
/// <param name="Notes">Notes about parts that could not be shown, such as undefined marks, one sentence each.</param>
public sealed record Narration(ImmutableArray<Change> Start, ImmutableArray<NarratedStep> Steps, ImmutableArray<string> Notes)
{
    private const int MaxIdle = 6;

    /// <summary>
    /// For a run that goes on forever, the steps that are possible in its loop and are never taken, each with its actor.
    /// The run is fair without them.
    /// </summary>
    public ImmutableArray<string> Idle { get; init; } = [];

    /// <summary>Describes a trace of a model in words.</summary>
    /// <remarks>
    /// Program counters, locals and ghosts are left out, because the names and arguments of the steps show them. A
    /// location with an unchanged value appears when a mark on it starts to hold. It appears again in the last step if
    /// that step reads it, because the reader wants to see the value that was used.
    /// </remarks>
    public static Narration Of(Interpreter interpreter, Trace trace)
    {
        var model = interpreter.Model;
        var marks = new Marks(interpreter);
        var start = trace.Length == 0 ? model.Variables.Where(Location.IsVisible) : model.Variables.Where(v => v.Initially is null);
        var told = ImmutableArray.CreateBuilder<NarratedStep>();
        for (var i = 0; i < trace.Length; i++)
        {
            told.Add(Narrate(interpreter, marks, trace, i));
        }

        var before = marks.In(trace.States[0]);
        return new Narration(
            [.. start.SelectMany(v => Location.Of(model, v, trace.States[0]))
                .Select(p => new Change(p.Location.Processor(model), p.Location, ShortValue.Of(p.Value), Words(before, p.Location)))],
            told.ToImmutable(),
            marks.Notes)
        { Idle = IdleIn(interpreter, trace) };
    }

    private static ImmutableArray<string> IdleIn(Interpreter interpreter, Trace trace)
    {
        if (trace.LoopStart is not { } start)
        {
            return [];
        }

        string Told(State state, Step step)
        {
            var (actor, _, name) = StepName.Of(interpreter, state, step);
            return $"{name} ({actor})";
        }

        var taken = Enumerable.Range(start, trace.Length - start).Select(i => Told(trace.States[i], trace.Steps[i])).ToHashSet();
        List<string> idle =
        [
            .. Enumerable.Range(start, trace.Length - start + 1)
                .SelectMany(i => interpreter.Enabled(trace.States[i]).Select(step => Told(trace.States[i], step)))
                .Distinct().Where(step => !taken.Contains(step)),
        ];
        return idle.Count <= MaxIdle ? [.. idle] : [.. idle.Take(MaxIdle - 1), $"{idle.Count - MaxIdle + 1} others"];
    }

    /// <summary>
    /// Describes a run to an undefined step or property; an undefined step comes last and changes nothing.
    /// </summary>
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

    /// <summary>The words of the marks that hold at a location, joined; null if none hold.</summary>
    private static string? Words(Dictionary<Location, ImmutableArray<string>> marks, Location location) =>
        marks.TryGetValue(location, out var words) ? string.Join(", ", words) : null;

    private static NarratedStep Narrate(Interpreter interpreter, Marks marks, Trace trace, int index)
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

/// <summary>The description of one step.</summary>
/// <param name="Actor">The actor.</param>
/// <param name="IsProcessor">True if the actor is one of the model's processors.</param>
/// <param name="Name">The name of the step with its arguments, such as <c>insert_pfn(x, f0)</c>.</param>
/// <param name="Changes">The changes, in the order of the model's variables.</param>
public sealed record NarratedStep(string Actor, bool IsProcessor, string Name, ImmutableArray<Change> Changes)
{
    /// <summary>The reason why the model cannot take the step; null if it can.</summary>
    public string? Trouble { get; init; }
}

/// <summary>One location and its new value.</summary>
/// <param name="Processor">The processor that the location belongs to, if any.</param>
/// <param name="Location">The location.</param>
/// <param name="Value">The new value in short form.</param>
/// <param name="Mark">The words of the marks that hold there; null if none hold.</param>
public sealed record Change(string? Processor, Location Location, string Value, string? Mark)
{
    /// <summary>The text in the column of its processor: <c>tlb[x] = f0</c>.</summary>
    public string InColumn => $"{Location.Text(skip: Processor is null ? 0 : 1)} = {Value}{Suffix}";

    /// <summary>The text without columns: <c>tlb[CPU1][x] = f0</c>.</summary>
    public override string ToString() => $"{Location.Text(skip: 0)} = {Value}{Suffix}";

    private string Suffix => Mark is null ? "" : $"  <- {Mark}";
}
