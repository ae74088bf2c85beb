using System.Diagnostics;
using Spectre.Console;
using Progress = Verify.Engines.Progress;

namespace Verify.Cli.Hosting;

/// <summary>Shows the progress of a long decision on a terminal; writes nothing to a pipe.</summary>
internal static class ProgressDisplay
{
    // Most claims take less time than this, and do not load the code that draws.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <summary>Runs some work and shows its progress.</summary>
    public static T Run<T>(Terminal terminal, string title, Func<IProgress<Progress>?, T> work) =>
        Run(terminal, () => title, work);

    /// <summary>Runs some work and shows its progress with a title that may change.</summary>
    public static T Run<T>(Terminal terminal, Func<string> title, Func<IProgress<Progress>?, T> work)
    {
        if (!terminal.IsErrorLive)
        {
            return work(null);
        }

        var latest = new Latest(title);
        var task = Task.Run(() => work(latest));
        if (Task.WaitAny([task], Patience) < 0)
        {
            Draw(terminal, task, latest.ToString);
        }

        return task.GetAwaiter().GetResult();
    }

    // Shows a changing line until a task has ended.
    private static void Draw(Terminal terminal, Task task, Func<string> line)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal.Error),
            ColorSystem = terminal.HasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
        });
        console.Status().Start(Markup.Escape(line()), status =>
        {
            while (Task.WaitAny([task], TimeSpan.FromMilliseconds(200)) < 0)
            {
                status.Status(Markup.Escape(line()));
            }
        });
    }

    /// <summary>The items of a slow sequence, such as the answers of parallel work; a title is shown before each.</summary>
    public static IEnumerable<T> Each<T>(Terminal terminal, Func<string> title, IEnumerable<T> items)
    {
        using var next = items.GetEnumerator();
        while (Run(terminal, title, _ => next.MoveNext()))
        {
            yield return next.Current;
        }
    }

    /// <summary>The line for some progress.</summary>
    /// <param name="title">The claim or the task.</param>
    /// <param name="last">The progress; zeros if the engine has reported none.</param>
    /// <param name="seconds">The seconds since the beginning.</param>
    public static string Line(string title, Progress last, double seconds)
    {
        var frontier = last.Frontier > 0 ? FormattableString.Invariant($" of {last.Frontier:N0}") : "";
        var rate = seconds >= 1 ? FormattableString.Invariant($", {last.States / seconds:N0}/s") : "";
        var search = last.States > 0 ? $"{Amount.Of(last.States, "state")}{rate}, level {last.Depth}{frontier}, " : "";
        return FormattableString.Invariant($"{title}  {search}{seconds:N0} s");
    }

    private sealed class Latest(Func<string> title) : IProgress<Progress>
    {
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private readonly Lock gate = new();
        private Progress last;

        public void Report(Progress value)
        {
            lock (gate)
            {
                last = value;
            }
        }

        public override string ToString()
        {
            lock (gate)
            {
                return Line(title(), last, clock.Elapsed.TotalSeconds);
            }
        }
    }
}
