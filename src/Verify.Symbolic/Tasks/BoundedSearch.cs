using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Traces;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// Runs from an initial state, all those of one length after the other; what is met first is met by a shortest run.
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

    /// <summary>Whether it is known that no run is longer than those that were looked at.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Looks at the runs that are one step longer than the last.</summary>
    /// <returns>The run that meets what is looked for; null if none does.</returns>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    /// <exception cref="UserErrorException">VRF104, VRF120, VRF121: a state that is met is undefined.</exception>
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
        // Where there are no runs, nothing is met in them. To ask every time would cost more than it saves.
        HasEnded = int.IsPow2(depth) && !runs.IsPossible();
        if (HasEnded && question.Known.Has(depth))
        {
            throw new SolverException(SolverFailure.Garbage,
                $"{question.SolverWithSeed} is not to be believed: it knows of no run of {depth} steps, and the interpreter takes one");
        }

        return null;
    }

    /// <summary>Tells a violation that is known to be there by a shortest run.</summary>
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

        return question.Unknown("a violation was found that no run leads to");
    }

    public void Dispose() => runs.Dispose();

    // In the order in which a search looks: the state itself, then its steps, without which no deadlock is known.
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
