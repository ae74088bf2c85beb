using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Traces;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Symbolic.Tasks;

/// <summary>The task of a symbolic engine: a property of a model as SMT-LIB text, and the options of the run.</summary>
internal sealed class ProofTask
{
    private readonly ISolverSource solvers;
    private readonly Stopwatch clock = Stopwatch.StartNew();

    public ProofTask(Model model, Property property, EngineOptions run, ISolverSource solvers)
    {
        (Run, this.solvers) = (run, solvers);
        System = new TransitionSystem(model, property);
        Text = new SmtLib(System);
    }

    public TransitionSystem System { get; }

    public SmtLib Text { get; }

    public EngineOptions Run { get; }

    /// <summary>A run of the interpreter for control queries.</summary>
    public ControlRun KnownRun => knownRun ??= new ControlRun(this);

    private ControlRun? knownRun;

    /// <summary>A solver of another kind; null if none is available.</summary>
    public ISolverSource? SecondSolver => solvers is SolverChoice choice
        ? choice.WithSecondOpinion.Skip(1).FirstOrDefault(other => other.Unavailable is null)
        : null;

    /// <summary>The name and version of the solver.</summary>
    public string Solver => solvers.Identity;

    public Model Model => System.Model;

    public Property Property => System.Property;

    /// <summary>All states within this many steps are checked and good; -1 for none.</summary>
    public int DepthCovered { get; set; } = -1;

    /// <summary>The name, version and seed of the solver.</summary>
    public string SolverWithSeed => $"{solvers.Identity}, seed {Run.Seed}";

    /// <summary>The same task for another property, with the rest of the budget.</summary>
    public ProofTask About(Property property) => new(Model, property, Run with { Budget = Remaining() }, solvers);

    /// <summary>Starts a solver with the rest of the budget.</summary>
    public ISolver Start() => solvers.Start(Run.Seed, new SolverLimits(Remaining().Seconds, null, Run.Budget.Bytes), Run.Cancellation);

    /// <summary>The evidence for a verdict of this engine.</summary>
    public Evidence Evidence(EvidenceKind kind, int depth, string identity) => new()
    {
        Kind = kind,
        Depth = Math.Max(0, depth),
        Solver = SolverWithSeed,
        Identity = System.Part is { } part ? $"{identity}; {part}" : identity,
    };

    /// <summary>The verdict for a run to a target.</summary>
    public Verdict VerdictOf(Trace trace, string identity)
    {
        var evidence = Evidence(EvidenceKind.Partial, trace.Length, identity);
        return Property is Property.Reachable ? new Verdict.Proved(evidence, trace) : new Verdict.Refuted(trace, evidence);
    }

    /// <summary>The verdict if the search ended at its depth limit.</summary>
    public Verdict Cut(string cause, string identity)
    {
        var evidence = Evidence(EvidenceKind.Partial, DepthCovered, identity);
        if (Property is Property.Reachable || DepthCovered < 0)
        {
            return new Verdict.Unknown(Covered(cause), evidence);
        }

        return ReachableCheck.Run(this, depth: DepthCovered).Broken is { } broken
            ? Unsound(broken)
            : new Verdict.HoldsUpTo(new ExplorationBound(cause, DepthCovered, 0), evidence);
    }

    /// <summary>The verdict if a solver's answer contradicts the interpreter.</summary>
    public Verdict Unsound(string broken)
    {
        DepthCovered = -1;
        return Unknown($"{SolverWithSeed} is unreliable: {broken}");
    }

    /// <summary>Starts another solver with a time limit and the rest of the budget.</summary>
    public ISolver Start(ISolverSource other, double seconds) => other.Start(Run.Seed,
        new SolverLimits(Math.Min(seconds, Remaining().Seconds ?? seconds), null, Run.Budget.Bytes), Run.Cancellation);

    /// <summary>The verdict if a solver gave no answer.</summary>
    public Verdict Unknown(string reason) => new Verdict.Unknown(Covered(reason),
        DepthCovered < 0
            ? Verify.Engines.Evidence.Nothing with { Solver = SolverWithSeed }
            : Evidence(EvidenceKind.Partial, DepthCovered, "no proof"));

    private string Covered(string reason) => DepthCovered < 0
        ? reason
        : $"{reason}; {(Property is Property.Reachable ? "not reached" : "no violation")} within {Amount.Of(DepthCovered, "step")}";

    // An exhausted budget still leaves a little time, so that the solver reports the timeout.
    private Budget Remaining() => Run.Budget.Seconds is { } seconds
        ? Run.Budget with { Seconds = Math.Max(0.001, seconds - clock.Elapsed.TotalSeconds) }
        : Run.Budget;

    /// <summary>The error in a state that the SMT-LIB text calls undefined.</summary>
    public Exception Undefined(Trace trace) => Rendering.Undefined.Explain(Model, trace,
        [.. Model.Properties.OfType<Property.Reachable>(), Property]);
}
