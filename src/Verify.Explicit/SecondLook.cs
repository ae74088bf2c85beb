using Verify.Engines;
using Verify.Explicit.Compilation;
using Verify.Explicit.Counterexamples;
using Verify.Explicit.Disk;
using Verify.Explicit.Exploration;
using Verify.Modelling;

namespace Verify.Explicit;

/// <summary>
/// A second search, over the whole model, for the parts that a cone of influence or symmetry left out: whether its
/// witnesses are reachable and its rules fire.
/// </summary>
/// <remarks>
/// The search doubles its depth limit as long as something is missing, because most parts are found within a few steps.
/// A budget or the maximum number of states may end it earlier; the missing parts are then reported as left out. The
/// search also double-checks the cone: it would find a violation or an undefined state that the cone has hidden.
/// </remarks>
internal sealed class SecondLook(CompiledModel reduced, EngineOptions run, StorageTuning tuning, long maxStates)
{
    private const int FirstDepth = 8;

    /// <summary>Completes the evidence of a proof with the results of the second search.</summary>
    /// <param name="evidence">The evidence of the proof.</param>
    /// <param name="seconds">The seconds that the proof took; the second search may use the rest of the budget.</param>
    /// <exception cref="UserErrorException">VRF104, VRF120, VRF121: the model is not well defined outside of the cone.</exception>
    public Evidence Complete(Evidence evidence, double seconds)
    {
        var witnesses = reduced.Model.Properties.OfType<Property.Reachable>().Count();
        if (!evidence.IsOpen(reduced.Model) || maxStates == 0 || witnesses >= PredicateBits.MaxCount)
        {
            return evidence;
        }

        // Symmetry leaves out what names a member of a set.
        var reductions = run.Reductions & ~Reductions.ConeOfInfluence;
        var isOfMembers = reduced.Symmetry is not null && reduced.NotLookedFor.Length > 0;
        var whole = new CompiledModel(reduced.Model, reduced.Property, isOfMembers ? reductions & ~Reductions.Symmetry : reductions);
        var limit = run.Budget with { States = Math.Min(run.Budget.States ?? maxStates, maxStates) };
        for (var depth = FirstDepth; ; depth *= 2)
        {
            var left = run.Budget.Seconds - seconds;
            if (left <= 0 || run.Cancellation.IsCancellationRequested)
            {
                return evidence;
            }

            var result = Search(whole, limit with { Seconds = left, Depth = Math.Min(limit.Depth ?? depth, depth) });
            seconds += result.Seconds;
            evidence = Merge(evidence, result.ToEvidence(whole), result.End == SearchEnd.Exhausted);
            var isWorthMore = result.End == SearchEnd.Cut && result.Depth == depth && result.States < limit.States;
            if (!isWorthMore || !evidence.IsOpen(reduced.Model))
            {
                return evidence;
            }
        }
    }

    private SearchResult Search(CompiledModel whole, Budget budget)
    {
        using var search = new Search(whole, run with { Budget = budget, CheckpointDirectory = null }, tuning);
        var result = search.Execute(keepLevels: false);
        return result.End == SearchEnd.Undefined ? throw UndefinedTrace.Explain(whole, result, run, tuning, TimeSpan.FromSeconds(1))
            : result.End != SearchEnd.Found ? result
            : throw new System.Diagnostics.UnreachableException(
                $"the cone of influence of '{whole.Property.Name}' hides a violation in {Amount.Of(result.Depth, "step")}");
    }

    private Evidence Merge(Evidence known, Evidence found, bool isAll)
    {
        bool IsNews(Witness witness) => known.NotLookedFor.Contains(witness.Property) && (isAll || witness.Depth is not null);
        var met = known.Witnesses.AddRange(found.Witnesses.Where(IsNews)).ToDictionary(witness => witness.Property);
        var names = reduced.Model.Properties.OfType<Property.Reachable>().Select(property => property.Name).ToList();
        return known with
        {
            Witnesses = [.. names.Where(met.ContainsKey).Select(name => met[name])],
            NotLookedFor = [.. names.Where(name => !met.ContainsKey(name))],
            RuleCounts = [.. known.RuleCounts.Zip(found.RuleCounts, (before, now) =>
                before != Evidence.NotCounted || (now == 0 && !isAll) ? before : now)],
            StatesForTheRest = (known.StatesForTheRest ?? 0) + found.States,
        };
    }
}
