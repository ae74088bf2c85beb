using Verify.Engines;
using Verify.Explicit.Compilation;
using Verify.Explicit.Counterexamples;
using Verify.Explicit.Disk;
using Verify.Explicit.Exploration;
using Verify.Modelling;

namespace Verify.Explicit;

/// <summary>
/// What a proof by the cone of influence left out, looked for in all parts of the model: whether its witnesses are
/// reachable and its rules fire.
/// </summary>
/// <remarks>
/// It goes as far as something is still missing, twice as deep each time, for most of it is met within a few steps. A
/// budget, or as many states as it may see, can end it before; what was not met then stays left out, and is reported so.
/// It searches what the cone only argues about: a violation, or something undefined, that the cone did not show is met here.
/// </remarks>
internal sealed class SecondLook(CompiledModel reduced, EngineOptions run, StorageTuning tuning, long maxStates)
{
    private const int FirstDepth = 8;

    /// <summary>The evidence of a proof, with what was found out of what it leaves open.</summary>
    /// <param name="evidence">Of the proof.</param>
    /// <param name="seconds">How long the proof took: what it left of a budget is for this.</param>
    /// <exception cref="UserErrorException">VRF104, VRF120, VRF121: the model is not well defined outside of the cone.</exception>
    public Evidence Complete(Evidence evidence, double seconds)
    {
        var witnesses = reduced.Model.Properties.OfType<Property.Reachable>().Count();
        if (!evidence.IsOpen(reduced.Model) || maxStates == 0 || witnesses >= PredicateBits.MaxCount)
        {
            return evidence;
        }

        var whole = new CompiledModel(reduced.Model, reduced.Property, run.Reductions & ~Reductions.ConeOfInfluence);
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
            : result.End != SearchEnd.Met ? result
            : throw new System.Diagnostics.UnreachableException(
                $"the cone of influence of '{whole.Property.Name}' hides what is met in {result.Depth} steps");
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
