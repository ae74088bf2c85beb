using Verify.Semantics;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// Checks a solver's statement about all states in the states that the interpreter reaches: all of them if there are
/// few, else the nearest.
/// </summary>
/// <param name="Broken">The contradiction; null if there is none.</param>
/// <param name="States">The number of states checked.</param>
/// <param name="IsWhole">True if these are all states.</param>
internal sealed record ReachableCheck(string? Broken, long States, bool IsWhole)
{
    // About a quarter of a second.
    private const long Work = 5_000_000;
    private const long MaxInitial = 20_000;

    /// <summary>The extent of the check in a few words.</summary>
    public override string ToString() => (IsWhole, States) switch
    {
        (true, 1) => "the interpreter visited the only state",
        (true, _) => $"the interpreter visited all {Amount.Of(States, "state")}",
        _ => $"the interpreter visited {Amount.Of(States, "state")}",
    };

    /// <summary>Checks a property, and an invariant that is claimed to imply it.</summary>
    /// <param name="task">The property.</param>
    /// <param name="invariant">The invariant; null if there is none, or if it cannot be evaluated.</param>
    /// <param name="depth">The maximum number of steps to a state.</param>
    public static ReachableCheck Run(ProofTask task, InvariantEvaluator? invariant = null, int depth = int.MaxValue)
    {
        var (model, system) = (task.Model, task.System);
        var interpreter = new Interpreter(model);
        if (interpreter.InitialCount > MaxInitial)
        {
            return new ReachableCheck(null, 0, false);
        }

        var walk = new ReachableWalk(interpreter, Work);
        var codes = new int[system.Variables.Length];
        string? broken = null;
        try
        {
            foreach (var visit in walk.NearestFirst().TakeWhile(visit => visit.Depth <= depth))
            {
                var all = system.Lowered.Shape.Encode(visit.State);
                for (var i = 0; i < codes.Length; i++)
                {
                    codes[i] = all[system.Variables[i].Index];
                }

                var steps = $"a state {Amount.Of(visit.Depth, "step")} from the start";
                broken = BadState.Is(interpreter, task.Property, visit.State, !visit.Next.IsEmpty) ? $"{steps} contradicts the proof"
                    : invariant?.Holds(codes) == false ? $"{steps} is not in the invariant"
                    : null;
                if (broken is not null || task.Run.Cancellation.IsCancellationRequested)
                {
                    break;
                }
            }
        }
        catch (UserErrorException undefined)
        {
            broken = $"the interpreter reaches a state that is not defined: {undefined.Diagnostic.Message}";
        }

        return new ReachableCheck(broken, walk.Visited, walk.IsWhole);
    }
}
