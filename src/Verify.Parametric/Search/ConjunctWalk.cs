using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;
using Verify.Semantics;

namespace Verify.Parametric.Search;

/// <summary>
/// Checks an invariant for every size and its property with the interpreter on one instance. If the instance has more
/// reachable states than the budget allows, only the states closest to the initial ones are checked.
/// </summary>
/// <remarks>
/// A conjunct may read the value of an empty option in some states. Formulas are total, and a proof only needs that
/// they hold, so the conjunct is then evaluated as a formula over the image of the state.
/// </remarks>
public static class ConjunctWalk
{
    /// <summary>A budget of about a quarter of a second, for one proof that a user waits for.</summary>
    public const long Usual = 4_000_000;

    /// <summary>A budget of a few milliseconds, for many certificates in a row.</summary>
    public const long Brief = 200_000;

    /// <summary>A contradiction to the proof; null if there is none.</summary>
    /// <param name="model">An instance.</param>
    /// <param name="conjuncts">The conjuncts of the invariant for the instance.</param>
    /// <param name="property">The property.</param>
    /// <param name="work">The maximum of <see cref="Interpreter.Work"/>.</param>
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
            return $"a state is undefined: {undefined.Diagnostic.Message}";
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
