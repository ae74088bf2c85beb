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
    private readonly ProofTask question;
    private readonly Unrolling runs;

    public BoundedSearch(ProofTask question)
    {
        this.question = question;
        runs = new Unrolling(question);
        runs.Assert(SmtLib.Apply("init", Unrolling.State(0)));
    }

    /// <summary>True if no run is longer than those that were searched.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Searches the runs that are one step longer than the last ones.</summary>
    /// <returns>A run to a target; null if there is none.</returns>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    /// <exception cref="UserErrorException">VRF104, VRF120, VRF121: a state that the search reached is
    /// undefined.</exception>
    public Trace? LookDeeper()
    {
        var depth = question.Looked + 1;
        if (depth > 0)
        {
            runs.Extend();
        }

        question.Run.Progress?.Report(new Progress(0, 0, depth, 0));
        if (depth == 0 || int.IsPow2(depth))
        {
            runs.AskControl();
        }

        if (runs.IsPossible("bad"))
        {
            return Tell();
        }

        runs.Assert($"(not {SmtLib.Apply("bad", Unrolling.State(depth))})");
        question.Looked = depth;
        // If no run of this length exists, the search is complete. Checking this at every depth would cost more than it
        // saves.
        HasEnded = int.IsPow2(depth) && !runs.IsPossible();
        if (HasEnded && question.Known.Has(depth))
        {
            throw new SolverException(SolverFailure.Garbage,
                $"{question.SolverWithSeed} is unreliable: it denies a run of {depth} steps that the interpreter takes");
        }

        return null;
    }

    /// <summary>Finds a shortest run to a violation that is known to exist.</summary>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    public static Verdict Refute(ProofTask question, string how)
    {
        question.Looked = -1;
        using var search = new BoundedSearch(question);
        while (!search.HasEnded)
        {
            if (search.LookDeeper() is { } trace)
            {
                return question.Met(trace, how);
            }
        }

        return question.Unknown("the engine found a violation, but no run leads to it");
    }

    public void Dispose() => runs.Dispose();

    // Evaluates in the order of the explicit search: the state itself, then its steps, which decide whether it is a
    // deadlock.
    private Trace? Tell()
    {
        var isAboutSteps = question.Property is Property.NoDeadlock;
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
        throw new SolverException(SolverFailure.Garbage, $"{question.SolverWithSeed} contradicts itself");
    }

    private void FailIfPossible(string predicate)
    {
        if (runs.IsPossible(predicate))
        {
            throw question.Undefined(runs.Read());
        }
    }
}
