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
        var interpreter = new Interpreter(model);
        var isMet = Walk(interpreter, premises, evidence, run);
        Verdict? Decide(Expr goal, Premise about) => Ask(engine, model, new Property.Reachable(
            $"{about.Subject} {about.Happens}", "", about.Where, goal), run, seconds + clock.Elapsed.TotalSeconds);
        // One question about all that are left: usually none of them happens, and else the run to one that does.
        while (Enumerable.Range(0, premises.Length).Where(i => isMet[i] is null).ToList() is { Count: > 1 } open)
        {
            var answer = Decide(open.Select(i => premises[i].Holds).Aggregate((left, right) => left | right), premises[open[0]]);
            var met = open.Where(i => answer is Verdict.Proved { Witness: { } witness }
                && Holds(interpreter, witness.States[^1], premises[i]) == true).ToList();
            if (answer is Verdict.Refuted)
            {
                open.ForEach(i => isMet[i] = false);
            }
            else if (met.Count == 0)
            {
                break;
            }

            met.ForEach(i => isMet[i] = true);
        }

        return [.. premises.Select((premise, i) => new CheckedPremise(premise,
            isMet[i] ?? Decide(premise.Holds, premise) switch { Verdict.Proved => true, Verdict.Refuted => false, _ => null }))];
    }

    // The nearest states first; then states farther off, at random. An undefined premise is left to the engine. An
    // undefined model is an error here too, as no proof may go past it.
    private static bool?[] Walk(Interpreter interpreter, ImmutableArray<Premise> premises, Evidence evidence, EngineOptions run)
    {
        var isMet = new bool[premises.Length];
        var isUndefined = new bool[premises.Length];
        var near = new ReachableWalk(interpreter, Scrutiny.Brief.Work);
        var far = new ReachableWalk(interpreter, Scrutiny.Brief.Work);
        foreach (var visit in near.NearestFirst().Concat(far.RandomWalks(run.Seed, (2 * evidence.Depth) + 10)))
        {
            for (var i = 0; i < premises.Length; i++)
            {
                var holds = isMet[i] || isUndefined[i] ? false : Holds(interpreter, visit.State, premises[i]);
                isMet[i] |= holds == true;
                isUndefined[i] |= holds is null;
            }

            if (near.IsWhole || isMet.All(met => met) || run.Cancellation.IsCancellationRequested)
            {
                break;
            }
        }

        return [.. isMet.Zip(isUndefined, (met, undefined) => met ? true : near.IsWhole && !undefined ? (bool?)false : null)];
    }

    // Null where the premise is undefined.
    private static bool? Holds(Interpreter interpreter, State state, Premise premise)
    {
        try
        {
            return interpreter.Holds(state, premise.Holds, premise.Where);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    private static Verdict? Ask(IEngine engine, Model model, Property.Reachable goal, EngineOptions run, double seconds)
    {
        var left = run.Budget.Seconds - seconds;
        if (left <= 0 || run.Cancellation.IsCancellationRequested || engine.WhyNot(model, goal) is not null)
        {
            return null;
        }

        try
        {
            return engine.Decide(model, goal, run with { Budget = run.Budget with { Seconds = left }, CheckpointDirectory = null });
        }
        catch (UserErrorException)
        {
            return null; // a reduction that the goal does not allow, or a model that is undefined where the proof did not look
        }
    }
}
