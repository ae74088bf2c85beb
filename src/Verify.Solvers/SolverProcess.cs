using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Verify.Solvers;

/// <summary>
/// A solver in a process of its own, which can be killed. If it dies during a command, it is restarted once and
/// receives all earlier commands again; if it dies twice during the same command, it fails.
/// </summary>
internal sealed class SolverProcess : ISolver
{
    private readonly SolverProgram program;
    private readonly ulong seed;
    private readonly SolverLimits limits;
    private readonly CancellationToken cancellation;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly StringBuilder told = new();
    private readonly Lock gate = new();
    private SolverPipe? pipe;
    private SolverException? trouble;
    private bool isStopped;

    public SolverProcess(SolverProgram program, ulong seed, SolverLimits limits, CancellationToken cancellation) =>
        (this.program, this.seed, this.limits, this.cancellation) = (program, seed, limits, cancellation);

    public string Identity => program.Identity;

    public void Send(string text)
    {
        FailIfInTrouble();
        told.Append(text).Append('\n');
        // If the solver dies here, the next command that expects an answer sends everything again.
        Guarded(() =>
        {
            if (pipe is { } open)
            {
                open.Write(text + "\n");
            }
            else
            {
                Pipe();
            }
        }, mayDie: true);
    }

    public SExpr Ask(string command)
    {
        FailIfInTrouble();
        SExpr? answer = null;
        var question = $"{command}\n(echo \"{MarkOf(asked)}\")\n";
        void Put()
        {
            var open = Pipe();
            open.Write(question);
            answer = open.Read(MarkOf(asked));
        }

        if (!Guarded(Put, mayDie: true))
        {
            Guarded(Put, mayDie: false);
        }

        if (answer is { Head: "error" })
        {
            throw Fail(new SolverException(SolverFailure.Refused, $"{Identity} reports an error: {SolverExtensions.Shown(answer)}"));
        }

        // A later command may refer to the model that this one found.
        told.Append(question);
        asked++;
        return answer!;
    }

    public void Restart()
    {
        Drop();
        told.Clear();
        (trouble, asked) = (null, 0);
        clock.Restart();
    }

    public void Stop()
    {
        lock (gate)
        {
            isStopped = true;
            pipe?.Kill(new SolverException(SolverFailure.Stopped, "stopped"));
        }
    }

    public void Dispose() => Drop();

    private int asked;

    // The solver prints this mark after every command; text that does not directly precede the mark is not the answer.
    private static string MarkOf(int question) => string.Create(CultureInfo.InvariantCulture, $"answered-{question}");

    private SolverPipe Pipe()
    {
        if (pipe is { } open)
        {
            return open;
        }

        if (program.Unavailable is { } reason)
        {
            throw new SolverException(SolverFailure.Missing, $"{program.Name} is not available: {reason}");
        }

        lock (gate)
        {
            if (isStopped)
            {
                throw new SolverException(SolverFailure.Stopped, "stopped");
            }

            pipe = new SolverPipe(program, limits, clock, cancellation);
        }

        pipe.Write(program.Preamble(seed) + told);
        for (var i = 0; i < asked; i++)
        {
            pipe.Read(MarkOf(i));
        }

        return pipe;
    }

    // Returns false if the solver died and may be restarted.
    private bool Guarded(Action action, bool mayDie)
    {
        try
        {
            action();
            return true;
        }
        catch (SolverException e) when (e.Trouble == SolverFailure.Died && mayDie)
        {
            Drop();
            return false;
        }
        catch (SolverException e)
        {
            throw Fail(e);
        }
    }

    private SolverException Fail(SolverException e)
    {
        Drop();
        trouble = e;
        return e;
    }

    private void FailIfInTrouble()
    {
        if (trouble is { } known)
        {
            throw new SolverException(known.Trouble, known.Message);
        }
    }

    private void Drop()
    {
        lock (gate)
        {
            pipe?.Dispose();
            pipe = null;
        }
    }
}
