using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explain.Asking;
using Verify.Modelling;

namespace Verify.Explain.Assumptions;

/// <summary>An assumption that changes nothing where another one is made.</summary>
/// <param name="Assumption">The assumption.</param>
/// <param name="By">The other one.</param>
public sealed record ImpliedAssumption(Assumption Assumption, Assumption By)
{
    private const int MaxOthers = 4;

    /// <summary>
    /// The pairs among the assumptions that some minimal sets need and others do not. One that every set needs is implied by
    /// none; the reachable states and steps of the others are counted with and without it.
    /// </summary>
    public static ImmutableArray<ImpliedAssumption> In(
        AssumptionCores cores, ModelFamily family, Choices choices, Questions questions)
    {
        var open = cores.All.Where(one => !cores.Idle.Contains(one) && cores.Needing(one) < cores.Holding.Length).ToList();
        return
        [
            .. from one in open
               from other in cores.All
               where other != one && !cores.Idle.Contains(other) && ChangesNothing(one, other)
               select new ImpliedAssumption(one, other),
        ];

        // Beside the other one, and whatever else is assumed.
        bool ChangesNothing(Assumption one, Assumption by)
        {
            var others = cores.All.Where(other => other != one && other != by && !cores.Idle.Contains(other)).ToArray();
            return others.Length <= MaxOthers && Enumerable.Range(0, 1 << others.Length).All(set =>
                ChangesNothingIn([by, .. others.Where((_, i) => (set & (1 << i)) != 0)], one));
        }

        bool ChangesNothingIn(Assumption[] assumed, Assumption one)
        {
            var none = choices with { Assumptions = choices.Assumptions.Clear() };
            try
            {
                var (without, with) = (family.Build(none.Assume(assumed)), family.Build(none.Assume([.. assumed, one])));
                return with.Identity == without.Identity || (Restriction.Is(with, without)
                    && Count(without) is { } counts && counts == Count(with));
            }
            catch (UserErrorException)
            {
                return true; // the family does not offer this
            }
        }

        (long States, long Transitions)? Count(Model model) =>
            questions.Decide(model, new Property.Always("every state", "", model.Rules[0].Where, true)) is
            { Kind: AnswerKind.Proved, Evidence: { Kind: EvidenceKind.Exhaustive } evidence }
                ? (evidence.States, evidence.Transitions)
                : null;
    }
}
