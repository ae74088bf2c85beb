using Verify.Modelling;
using Verify.Semantics;
using Verify.Solvers.Smt;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// A run of the interpreter through good and pairwise distinct states. A solver's answers about it are known in
/// advance, so a solver that answers otherwise is rejected.
/// </summary>
internal sealed class ControlRun
{
    private readonly ProofTask task;
    private readonly Interpreter interpreter;
    private readonly List<IReadOnlyList<int>> states = [];
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private State? last;

    public ControlRun(ProofTask task)
    {
        this.task = task;
        interpreter = new Interpreter(task.Model);
        Add(interpreter.InitialStates().First());
    }

    /// <summary>
    /// True if a run of so many steps exists. A bad state, or one without a new successor, ends the run.
    /// </summary>
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

    /// <summary>The condition that the first states are those of this run.</summary>
    public string AssertionOf(int steps)
    {
        var parts = Enumerable.Range(0, steps + 1).SelectMany(i => task.System.Variables.Select((leaf, part) =>
            SmtLib.Has($"{Unrolling.State(i)}{leaf.Index}", leaf.Codes, states[i][part])));
        return $"(and true {string.Join(' ', parts)})";
    }

    // Adds a state if it is new and good.
    private bool Add(State state)
    {
        var all = task.System.Lowered.Shape.Encode(state);
        List<int> codes = [.. task.System.Variables.Select(leaf => all[leaf.Index])];
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
            return task.Property is not Property.LeadsTo
                && !BadState.Is(interpreter, task.Property, state, goesOn: steps > 0);
        }
        catch (UserErrorException)
        {
            return false; // the engine reports it if it is reachable
        }
    }
}
