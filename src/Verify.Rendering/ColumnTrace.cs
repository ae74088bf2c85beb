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
public sealed record Caption(string Subject, string Instance, ImmutableArray<string> Replay);

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
    /// <param name="showStates">True if whole states follow the steps, ghosts and program counters included.</param>
    public static string Of(CheckedTrace run, Caption caption, bool showStates = false)
    {
        var (interpreter, trace, property) = (run.Interpreter, run.Trace, run.Property);
        var question = property.Text == property.Name ? property.Name : $"{property.Name}: {property.Text}";
        var narration = Narration.Of(interpreter, trace);
        return Text(Lines(interpreter.Model, narration, trace, Outcome.Of(run), question, caption, showStates));
    }

    /// <summary>The text of a run to an undefined state; lines end in a line feed.</summary>
    /// <param name="run">A run that the interpreter has taken.</param>
    /// <param name="found">The error at the end of the run.</param>
    /// <param name="caption">The texts around the trace.</param>
    /// <param name="showStates">True if whole states follow the steps, ghosts and program counters included.</param>
    public static string Of(UndefinedRun run, Diagnostic found, Caption caption, bool showStates = false)
    {
        var (narration, length) = (Narration.Of(run), run.Trace.Length);
        var place = run.Step is null ? $"after {length}" : $"in step {length + 1}";
        var outcome = new Outcome($"is undefined {place}", $"undefined: {found}");
        return Text(Lines(run.Model, narration, run.Trace, outcome, $"{found.Code.Id}: {found.Code.Title}", caption, showStates));
    }

    private static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + '\n'));

    private static IEnumerable<string> Lines(
        Model model, Narration narration, Trace trace, Outcome outcome, string question, Caption caption, bool showStates)
    {
        string[] title =
        [
            .. TextWrap.Lines($"{caption.Subject} {outcome.Title}"),
            .. TextWrap.Lines(question),
            .. TextWrap.Lines(caption.Instance),
            "",
        ];
        var actors = ActorsOf(model, narration);
        var table = new Table(narration.Steps.Length, actors.Count > MaxColumns ? [] : actors);
        string[] closing =
        [
            "",
            .. TextWrap.Lines(outcome.Closing),
            .. narration.Idle.IsEmpty ? []
                : TextWrap.Lines($"possible there, and fair never to happen: {string.Join(", ", narration.Idle)}"),
            .. narration.Notes.SelectMany(note => TextWrap.Lines($"note: {note}")),
            .. caption.Replay.IsEmpty ? [] : TextWrap.Command("replay:", caption.Replay),
        ];
        return [.. title, .. table.Lines(narration, trace, showStates ? model : null), .. closing];
    }

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

        public Table(int length, List<string> actors)
        {
            this.actors = actors;
            gutter = length.ToString(CultureInfo.InvariantCulture).Length + 3;
        }

        private bool IsOneColumn => actors.Count == 0;

        public IEnumerable<string> Lines(Narration narration, Trace trace, Model? states)
        {
            var cells = narration.Steps.Select(Cells).ToList();
            var (widths, gap) = Widths(cells);
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
                yield return Row("", actors, widths, gap);
                yield return Row("", [.. actors.Select((actor, i) => new string('-', Math.Min(actor.Length, widths[i])))], widths, gap);
            }

            for (var i = 0; i < cells.Count; i++)
            {
                if (trace.LoopStart == i)
                {
                    yield return $"{new string(' ', gutter)}-- from here on, forever --";
                }

                foreach (var line in Rows((i + 1).ToString(CultureInfo.InvariantCulture), cells[i], widths, gap))
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
        private List<(int Indent, string Text)>[] Cells(NarratedStep step)
        {
            if (IsOneColumn)
            {
                return
                [
                    [
                        (0, $"{step.Actor}: {step.Name}"),
                        .. step.Changes.Select(change => change.Processor is { } other && other != step.Actor
                            ? (ChangeIndent, $"{other}: {change.InColumn}")
                            : (ChangeIndent, change.InColumn)),
                        .. step.Trouble is null ? Array.Empty<(int, string)>() : [(ChangeIndent, step.Trouble)],
                    ],
                ];
            }

            var cells = actors.Select(_ => new List<(int, string)>()).ToArray();
            cells[actors.IndexOf(step.Actor)].Add((0, step.Name));
            foreach (var change in step.Changes)
            {
                cells[actors.IndexOf(change.Processor ?? step.Actor)].Add((ChangeIndent, change.InColumn));
            }

            if (step.Trouble is { } trouble)
            {
                cells[actors.IndexOf(step.Actor)].Add((ChangeIndent, trouble));
            }

            return cells;
        }

        /// <summary>Each column is as wide as its text if all fit; else the widest columns shrink.</summary>
        private (int[] Widths, int Gap) Widths(List<List<(int Indent, string Text)>[]> cells)
        {
            var room = TextWrap.Width - gutter;
            if (IsOneColumn)
            {
                return ([room], 0);
            }

            var widths = actors.Select((actor, column) => cells.SelectMany(step => step[column])
                .Select(cell => cell.Indent + cell.Text.Length).Append(actor.Length).Max()).ToArray();
            var gap = widths.Sum() + (Wide * (widths.Length - 1)) <= room ? Wide : Narrow;
            for (var excess = widths.Sum() + (gap * (widths.Length - 1)) - room; excess > 0; excess--)
            {
                widths[Array.IndexOf(widths, widths.Max())]--;
            }

            return (widths, gap);
        }

        private IEnumerable<string> Rows(string number, List<(int Indent, string Text)>[] cells, int[] widths, int gap)
        {
            // The step's name and the changes start on separate rows, so that changes in different columns stand side
            // by side.
            var names = cells.Select((cell, column) => Folded(cell.Where(c => c.Indent == 0), widths[column])).ToArray();
            var changes = cells.Select((cell, column) => Folded(cell.Where(c => c.Indent > 0), widths[column])).ToArray();
            foreach (var block in new[] { names, changes })
            {
                for (var row = 0; row < block.Max(lines => lines.Count); row++)
                {
                    yield return Row(number, [.. block.Select(lines => row < lines.Count ? lines[row] : "")], widths, gap);
                    number = "";
                }
            }
        }

        private static List<string> Folded(IEnumerable<(int Indent, string Text)> cells, int width) =>
            [.. cells.SelectMany(cell => TextWrap.Lines(cell.Text, width, cell.Indent))];

        private string Row(string number, List<string> texts, int[] widths, int gap)
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
            var steps = trace.Length == 1 ? "1 step" : $"{trace.Length} steps";
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
