using System.Numerics;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Stopwatch = System.Diagnostics.Stopwatch;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Claims;

/// <summary>
/// Checks a proof by search against the interpreter before it is reported: every reachable state if there are few, else
/// a sample of them. A difference is an internal error and never becomes a verdict.
/// </summary>
/// <remarks>
/// The check takes two things from the search: the numbers in its evidence, and whether it visited a given state. The
/// interpreter computes the states, their successors and the truth of the predicates. A walk through all states
/// recomputes the number of states, the number of steps, the count of each rule and the depth of each witness, as far
/// as the reductions preserve them.
/// </remarks>
public static class SearchCheck
{
    private const int StatesBetweenNews = 4096;
    private const int StatesToGuessFrom = 32;

    // The work counts only the interpreter's operations. A lookup of a state on disk may take far longer, so time is limited
    // too, but never below a second: start-up of the process alone must not shorten a check.
    private const double MaxSecondsPerWork = 5e-7;
    private const double MinSeconds = 1;

    /// <summary>
    /// Checks that a property holds in every reachable state or, for a <c>Reachable</c> property, in none.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="property">The property that the search proved or, if it is a <c>Reachable</c>, refuted.</param>
    /// <param name="evidence">The evidence that the search reported.</param>
    /// <param name="run">The options of the run; without a <see cref="EngineOptions.Scrutiny"/> the check is
    /// brief.</param>
    /// <param name="visited">The states that the search visited.</param>
    /// <returns>The extent of the check; null if it was interrupted.</returns>
    /// <exception cref="UnreachableException">The search and the interpreter differ.</exception>
    public static Checked? Check(Model model, Property property, Evidence evidence, EngineOptions run, IStateSet visited)
    {
        var clock = Stopwatch.StartNew();
        var work = (run.Scrutiny ?? Scrutiny.Brief).Work;
        var question = new Question(model, property, evidence, run, visited);
        bool IsTime() => work < long.MaxValue && clock.Elapsed.TotalSeconds > Math.Max(MinSeconds, work * MaxSecondsPerWork);
        var left = Walk(question, work, IsTime, out var whole);
        return (whole ?? Draw(question, left, IsTime)) is { } walked ? walked with { Seconds = clock.Elapsed.TotalSeconds } : null;
    }

    // Walks through all states if the allowed work and time are enough; returns the remaining work.
    private static long Walk(Question question, long work, Func<bool> isTime, out Checked? whole)
    {
        var interpreter = new Interpreter(question.Model);
        var walk = new ReachableWalk(interpreter, work);
        var visits = new VisitCheck(question, interpreter);
        var isWhole = Follow(question, walk, walk.NearestFirst(), visits, () => BitOperations.IsPow2(walk.Visited)
            && walk.Visited >= StatesToGuessFrom && (interpreter.Work / walk.Visited > work / question.MinStates || isTime()));
        whole = null;
        if (isWhole && walk.IsWhole)
        {
            visits.CompareTotals(walk.Visited);
            whole = visits.ToChecked(walk) with { IsWhole = true };
        }

        return Math.Max(work / 2, work - interpreter.Work);
    }

    private static Checked? Draw(Question question, long work, Func<bool> isTime)
    {
        var interpreter = new Interpreter(question.Model);
        var walk = new ReachableWalk(interpreter, work);
        var visits = new VisitCheck(question, interpreter);
        var drawn = walk.RandomWalks(question.Run.Seed, (2 * question.Evidence.Depth) + 10)
            .TakeWhile(_ => walk.Visited <= StatesToGuessFrom || !isTime());
        return Follow(question, walk, drawn, visits, () => false)
            ? visits.ToChecked(walk)
            : null;
    }

    // Returns false if the walk was interrupted.
    private static bool Follow(
        Question question, ReachableWalk walk, IEnumerable<Visit> visits, VisitCheck check, Func<bool> isTooMuch)
    {
        try
        {
            foreach (var visit in visits)
            {
                check.Check(visit);
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

    /// <summary>The proof to check.</summary>
    internal sealed record Question(Model Model, Property Property, Evidence Evidence, EngineOptions Run, IStateSet Visited)
    {
        /// <summary>
        /// The number of reachable states of the unreduced model; null if a reduction leaves it open.
        /// </summary>
        public long? States => Has(Reductions.ConeOfInfluence) || Has(Reductions.PartialOrder) ? null
            : Has(Reductions.Symmetry) ? Evidence.StatesRepresented
            : Evidence.States;

        /// <summary>A lower bound on the number of reachable states; at least 1.</summary>
        public long MinStates => Math.Max(1, Math.Max(Evidence.States, Evidence.StatesRepresented ?? 0));

        /// <summary>True if the search used a reduction.</summary>
        public bool Has(Reductions reduction) => Run.Reductions.HasFlag(reduction);

        /// <summary>The exception for a difference between search and interpreter.</summary>
        public UnreachableException Differs(string how) =>
            new($"'{Property.Name}' of {Model.Name} was decided by a search that the interpreter does not confirm: {how}");

        /// <summary>A state as one line of text.</summary>
        public string Text(State? state) => state is null ? "the initial states"
            : $"the state {string.Join(", ", state.Values.Select((value, i) => $"{Model.Variables[i].Name}={value}"))}";

        /// <summary>A step as one line of text.</summary>
        public string Text(Step step) => step.Arguments.IsEmpty
            ? $"'{Model.Rules[step.Rule].Name}'"
            : $"'{Model.Rules[step.Rule].Name}' ({string.Join(", ", step.Arguments)})";
    }
}
