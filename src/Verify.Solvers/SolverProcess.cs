using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Verify.Solvers;

/// <summary>
/// A solver in a process of its own, which can be killed. One that dies while it is asked is started once more and told
/// everything again; one that dies twice over one question is in trouble.
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
        // What dies while it is told something is told everything again when it is asked.
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
            throw Fail(new SolverException(SolverFailure.Refused, $"{Identity} complains: {SolverExtensions.Shown(answer)}"));
        }

        // A later question is about the model that this one found.
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

    // Behind every question the solver is asked to print this: what is not right before it is not the answer.
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

    // False if it died and may be started again.
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
