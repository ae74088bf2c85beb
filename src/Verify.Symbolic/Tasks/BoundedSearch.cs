using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Traces;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// Searches runs from the initial states in order of their length, so that the first target found has a shortest run.
/// </summary>
internal sealed class BoundedSearch : IDisposable
{
    private readonly ProofTask task;
    private readonly Unrolling runs;

    public BoundedSearch(ProofTask task)
    {
        this.task = task;
        runs = new Unrolling(task);
        runs.Assert(SmtLib.Apply("init", Unrolling.State(0)));
    }

    /// <summary>True if no run is longer than those that were searched.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Searches the runs that are one step longer than the last ones.</summary>
    /// <returns>A run to a target; null if there is none.</returns>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    /// <exception cref="UserErrorException">VRF104, VRF120, VRF121: a state that the search reached is
    /// undefined.</exception>
    public Trace? Deepen()
    {
        var depth = task.DepthCovered + 1;
        if (depth > 0)
        {
            runs.Extend();
        }

        task.Run.Progress?.Report(new Progress(0, 0, depth, 0));
        if (depth == 0 || int.IsPow2(depth))
        {
            runs.AskControl();
        }

        if (runs.IsPossible("bad"))
        {
            return ReadTrace();
        }

        runs.Assert($"(not {SmtLib.Apply("bad", Unrolling.State(depth))})");
        task.DepthCovered = depth;
        // If no run of this length exists, the search is complete. Checking this at every depth would cost more than it
        // saves.
        HasEnded = int.IsPow2(depth) && !runs.IsPossible();
        if (HasEnded && task.KnownRun.Has(depth))
        {
            throw new SolverException(SolverFailure.Garbage,
                $"{task.SolverWithSeed} is unreliable: it denies a run of {Amount.Of(depth, "step")} that the interpreter takes");
        }

        return null;
    }

    /// <summary>Finds a shortest run to a violation that is known to exist.</summary>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    public static Verdict Refute(ProofTask task, string how)
    {
        task.DepthCovered = -1;
        using var search = new BoundedSearch(task);
        while (!search.HasEnded)
        {
            if (search.Deepen() is { } trace)
            {
                return task.VerdictOf(trace, how);
            }
        }

        return task.Unknown("the engine found a violation, but no run leads to it");
    }

    public void Dispose() => runs.Dispose();

    // Evaluates in the order of the explicit search: the state itself, then its steps, which decide whether it is a
    // deadlock.
    private Trace? ReadTrace()
    {
        var isAboutSteps = task.Property is Property.NoDeadlock;
        FailIfPossible("undefined-question");
        if (isAboutSteps)
        {
            FailIfPossible("undefined-step");
        }

        if (runs.IsPossible("met"))
        {
            return runs.Read();
        }

        FailIfPossible("undefined-step");
        throw new SolverException(SolverFailure.Garbage, $"{task.SolverWithSeed} contradicts itself");
    }

    private void FailIfPossible(string predicate)
    {
        if (runs.IsPossible(predicate))
        {
            throw task.Undefined(runs.Read());
        }
    }
}
