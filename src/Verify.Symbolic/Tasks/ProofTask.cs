using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Traces;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Symbolic.Tasks;

/// <summary>One question to solvers: a property of a model, as text, and what may be spent on it.</summary>
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

    /// <summary>A run whose answers are known.</summary>
    public ControlRun Known => known ??= new ControlRun(this);

    private ControlRun? known;

    /// <summary>A solver of another kind; null if there is none here.</summary>
    public ISolverSource? Second => solvers is SolverChoice choice
        ? choice.WithSecondOpinion.Skip(1).FirstOrDefault(other => other.Unavailable is null)
        : null;

    /// <summary>The solver, without the seed.</summary>
    public string Solver => solvers.Identity;

    public Model Model => System.Model;

    public Property Property => System.Property;

    /// <summary>Every state within this many steps was looked at and is fine; -1 for none.</summary>
    public int Looked { get; set; } = -1;

    /// <summary>Solver, version and seed.</summary>
    public string SolverWithSeed => $"{solvers.Identity}, seed {Run.Seed}";

    /// <summary>The same circumstances for another property.</summary>
    public ProofTask About(Property property) => new(Model, property, Run with { Budget = Left() }, solvers);

    /// <summary>A fresh solver that knows nothing, with what is left of the budget.</summary>
    public ISolver Start() => solvers.Start(Run.Seed, new SolverLimits(Left().Seconds, null, Run.Budget.Bytes), Run.Cancellation);

    /// <summary>What backs a verdict of this engine.</summary>
    public Evidence Evidence(EvidenceKind kind, int depth, string identity) => new()
    {
        Kind = kind,
        Depth = Math.Max(0, depth),
        Solver = SolverWithSeed,
        Identity = System.Part is { } part ? $"{identity}; {part}" : identity,
    };

    /// <summary>The verdict of a run to what is looked for.</summary>
    public Verdict Met(Trace trace, string identity)
    {
        var evidence = Evidence(EvidenceKind.Partial, trace.Length, identity);
        return Property is Property.Reachable ? new Verdict.Proved(evidence, trace) : new Verdict.Refuted(trace, evidence);
    }

    /// <summary>The verdict when the bounded part of the work was ended on purpose.</summary>
    public Verdict Cut(string cause, string identity)
    {
        var evidence = Evidence(EvidenceKind.Partial, Looked, identity);
        if (Property is Property.Reachable || Looked < 0)
        {
            return new Verdict.Unknown(Covered(cause), evidence);
        }

        return ReachableCheck.Of(this, depth: Looked).Broken is { } broken
            ? Unsound(broken)
            : new Verdict.HoldsUpTo(new ExplorationBound(cause, Looked, 0), evidence);
    }

    /// <summary>The verdict when a solver says what the interpreter knows to be false.</summary>
    public Verdict Unsound(string broken)
    {
        Looked = -1;
        return Unknown($"{SolverWithSeed} is not to be believed: {broken}");
    }

    /// <summary>What is left for another solver, which may take so many seconds.</summary>
    public ISolver Start(ISolverSource other, double seconds) => other.Start(Run.Seed,
        new SolverLimits(Math.Min(seconds, Left().Seconds ?? seconds), null, Run.Budget.Bytes), Run.Cancellation);

    /// <summary>The verdict when a solver gave no answer.</summary>
    public Verdict Unknown(string reason) => new Verdict.Unknown(Covered(reason),
        Looked < 0 ? Verify.Engines.Evidence.Nothing with { Solver = SolverWithSeed } : Evidence(EvidenceKind.Partial, Looked, "no proof"));

    private string Covered(string reason) => Looked < 0
        ? reason
        : $"{reason}; {(Property is Property.Reachable ? "not met" : "no violation")} within {Looked} steps";

    // A budget that is used up leaves a little, so that whoever runs into it says so.
    private Budget Left() => Run.Budget.Seconds is { } seconds
        ? Run.Budget with { Seconds = Math.Max(0.001, seconds - clock.Elapsed.TotalSeconds) }
        : Run.Budget;

    /// <summary>What is wrong with a state that the text calls undefined.</summary>
    public Exception Undefined(Trace trace) => Verify.Traces.Undefined.Explain(Model, trace,
        [.. Model.Properties.OfType<Property.Reachable>(), Property]);
}
