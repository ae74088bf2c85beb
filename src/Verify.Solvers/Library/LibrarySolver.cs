using System.Collections.Immutable;
using System.Diagnostics;

namespace Verify.Solvers.Library;

/// <summary>A solver within this process: what it prints is read like what a process prints, and believed no more.</summary>
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

    /// <param name="identity">Name and version.</param>
    /// <param name="library">The library.</param>
    /// <param name="preamble">What it is told before everything else.</param>
    /// <param name="limits">What it may spend.</param>
    /// <param name="patience">How long it may take to heed an interrupt.</param>
    /// <param name="cancellation">Stops it.</param>
    public LibrarySolver(string identity, ISolverLibrary library, string preamble, SolverLimits limits, TimeSpan patience,
        CancellationToken cancellation)
    {
        (Identity, this.library, this.preamble) = (identity, library, preamble);
        (this.limits, this.patience, this.cancellation) = (limits, patience, cancellation);
    }

    public string Identity { get; }

    // As with a process, what was not accepted is told when something is asked.
    public void Send(string text)
    {
        FailIfInTrouble();
        try
        {
            if (Run().Evaluate(text) is var said && !string.IsNullOrWhiteSpace(said))
            {
                complaint ??= new SolverException(SolverFailure.Garbage, $"{Identity} says what nobody asked for: {Shortened(said)}");
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
                throw new SolverException(SolverFailure.Refused, $"{Identity} complains: {SolverExtensions.Shown(error)}"),
            [var only] => only,
            _ => throw new SolverException(SolverFailure.Garbage, $"{Identity} gives {all.Length} answers to one question"),
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
