using System.Globalization;
using Verify.Semantics;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// What solvers say of all states, looked at by the interpreter in those that it reaches: all of them where they are few,
/// else the nearest.
/// </summary>
/// <param name="Broken">What is not so; null if all is.</param>
/// <param name="States">How many states were looked at.</param>
/// <param name="IsWhole">Whether these are all.</param>
internal sealed record ReachableCheck(string? Broken, long States, bool IsWhole)
{
    // A quarter of a second or so.
    private const long Work = 5_000_000;
    private const long MaxInitial = 20_000;

    /// <summary>In a few words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"the interpreter walked {(IsWhole ? "all " : "")}{States:N0} states");

    /// <summary>Looks at a property, and at an invariant that is said to imply it.</summary>
    /// <param name="question">The property.</param>
    /// <param name="invariant">The invariant; null if there is none, or it is not understood.</param>
    /// <param name="depth">The most steps to a state that is looked at.</param>
    public static ReachableCheck Of(ProofTask question, InvariantEvaluator? invariant = null, int depth = int.MaxValue)
    {
        var (model, system) = (question.Model, question.System);
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

                var steps = string.Create(CultureInfo.InvariantCulture, $"a state {visit.Depth} steps from the start");
                broken = BadState.Is(interpreter, question.Property, visit.State, !visit.Next.IsEmpty) ? $"{steps} is what cannot be"
                    : invariant?.Holds(codes) == false ? $"{steps} is not in the invariant"
                    : null;
                if (broken is not null || question.Run.Cancellation.IsCancellationRequested)
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
