using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Parametric.Search;

/// <summary>Samples reachable states with the interpreter: the nearest ones, and those on random walks.</summary>
internal sealed class ReachableStates(Model model)
{
    private const int LengthOfWalk = 400;

    private readonly Interpreter interpreter = new(model);
    private readonly HashSet<State> seen = [];
    private readonly List<State> found = [];

    /// <summary>About the given number of states, or all if there are fewer; deterministic.</summary>
    public List<State> Take(int most)
    {
        found.AddRange(interpreter.InitialStates().Take(most).Where(seen.Add));
        var isWhole = Near(most / 4);
        var random = new Prng(1);
        for (var walk = 0; !isWhole && found.Count < most && walk * LengthOfWalk < 4 * most; walk++)
        {
            Walk(found[0], random);
        }

        return found;
    }

    private bool Near(int most)
    {
        for (var i = 0; i < found.Count; i++)
        {
            if (found.Count >= most)
            {
                return false;
            }

            foreach (var step in interpreter.Enabled(found[i]))
            {
                Note(interpreter.Successor(found[i], step));
            }
        }

        return true;
    }

    private void Walk(State from, Prng random)
    {
        for (var i = 0; i < LengthOfWalk; i++)
        {
            var steps = interpreter.Enabled(from).ToList();
            if (steps.Count == 0)
            {
                return;
            }

            from = interpreter.Successor(from, steps[random.Below(steps.Count)]);
            Note(from);
        }
    }

    private void Note(State state)
    {
        if (seen.Add(state))
        {
            found.Add(state);
        }
    }
}
