using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Traces;

namespace Verify.Symbolic.Tasks;

/// <summary>Consecutive states in a solver; each extension adds a step.</summary>
internal sealed class Unrolling : IDisposable
{
    private readonly ProofTask task;
    private readonly ISolver solver;
    private int asked;

    /// <summary>Starts with one state.</summary>
    public Unrolling(ProofTask task)
    {
        this.task = task;
        solver = task.Start();
        solver.Send($"(set-logic QF_BV)\n{task.Text.Declare(State(0))}");
    }

    /// <summary>The number of steps.</summary>
    public int Steps { get; private set; }

    /// <summary>The prefix of the names of a state's parts.</summary>
    public static string State(int index) => $"s{index}.x";

    /// <summary>The name of the rule selector of a step.</summary>
    public static string Choice(int index) => $"rule{index}";

    /// <summary>Adds a step and its successor state.</summary>
    public void Extend()
    {
        solver.Send(task.Text.Declare(State(Steps + 1))
            + task.Text.DeclareStep(State(Steps), Choice(Steps), State(Steps + 1)));
        Steps++;
    }

    /// <summary>Asks the control queries about a run from an initial state.</summary>
    /// <exception cref="SolverException">The answer is wrong or missing.</exception>
    public void AskControl() => Control.Ask(solver, task.KnownRun, Steps);

    /// <summary>Asserts a condition permanently.</summary>
    public void Assert(string condition) => solver.Send($"(assert {condition})");

    /// <summary>True if a predicate can hold in the last state.</summary>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    public bool IsPossible(string predicate)
    {
        var literal = $"asked{asked++}";
        solver.Send($"(declare-const {literal} Bool)\n(assert (= {literal} {SmtLib.Apply(predicate, State(Steps))}))");
        return Answer($"(check-sat-assuming ({literal}))");
    }

    /// <summary>True if a run of this length exists.</summary>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    public bool IsPossible() => Answer("(check-sat)");

    /// <summary>Reads the run of the last answer.</summary>
    /// <exception cref="SolverException">The answer is missing or malformed.</exception>
    public Trace Read()
    {
        var text = task.Text;
        var names = text.Parts(State(0)).ToList();
        var rules = text.HasChoice ? Enumerable.Range(0, Steps).Select(Choice).ToList() : [];
        var codes = solver.CodesOf([.. names, .. rules]);
        var initial = task.System.Variables.Select((leaf, i) => (leaf.Index, Code: codes[i])).ToDictionary(p => p.Index, p => p.Code);
        var taken = text.HasChoice ? codes.Skip(names.Count) : Enumerable.Repeat(0, Steps);
        return task.System.TraceOf(initial, taken);
    }

    public void Dispose() => solver.Dispose();

    private bool Answer(string command) => solver.CheckSat(command) switch
    {
        Satisfiability.Sat => true,
        Satisfiability.Unsat => false,
        _ => throw new SolverException(SolverFailure.GaveUp, $"{solver.Identity} answers 'unknown'"),
    };
}

/// <summary>Reads codes from the model of a solver.</summary>
internal static class CodesInModel
{
    /// <summary>The codes of some parts in the current model of a solver.</summary>
    /// <exception cref="SolverException">The answer is missing or malformed.</exception>
    public static IReadOnlyList<int> CodesOf(this ISolver solver, IReadOnlyCollection<string> parts) =>
    [
        .. solver.ValuesOf(parts).Select(value => value.Text is { } word && SmtLib.CodeOf(word) is { } code
            ? code
            : throw new SolverException(SolverFailure.Garbage, $"{solver.Identity} gives '{SolverExtensions.Shown(value)}' for a value")),
    ];
}
