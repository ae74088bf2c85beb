using System.Collections.Immutable;
using Verify.Modelling;
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

    /// <summary>Why the last state decides the property; null if it does not, or if no predicate of it does.</summary>
    public Explanation? Why { get; init; }

    /// <summary>For a deadlock, where each thread waits.</summary>
    public ImmutableArray<string> Waiting { get; init; } = [];

    /// <summary>The sort whose members are the columns of a trace; null if there is none.</summary>
    public Sort? Processors { get; init; }

    /// <summary>The members of sorts that the trace names.</summary>
    public ImmutableArray<NamedMembers> Names { get; init; } = [];

    /// <summary>Describes a replayed trace in words.</summary>
    public static Narration Of(CheckedTrace run) => Of(run.Interpreter, run.Trace, run.IsDecisive ? run.Property : null);

    /// <summary>Describes a trace of a model in words.</summary>
    /// <param name="interpreter">The interpreter of the model.</param>
    /// <param name="trace">The trace.</param>
    /// <param name="decided">The property that the trace decides; null if it decides none.</param>
    public static Narration Of(Interpreter interpreter, Trace trace, Property? decided = null)
    {
        var model = interpreter.Model;
        var marks = new Marks(interpreter);
        var names = new NamedValues();
        var steps = new StepNarrator(interpreter, trace, marks, names, decided is not null);
        var why = decided is null ? null : Explanation.Find(interpreter, trace.Last, decided);
        foreach (var value in why?.Named ?? [])
        {
            names.Add(value);
        }

        var start = trace.Length == 0 ? model.Variables.Where(Location.IsVisible) : model.Variables.Where(v => v.Initially is null);
        var before = marks.In(trace.States[0]);
        return new Narration(
            [.. start.SelectMany(v => Location.Of(model, v, trace.States[0])).Select(p =>
            {
                names.Add(p.Value);
                return new Change(p.Location.Processor(model), p.Location, ShortValue.Of(p.Value), Words(before, p.Location));
            })],
            [.. Enumerable.Range(0, trace.Length).Select(steps.Narrate)],
            marks.Notes)
        {
            Idle = IdleIn(interpreter, trace),
            Why = why?.Text,
            Waiting = decided is Property.NoDeadlock ? WaitingIn(model, trace.Last) : [],
            Processors = model.Processors,
            Names = names.All,
        };
    }

    private static ImmutableArray<string> WaitingIn(Model model, State state) =>
    [
        .. model.Variables.Where(variable => variable.Role == VariableRole.ProgramCounter)
            .SelectMany(variable => Location.Of(model, variable, state).Where(at => StartsAt(model, variable, at.Value))
                .Select(at => $"{variable.Name[..variable.Name.LastIndexOf('.')]}{at.Location.KeyText(0)} at {at.Value}")),
    ];

    // True if some step of the thread begins at a point, which the end of a program is not: guards compare the point first.
    private static bool StartsAt(Model model, Variable counter, Value point)
    {
        static Expr First(Expr guard) => guard is Expr.Connective { Operator: LogicOperator.And } both ? First(both.Left) : guard;
        return model.Rules.Any(rule => rule.Footprint.Reads.Contains(counter)
            && First(rule.Guard) is Expr.Equal { Left: var left, Right: Expr.Literal at } && Footprint.Of(left).Reads.Contains(counter)
            && at.Number == point.Number);
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
    internal static string? Words(Dictionary<Location, ImmutableArray<string>> marks, Location location) =>
        marks.TryGetValue(location, out var words) ? string.Join(", ", words) : null;
}

/// <summary>The description of one step.</summary>
/// <param name="Actor">The actor.</param>
/// <param name="IsProcessor">True if the actor is one of the model's processors.</param>
/// <param name="Name">The name of the step with its arguments, such as <c>insert_pfn(x, f0)</c>.</param>
/// <param name="Changes">The changes, in the order of the model's variables.</param>
public sealed record NarratedStep(string Actor, bool IsProcessor, string Name, ImmutableArray<Change> Changes)
{
    /// <summary>The way that a branching step takes: "yes" if its condition holds, "no" if not; null without a branch.</summary>
    public string? Way { get; init; }

    /// <summary>
    /// The values that the condition of a branching step reads, such as <c>pte[x] = f0</c>, or those because of which a step
    /// without a branch does nothing.
    /// </summary>
    public ImmutableArray<string> Sees { get; init; } = [];

    /// <summary>The sources that the step is modelled on.</summary>
    public ImmutableArray<Source> Sources { get; init; } = [];

    /// <summary>The name, and the way that the step takes.</summary>
    public string Title => Way is null ? Name : $"{Name} -> {Way}";

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
    /// <summary>True if the step sets the location to the value that it has.</summary>
    public bool IsKept { get; init; }

    /// <summary>True if the location is a local of another thread than the one that takes the step.</summary>
    public bool IsForeign { get; init; }

    /// <summary>The text in the column of its processor: <c>tlb[x] = f0</c>.</summary>
    public string InColumn => (IsForeign
        ? Location.Text(skip: Processor is null ? 0 : 1)
        : Location.TextInColumn(isOwn: Processor is not null)) + $" = {Value}{Suffix}";

    /// <summary>The text without columns: <c>tlb[CPU1][x] = f0</c>.</summary>
    public override string ToString() => $"{Location.Text(skip: 0)} = {Value}{Suffix}";

    private string Suffix => (IsKept ? " (unchanged)" : "") + (Mark is null ? "" : $"  <- {Mark}");
}
