using Verify.Modelling;
using Verify.Semantics;
using Verify.Solvers.Smt;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// A run that the interpreter took, through states that are fine and all differ in what a solver is told of them: what a
/// solver says of such a run is known before it is asked. One that says otherwise is not believed in anything.
/// </summary>
internal sealed class ControlRun
{
    private readonly ProofTask question;
    private readonly Interpreter interpreter;
    private readonly List<IReadOnlyList<int>> states = [];
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private State? last;

    public ControlRun(ProofTask question)
    {
        this.question = question;
        interpreter = new Interpreter(question.Model);
        Add(interpreter.InitialStates().First());
    }

    /// <summary>Whether there is a run of so many steps; a state that is bad, or that leads nowhere new, ends it.</summary>
    public bool Has(int steps)
    {
        while (last is { } state && states.Count <= steps)
        {
            last = null;
            foreach (var step in interpreter.Enabled(state))
            {
                if (Add(interpreter.Successor(state, step)))
                {
                    break;
                }
            }
        }

        return states.Count > steps;
    }

    /// <summary>That the states of a run of so many steps are these.</summary>
    public string IsTaken(int steps)
    {
        var parts = Enumerable.Range(0, steps + 1).SelectMany(i => question.System.Variables.Select((leaf, part) =>
            SmtLib.Has($"{Unrolling.State(i)}{leaf.Index}", leaf.Codes, states[i][part])));
        return $"(and true {string.Join(' ', parts)})";
    }

    // Whether it is new and fine; if so, it is the last one from now on.
    private bool Add(State state)
    {
        var all = question.System.Lowered.Shape.Encode(state);
        List<int> codes = [.. question.System.Variables.Select(leaf => all[leaf.Index])];
        if (!seen.Add(string.Join(' ', codes)) || !IsFine(state))
        {
            return false;
        }

        states.Add(codes);
        last = state;
        return true;
    }

    private bool IsFine(State state)
    {
        try
        {
            var steps = interpreter.Enabled(state).Select(step => interpreter.Successor(state, step)).Count();
            return question.Property is not Property.LeadsTo
                && !BadState.Is(interpreter, question.Property, state, goesOn: steps > 0);
        }
        catch (UserErrorException)
        {
            return false; // met by the engine, if it can be reached
        }
    }
}
