using System.Collections.Immutable;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Claims;

/// <summary>
/// Finds out whether the premises of a proof happen. The interpreter meets most of them within a few steps; the engine
/// that proved the property is asked for the others.
/// </summary>
internal static class PremiseCheck
{
    /// <summary>The premises of a proof, each with the answer.</summary>
    /// <param name="engine">The engine that proved the property.</param>
    /// <param name="model">The model.</param>
    /// <param name="property">The property.</param>
    /// <param name="evidence">The evidence of the proof.</param>
    /// <param name="run">The options of the proof; its budget of seconds holds for both.</param>
    /// <param name="seconds">The seconds that the proof took.</param>
    public static ImmutableArray<CheckedPremise> Of(
        IEngine engine, Model model, Property property, Evidence evidence, EngineOptions run, double seconds)
    {
        ImmutableArray<Premise> premises = [.. Premise.Of(model, property, evidence.RuleCounts)];
        if (premises.IsEmpty)
        {
            return [];
        }

        var clock = Stopwatch.StartNew();
        var isMet = Walk(model, premises, evidence, run);
        return [.. premises.Select((premise, i) => new CheckedPremise(premise,
            isMet[i] ?? Ask(engine, model, premise, run, seconds + clock.Elapsed.TotalSeconds)))];
    }

    // The nearest states first; then states farther off, at random. An undefined premise is left to the engine. An
    // undefined model is an error here too, as no proof may go past it.
    private static bool?[] Walk(Model model, ImmutableArray<Premise> premises, Evidence evidence, EngineOptions run)
    {
        var isMet = new bool[premises.Length];
        var isUndefined = new bool[premises.Length];
        var interpreter = new Interpreter(model);
        var near = new ReachableWalk(interpreter, Scrutiny.Brief.Work);
        var far = new ReachableWalk(interpreter, Scrutiny.Brief.Work);
        foreach (var visit in near.NearestFirst().Concat(far.RandomWalks(run.Seed, (2 * evidence.Depth) + 10)))
        {
            for (var i = 0; i < premises.Length; i++)
            {
                try
                {
                    isMet[i] = isMet[i] || (!isUndefined[i] && interpreter.Holds(visit.State, premises[i].Holds, premises[i].Where));
                }
                catch (UserErrorException)
                {
                    isUndefined[i] = true;
                }
            }

            if (near.IsWhole || isMet.All(met => met) || run.Cancellation.IsCancellationRequested)
            {
                break;
            }
        }

        return [.. isMet.Zip(isUndefined, (met, undefined) => met ? true : near.IsWhole && !undefined ? (bool?)false : null)];
    }

    private static bool? Ask(IEngine engine, Model model, Premise premise, EngineOptions run, double seconds)
    {
        var left = run.Budget.Seconds - seconds;
        if (left <= 0 || run.Cancellation.IsCancellationRequested)
        {
            return null;
        }

        var goal = new Property.Reachable($"{premise.Subject} {premise.Happens}", "", premise.Where, premise.Holds);
        var asked = run with { Budget = run.Budget with { Seconds = left }, CheckpointDirectory = null };
        if (engine.WhyNot(model, goal) is not null)
        {
            return null;
        }

        try
        {
            return engine.Decide(model, goal, asked) switch
            {
                Verdict.Proved => true,
                Verdict.Refuted => false,
                _ => null,
            };
        }
        catch (UserErrorException)
        {
            return null; // a reduction that the goal does not allow, or a model that is undefined where the proof did not look
        }
    }
}
