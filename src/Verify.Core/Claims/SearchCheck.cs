using System.Numerics;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Stopwatch = System.Diagnostics.Stopwatch;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Claims;

/// <summary>
/// Holds a proof by search against the interpreter before it is told: every reachable state where they are few, else a
/// sample of them. What differs is a mistake of ours and never becomes a verdict.
/// </summary>
/// <remarks>
/// Of the search only the numbers in its evidence are taken, and whether a state is among those visited. Which states
/// there are, where they lead and what holds in them, the interpreter says. A walk through all of them finds the number
/// of states again, of steps, how often each rule fires and where each witness is first met, as far as the reductions
/// promise to keep that.
/// </remarks>
public static class SearchCheck
{
    private const int StatesBetweenNews = 4096;
    private const int StatesToGuessFrom = 32;

    /// <summary>Checks that a property holds in every reachable state, or that none meets what is looked for.</summary>
    /// <param name="model">The model.</param>
    /// <param name="property">What the search proves of it or, if something is to be reachable, refutes.</param>
    /// <param name="evidence">What the search says that it did.</param>
    /// <param name="run">Its circumstances; without a <see cref="EngineOptions.Scrutiny"/>, the brief one.</param>
    /// <param name="visited">The states that it visited.</param>
    /// <returns>What was walked; null if it was interrupted.</returns>
    /// <exception cref="UnreachableException">Search and interpreter differ.</exception>
    public static Checked? Of(Model model, Property property, Evidence evidence, EngineOptions run, IStateSet visited)
    {
        var clock = Stopwatch.StartNew();
        var work = (run.Scrutiny ?? Scrutiny.Brief).Work;
        var question = new Question(model, property, evidence, run, visited);
        var left = Walk(question, work, out var whole);
        return (whole ?? Draw(question, left)) is { } walked ? walked with { Seconds = clock.Elapsed.TotalSeconds } : null;
    }

    // All states, if that is not too much; else what is left of the work.
    private static long Walk(Question question, long work, out Checked? whole)
    {
        var interpreter = new Interpreter(question.Model);
        var walk = new ReachableWalk(interpreter, work);
        var visits = new VisitCheck(question, interpreter);
        var isWhole = Follow(question, walk, walk.NearestFirst(), visits, () => BitOperations.IsPow2(walk.Visited)
            && walk.Visited >= StatesToGuessFrom && interpreter.Work / walk.Visited > work / question.MinStates);
        whole = null;
        if (isWhole && walk.IsWhole)
        {
            visits.CompareTotals(walk.Visited);
            whole = visits.ToChecked(walk) with { IsWhole = true };
        }

        return Math.Max(work / 2, work - interpreter.Work);
    }

    private static Checked? Draw(Question question, long work)
    {
        var interpreter = new Interpreter(question.Model);
        var walk = new ReachableWalk(interpreter, work);
        var visits = new VisitCheck(question, interpreter);
        return Follow(question, walk, walk.Drawn(question.Run.Seed, (2 * question.Evidence.Depth) + 10), visits, () => false)
            ? visits.ToChecked(walk)
            : null;
    }

    // False if it was given up.
    private static bool Follow(
        Question question, ReachableWalk walk, IEnumerable<Visit> visits, VisitCheck check, Func<bool> isTooMuch)
    {
        try
        {
            foreach (var visit in visits)
            {
                check.Look(visit);
                if (question.Run.Cancellation.IsCancellationRequested || isTooMuch())
                {
                    return false;
                }

                if (walk.Visited % StatesBetweenNews == 0)
                {
                    question.Run.Progress?.Report(new Progress(walk.Visited, check.Transitions, visit.Depth, 0));
                }
            }

            return true;
        }
        catch (UserErrorException undefined)
        {
            throw question.Differs($"{undefined.Diagnostic.Message}, in {question.Text(walk.At)}");
        }
    }

    /// <summary>What is checked.</summary>
    internal sealed record Question(Model Model, Property Property, Evidence Evidence, EngineOptions Run, IStateSet Visited)
    {
        /// <summary>The reachable states of the model as it is; null where a reduction leaves their number open.</summary>
        public long? States => Has(Reductions.ConeOfInfluence) || Has(Reductions.PartialOrder) ? null
            : Has(Reductions.Symmetry) ? Evidence.StatesStoodFor
            : Evidence.States;

        /// <summary>There are no fewer; at least 1.</summary>
        public long MinStates => Math.Max(1, Math.Max(Evidence.States, Evidence.StatesStoodFor ?? 0));

        /// <summary>Whether the search was reduced in a way.</summary>
        public bool Has(Reductions reduction) => Run.Reductions.HasFlag(reduction);

        /// <summary>What is said where search and interpreter differ.</summary>
        public UnreachableException Differs(string how) =>
            new($"'{Property.Name}' of {Model.Name} was decided by a search that the interpreter does not confirm: {how}");

        /// <summary>A state in a line.</summary>
        public string Text(State? state) => state is null ? "the initial states"
            : $"the state {string.Join(", ", state.Values.Select((value, i) => $"{Model.Variables[i].Name}={value}"))}";

        /// <summary>A step in a line.</summary>
        public string Text(Step step) => step.Arguments.IsEmpty
            ? $"'{Model.Rules[step.Rule].Name}'"
            : $"'{Model.Rules[step.Rule].Name}' ({string.Join(", ", step.Arguments)})";
    }
}
