using System.Collections.Immutable;
using System.Diagnostics;

namespace Verify.Solvers.Library;

/// <summary>A solver within this process. Its output is parsed and validated like that of a separate process.</summary>
internal sealed class LibrarySolver : ISolver
{
    private readonly ISolverLibrary library;
    private readonly string preamble;
    private readonly SolverLimits limits;
    private readonly TimeSpan patience;
    private readonly CancellationToken cancellation;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Lock gate = new();
    private Z3Thread? run;
    private SolverException? trouble;
    private SolverException? complaint;
    private bool isStopped;

    /// <param name="identity">The name and version.</param>
    /// <param name="library">The library.</param>
    /// <param name="preamble">The commands that it executes first.</param>
    /// <param name="limits">The limits of the solver.</param>
    /// <param name="patience">The maximum time to react to an interrupt.</param>
    /// <param name="cancellation">Stops the solver.</param>
    public LibrarySolver(string identity, ISolverLibrary library, string preamble, SolverLimits limits, TimeSpan patience,
        CancellationToken cancellation)
    {
        (Identity, this.library, this.preamble) = (identity, library, preamble);
        (this.limits, this.patience, this.cancellation) = (limits, patience, cancellation);
    }

    public string Identity { get; }

    // As with a process, an error is reported at the next command that expects an answer.
    public void Send(string text)
    {
        FailIfInTrouble();
        try
        {
            if (Run().Evaluate(text) is var said && !string.IsNullOrWhiteSpace(said))
            {
                complaint ??= new SolverException(SolverFailure.Garbage, $"{Identity} prints unexpected output: {Shortened(said)}");
            }
        }
        catch (SolverException e) when (e.Trouble == SolverFailure.Refused)
        {
            complaint ??= e;
        }
        catch (SolverException e)
        {
            throw Fail(e);
        }
    }

    public SExpr Ask(string command)
    {
        FailIfInTrouble();
        try
        {
            return complaint is null ? Only(Run().Evaluate(command)) : throw complaint;
        }
        catch (SolverException e)
        {
            throw Fail(e);
        }
    }

    public void Restart()
    {
        Drop();
        (trouble, complaint) = (null, null);
        clock.Restart();
    }

    public void Stop()
    {
        lock (gate)
        {
            isStopped = true;
            run?.End(new SolverException(SolverFailure.Stopped, "stopped"));
        }
    }

    public void Dispose() => Drop();

    private SExpr Only(string answer)
    {
        ImmutableArray<SExpr> all;
        try
        {
            all = SExpr.ReadAll(answer);
        }
        catch (SolverException e)
        {
            throw new SolverException(e.Trouble, $"{Identity}: {e.Message}");
        }

        return all switch
        {
            [{ Head: "error" } error] =>
                throw new SolverException(SolverFailure.Refused, $"{Identity} reports an error: {SolverExtensions.Shown(error)}"),
            [var only] => only,
            _ => throw new SolverException(SolverFailure.Garbage, $"{Identity} gives {all.Length} answers to one command"),
        };
    }

    private Z3Thread Run()
    {
        if (run is { } open)
        {
            return open;
        }

        lock (gate)
        {
            if (isStopped)
            {
                throw new SolverException(SolverFailure.Stopped, "stopped");
            }

            run = new Z3Thread(Identity, library, limits, clock, patience, cancellation);
        }

        run.Evaluate(preamble);
        return run;
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
            run?.Dispose();
            run = null;
        }
    }

    private static string Shortened(string text) =>
        text.ReplaceLineEndings(" ") is { Length: > 80 } line ? line[..80] + "…" : text.ReplaceLineEndings(" ");
}
