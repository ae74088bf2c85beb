using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Traces;

namespace Verify.Symbolic.Tasks;

/// <summary>States that follow each other, as a solver knows them: one more with every step.</summary>
internal sealed class Unrolling : IDisposable
{
    private readonly ProofTask question;
    private readonly ISolver solver;
    private int asked;

    /// <summary>Begins with one state.</summary>
    public Unrolling(ProofTask question)
    {
        this.question = question;
        solver = question.Start();
        solver.Send($"(set-logic QF_BV)\n{question.Text.Declare(State(0))}");
    }

    /// <summary>The number of steps.</summary>
    public int Steps { get; private set; }

    /// <summary>The prefix of a state's parts.</summary>
    public static string State(int index) => $"s{index}.x";

    /// <summary>The name of the choice of a step.</summary>
    public static string Choice(int index) => $"rule{index}";

    /// <summary>Adds a step and the state after it.</summary>
    public void Extend()
    {
        solver.Send(question.Text.Declare(State(Steps + 1))
            + question.Text.DeclareStep(State(Steps), Choice(Steps), State(Steps + 1)));
        Steps++;
    }

    /// <summary>Asks about a run from an initial state what is known before.</summary>
    /// <exception cref="SolverException">The answer is a wrong one, or none.</exception>
    public void AskControl() => Control.Ask(solver, question.Known, Steps);

    /// <summary>From here on, something holds.</summary>
    public void Assert(string condition) => solver.Send($"(assert {condition})");

    /// <summary>Whether a predicate can hold in the last state.</summary>
    /// <exception cref="SolverException">There is no answer.</exception>
    public bool IsPossible(string predicate)
    {
        var literal = $"asked{asked++}";
        solver.Send($"(declare-const {literal} Bool)\n(assert (= {literal} {SmtLib.Apply(predicate, State(Steps))}))");
        return Answer($"(check-sat-assuming ({literal}))");
    }

    /// <summary>Whether there is such a run at all.</summary>
    /// <exception cref="SolverException">There is no answer.</exception>
    public bool IsPossible() => Answer("(check-sat)");

    /// <summary>The run that the last answer was about.</summary>
    /// <exception cref="SolverException">There is no answer, or one that is none.</exception>
    public Trace Read()
    {
        var text = question.Text;
        var names = text.Parts(State(0)).ToList();
        var rules = text.HasChoice ? Enumerable.Range(0, Steps).Select(Choice).ToList() : [];
        var codes = solver.CodesOf([.. names, .. rules]);
        var initial = question.System.Variables.Select((leaf, i) => (leaf.Index, Code: codes[i])).ToDictionary(p => p.Index, p => p.Code);
        var taken = text.HasChoice ? codes.Skip(names.Count) : Enumerable.Repeat(0, Steps);
        return question.System.TraceOf(initial, taken);
    }

    public void Dispose() => solver.Dispose();

    private bool Answer(string command) => solver.CheckSat(command) switch
    {
        Satisfiability.Sat => true,
        Satisfiability.Unsat => false,
        _ => throw new SolverException(SolverFailure.GaveUp, $"{solver.Identity} gives up on a question (it answers 'unknown')"),
    };
}

/// <summary>Values as codes.</summary>
internal static class CodesInModel
{
    /// <summary>The codes of some parts in the model that a solver found.</summary>
    /// <exception cref="SolverException">There is no answer, or one that is none.</exception>
    public static IReadOnlyList<int> CodesOf(this ISolver solver, IReadOnlyCollection<string> parts) =>
    [
        .. solver.ValuesOf(parts).Select(value => value.Text is { } word && SmtLib.CodeOf(word) is { } code
            ? code
            : throw new SolverException(SolverFailure.Garbage, $"{solver.Identity} gives '{SolverExtensions.Shown(value)}' for a value")),
    ];
}
