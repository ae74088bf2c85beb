using System.Globalization;
using Spectre.Console;
using Progress = Verify.Engines.Progress;

namespace Verify.Cli.Hosting;

/// <summary>Shows the progress of a long decision on a terminal; writes nothing to a pipe.</summary>
internal static class ProgressDisplay
{
    // Most claims take less time than this, and do not load the code that draws.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <summary>Runs some work and shows its progress.</summary>
    public static T Run<T>(Terminal terminal, string title, Func<IProgress<Progress>?, T> work)
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

    /// <summary>Shows a changing line until a task has ended.</summary>
    public static void Draw(Terminal terminal, Task task, Func<string> line)
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

    private sealed class Latest(string title) : IProgress<Progress>
    {
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
                return string.Create(CultureInfo.InvariantCulture,
                    $"{title}  {Amount.Of(last.States, "state")}, {Amount.Of(last.Transitions, "transition")}, depth {last.Depth}");
            }
        }
    }
}
