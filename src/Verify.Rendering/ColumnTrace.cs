using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Modelling;
using Verify.Traces;

namespace Verify.Rendering;

/// <summary>The texts around a trace.</summary>
/// <param name="Subject">The identifier of a claim or the name of a model.</param>
/// <param name="Instance">The instance, as the report prints it.</param>
/// <param name="Replay">The command that replays the trace, one word per entry; empty for none.</param>
public sealed record Caption(string Subject, string Instance, ImmutableArray<string> Replay)
{
    /// <summary>The family of the model, whose documentation explains names in the trace; null if it is unknown.</summary>
    public ModelFamily? Family { get; init; }
}

/// <summary>The additions to the steps in the text of a trace.</summary>
/// <param name="States">True for the whole state after each step, ghosts and program counters included.</param>
/// <param name="Sources">True for the sources of each step.</param>
public readonly record struct TraceDetail(bool States = false, bool Sources = false);

/// <summary>
/// The default text of a trace: one column per processor, changes only. It can be pasted into a mail: plain ASCII, no
/// tabs, at most <see cref="TextWrap.Width"/> characters per line.
/// </summary>
public static class ColumnTrace
{
    /// <summary>The maximum number of actors side by side.</summary>
    private const int MaxColumns = 4;

    private const int ChangeIndent = 2;

    /// <summary>The text of a trace; lines end in a line feed.</summary>
    /// <param name="run">The trace.</param>
    /// <param name="caption">The texts around the trace.</param>
    /// <param name="detail">What is shown in addition to the steps.</param>
    public static string Of(CheckedTrace run, Caption caption, TraceDetail detail = default)
    {
        var (interpreter, trace, property) = (run.Interpreter, run.Trace, run.Property);
        var question = property.Text == property.Name ? property.Name : $"{property.Name}: {property.Text}";
        return Text(Lines(interpreter.Model, Narration.Of(run), trace, Outcome.Of(run), question, caption, detail));
    }

    /// <summary>The text of a run to an undefined state; lines end in a line feed.</summary>
    /// <param name="run">A run that the interpreter has taken.</param>
    /// <param name="found">The error at the end of the run.</param>
    /// <param name="caption">The texts around the trace.</param>
    /// <param name="detail">What is shown in addition to the steps.</param>
    public static string Of(UndefinedRun run, Diagnostic found, Caption caption, TraceDetail detail = default)
    {
        var (narration, length) = (Narration.Of(run), run.Trace.Length);
        var place = run.Step is null ? $"after {length}" : $"in step {length + 1}";
        var outcome = new Outcome($"is undefined {place}", $"undefined: {found}");
        return Text(Lines(run.Model, narration, run.Trace, outcome, $"{found.Code.Id}: {found.Code.Title}", caption, detail));
    }

    private static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + '\n'));

    private static IEnumerable<string> Lines(
        Model model, Narration narration, Trace trace, Outcome outcome, string question, Caption caption, TraceDetail detail)
    {
        string[] title =
        [
            .. TextWrap.Lines($"{caption.Subject} {outcome.Title}"),
            .. TextWrap.Lines(question),
            .. TextWrap.Lines(caption.Instance),
            "",
        ];
        var actors = ActorsOf(model, narration);
        var table = Table.Of(narration, detail.Sources, actors);
        string[] closing =
        [
            "",
            .. TextWrap.Lines(outcome.Closing),
            .. narration.Why is { } why ? Lines(why) : [],
            .. narration.Waiting.IsEmpty ? [] : TextWrap.Lines($"waiting: {string.Join(", ", narration.Waiting)}", indent: 2),
            .. narration.Idle.IsEmpty ? []
                : TextWrap.Lines($"possible there, and fair never to happen: {string.Join(", ", narration.Idle)}"),
            .. narration.Notes.SelectMany(note => TextWrap.Lines($"note: {note}")),
            .. Legend.Of(narration.Names, narration.Processors, caption.Family) is { IsEmpty: false } legend
                ? TextWrap.Lines($"names: {string.Join("; ", legend)}") : [],
            .. caption.Replay.IsEmpty ? [] : TextWrap.Command("replay:", caption.Replay),
        ];
        return [.. title, .. table.Lines(narration, trace, detail.States ? model : null), .. closing];
    }

    private static IEnumerable<string> Lines(Explanation why) =>
    [
        .. TextWrap.Lines($"{(why.IsTrue ? "true" : "false")}{(why.For.IsEmpty ? "" : $" for {string.Join(", ", why.For)}")}: {why.Part}",
            indent: 2),
        .. why.Values.IsEmpty ? [] : TextWrap.Lines($"where {string.Join(", ", why.Values)}", indent: 2),
    ];

    /// <summary>The processors in their order, then the other actors in the order of their first steps.</summary>
    private static List<string> ActorsOf(Model model, Narration narration)
    {
        var seen = new HashSet<string>(narration.Steps.Where(step => step.IsProcessor).Select(step => step.Actor));
        seen.UnionWith(narration.Steps.SelectMany(step => step.Changes).Select(change => change.Processor).OfType<string>());
        var actors = (model.Processors?.Members ?? []).Where(seen.Contains).ToList();
        actors.AddRange(narration.Steps.Select(step => step.Actor).Where(actor => !actors.Contains(actor)).Distinct().ToList());
        return actors;
    }

    /// <summary>
    /// Steps and changes in columns; or in a single column, where each line has the name of the actor.
    /// </summary>
    private sealed class Table
    {
        private const int Wide = 4;
        private const int Narrow = 2;
        private readonly List<string> actors;
        private readonly int gutter;
        private readonly List<List<(int Indent, string Text)>[]> cells;
        private readonly int[] widths;
        private readonly int gap;

        private Table(Narration narration, bool withSources, List<string> actors)
        {
            this.actors = actors;
            gutter = narration.Steps.Length.ToString(CultureInfo.InvariantCulture).Length + 3;
            cells = [.. narration.Steps.Select(step => Cells(step, withSources))];
            (widths, gap) = Widths();
        }

        private bool IsOneColumn => actors.Count == 0;

        // True if no column is too narrow for a word in it.
        private bool HasRoom => cells.TrueForAll(step => step.Select((cell, column) => cell.TrueForAll(one =>
            TextWrap.Fits(one.Text, widths[column], one.Indent))).All(fits => fits));

        /// <summary>Columns; or, if there are too many or a word would break, a single one.</summary>
        public static Table Of(Narration narration, bool withSources, List<string> actors)
        {
            var columns = new Table(narration, withSources, actors.Count > MaxColumns ? [] : actors);
            return columns.IsOneColumn || columns.HasRoom ? columns : new Table(narration, withSources, []);
        }

        public IEnumerable<string> Lines(Narration narration, Trace trace, Model? states)
        {
            if (!narration.Start.IsEmpty)
            {
                foreach (var line in TextWrap.Lines($"start: {string.Join(", ", narration.Start)}", TextWrap.Width, 1, 7))
                {
                    yield return line;
                }

                if (cells.Count > 0)
                {
                    yield return "";
                }
            }

            if (!IsOneColumn && cells.Count > 0)
            {
                yield return Row("", actors);
                yield return Row("", [.. actors.Select((actor, i) => new string('-', Math.Min(actor.Length, widths[i])))]);
            }

            for (var i = 0; i < cells.Count; i++)
            {
                if (trace.LoopStart == i)
                {
                    yield return $"{new string(' ', gutter)}-- from here on, forever --";
                }

                foreach (var line in Rows((i + 1).ToString(CultureInfo.InvariantCulture), cells[i]))
                {
                    yield return line;
                }

                // An undefined step leads to no state.
                foreach (var line in states is null || i == trace.Length ? [] : StateLines(states, trace, i + 1))
                {
                    yield return line;
                }
            }

            if (trace.LoopStart is { } start)
            {
                // A loop without steps is a run that rests in its last state.
                var after = start < trace.Length ? $"and again from step {start + 1}" : "and nothing more, forever";
                yield return $"{new string(' ', gutter)}-- {after} --";
            }
        }

        /// <summary>
        /// The text of a step in each column: its name in the column of its actor, then the changes in the columns that
        /// they belong to.
        /// </summary>
        private List<(int Indent, string Text)>[] Cells(NarratedStep step, bool withSources)
        {
            (int, string)[] sees = step.Sees.IsEmpty ? [] : [(ChangeIndent, $"sees {string.Join(", ", step.Sees)}")];
            (int, string)[] more =
            [
                .. step.Trouble is null ? Array.Empty<(int, string)>() : [(ChangeIndent, step.Trouble)],
                .. withSources ? step.Sources.Select(source => (ChangeIndent, $"from {source}")) : [],
            ];
            if (IsOneColumn)
            {
                return
                [
                    [
                        (0, $"{step.Actor}: {step.Title}"),
                        .. sees,
                        .. step.Changes.Select(change => change.Processor is { } other && other != step.Actor
                            ? (ChangeIndent, $"{other}: {change.InColumn}")
                            : (ChangeIndent, change.InColumn)),
                        .. more,
                    ],
                ];
            }

            var cells = actors.Select(_ => new List<(int, string)>()).ToArray();
            cells[actors.IndexOf(step.Actor)].Add((0, step.Title));
            cells[actors.IndexOf(step.Actor)].AddRange(sees);
            foreach (var change in step.Changes)
            {
                cells[actors.IndexOf(change.Processor ?? step.Actor)].Add((ChangeIndent, change.InColumn));
            }

            cells[actors.IndexOf(step.Actor)].AddRange(more);
            return cells;
        }

        /// <summary>Each column is as wide as its text if all fit; else the widest columns shrink.</summary>
        private (int[] Widths, int Gap) Widths()
        {
            var room = TextWrap.Width - gutter;
            if (IsOneColumn)
            {
                return ([room], 0);
            }

            var wanted = actors.Select((actor, column) => cells.SelectMany(step => step[column])
                .Select(cell => cell.Indent + cell.Text.Length).Append(actor.Length).Max()).ToArray();
            var between = wanted.Sum() + (Wide * (wanted.Length - 1)) <= room ? Wide : Narrow;
            var least = actors.Select((actor, column) => cells.SelectMany(step => step[column])
                .Select(cell => TextWrap.MinWidth(cell.Text, cell.Indent)).Append(actor.Length).Max()).ToArray();
            for (var excess = wanted.Sum() + (between * (wanted.Length - 1)) - room; excess > 0; excess--)
            {
                // A column that its longest word fills shrinks last.
                var widest = Enumerable.Range(0, wanted.Length).MaxBy(column => (wanted[column] > least[column], wanted[column]));
                wanted[widest]--;
            }

            return (wanted, between);
        }

        private IEnumerable<string> Rows(string number, List<(int Indent, string Text)>[] step)
        {
            // The step's name and the changes start on separate rows, so that changes in different columns stand side
            // by side.
            var names = step.Select((cell, column) => Folded(cell.Where(c => c.Indent == 0), widths[column])).ToArray();
            var changes = step.Select((cell, column) => Folded(cell.Where(c => c.Indent > 0), widths[column])).ToArray();
            foreach (var block in new[] { names, changes })
            {
                for (var row = 0; row < block.Max(lines => lines.Count); row++)
                {
                    yield return Row(number, [.. block.Select(lines => row < lines.Count ? lines[row] : "")]);
                    number = "";
                }
            }
        }

        private static List<string> Folded(IEnumerable<(int Indent, string Text)> cells, int width) =>
            [.. cells.SelectMany(cell => TextWrap.TraceLines(cell.Text, width, cell.Indent))];

        private string Row(string number, List<string> texts)
        {
            var line = new StringBuilder(number.PadLeft(gutter - 2)).Append("  ");
            for (var column = 0; column < texts.Count; column++)
            {
                line.Append(TextWrap.Ascii(texts[column]).PadRight(widths[column] + gap));
            }

            return line.ToString().TrimEnd();
        }

        private IEnumerable<string> StateLines(Model model, Trace trace, int index)
        {
            var parts = model.Variables.SelectMany(variable => Location.Of(model, variable, trace.States[index])
                .Zip(Location.Of(model, variable, trace.States[index - 1]))
                .Select(pair => (pair.First.Value.Equals(pair.Second.Value) ? "" : "*")
                    + $"{pair.First.Location.Text(skip: 0)} = {pair.First.Value}"));
            return TextWrap.Lines($"| {string.Join("; ", parts)}", TextWrap.Width, gutter);
        }
    }

    /// <summary>The result of a trace for a property: a title and a last line.</summary>
    private sealed record Outcome(string Title, string Closing)
    {
        public static Outcome Of(CheckedTrace run)
        {
            var (trace, property) = (run.Trace, run.Property);
            var steps = Amount.Of(trace.Length, "step");
            var name = property.Text == property.Name ? property.Name : $"{property.Name}, {property.Text}";
            var loop = trace.LoopStart is { } start && start < trace.Length ? $", the last {trace.Length - start} forever" : "";
            return property switch
            {
                _ when !run.IsDecisive =>
                    new($"run of {steps}{loop}", $"decides nothing about {name}"),
                Property.Always => new($"refuted in {steps}", $"violated: {name}"),
                Property.Reachable => new($"reached in {steps}", $"reached: {name}"),
                Property.NoDeadlock => new($"refuted in {steps}", $"stuck, no step is possible: {name}"),
                Property.LeadsTo => new($"refuted in {steps}{loop}", $"the goal is never reached: {name}"),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
    }
}
