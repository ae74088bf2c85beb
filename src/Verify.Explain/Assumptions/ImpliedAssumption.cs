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
    public static ImmutableArray<ImpliedAssumption> In(AssumptionCores cores, Questions questions)
    {
        var used = Enumerable.Range(0, cores.All.Length).Where(i => !cores.Idle.Contains(cores.All[i])).ToList();
        return
        [
            .. from one in used
               where cores.Needing(cores.All[one]) < cores.Holding.Length
               from other in used
               where other != one && ChangesNothing(one, other)
               select new ImpliedAssumption(cores.All[one], cores.All[other]),
        ];

        // Beside the other one, and whatever else is assumed.
        bool ChangesNothing(int one, int by)
        {
            var others = used.Where(other => other != one && other != by).ToArray();
            return others.Length <= MaxOthers && Enumerable.Range(0, 1 << others.Length).All(chosen =>
                ChangesNothingIn((1 << by) + others.Where((_, i) => (chosen & (1 << i)) != 0).Sum(other => 1 << other), one));
        }

        // A set that the family does not offer rules nothing out.
        bool ChangesNothingIn(int set, int one) =>
            cores.Models.ModelOf(set) is not { } without || cores.Models.ModelOf(set | (1 << one)) is not { } with
            || with.Identity == without.Identity
            || (Restriction.Is(with, without) && Count(without) is { } counts && counts == Count(with));

        (long States, long Transitions)? Count(Model model) =>
            questions.Decide(model, new Property.Always("every state", "", model.Rules[0].Where, true)) is
            { Kind: AnswerKind.Proved, Evidence: { Kind: EvidenceKind.Exhaustive } evidence }
                ? (evidence.States, evidence.Transitions)
                : null;
    }
}
