using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;
using Verify.Semantics;

namespace Verify.Parametric.Search;

/// <summary>
/// An invariant for every size, and the property that it is said to prove, looked at by the interpreter in states that it
/// reaches on an instance: all of them where they are few, else the nearest.
/// </summary>
/// <remarks>
/// A conjunct may read the value of an option that is empty in some state: formulas are total, and a proof needs no more
/// than that they hold. There the conjunct is looked at as a formula, over the image of the state.
/// </remarks>
public static class ConjunctWalk
{
    /// <summary>What a quarter of a second or so is enough for: for a proof that somebody waits for.</summary>
    public const long Usual = 4_000_000;

    /// <summary>What some milliseconds are enough for: for many certificates, one after the other.</summary>
    public const long Brief = 200_000;

    /// <summary>Why the proof cannot be right; null if nothing speaks against it.</summary>
    /// <param name="model">An instance.</param>
    /// <param name="conjuncts">The invariant, as it is for the instance.</param>
    /// <param name="property">The property.</param>
    /// <param name="work">How much of <see cref="Interpreter.Work"/> it may take.</param>
    public static string? WhyNot(Model model, ImmutableArray<Conjunct> conjuncts, Property.Always property, long work)
    {
        var interpreter = new Interpreter(model);
        var formulas = new Lazy<FirstOrderModel>(() => new FirstOrderModel(model));
        try
        {
            foreach (var visit in new ReachableWalk(interpreter, work).NearestFirst())
            {
                var depth = visit.Depth.ToString(CultureInfo.InvariantCulture);
                if (BadState.Is(interpreter, property, visit.State, !visit.Next.IsEmpty))
                {
                    return $"'{property.Name}' does not hold {depth} steps from the start";
                }

                if (conjuncts.FirstOrDefault(one => !Holds(interpreter, formulas, visit.State, one)) is { } broken)
                {
                    return $"'{broken.Name}' does not hold {depth} steps from the start";
                }
            }
        }
        catch (UserErrorException undefined)
        {
            return $"something is not defined: {undefined.Diagnostic.Message}";
        }

        return null;
    }

    private static bool Holds(Interpreter interpreter, Lazy<FirstOrderModel> formulas, State state, Conjunct conjunct)
    {
        try
        {
            return interpreter.Holds(state, conjunct.Holds, conjunct.Where);
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.NoValue)
        {
            var signature = formulas.Value.Signature;
            var grounding = new Grounding(signature.SizeOf, new StateImage(signature, state).Of);
            return grounding.Holds(formulas.Value.Holds(conjunct.Holds, conjunct.Where));
        }
    }
}
