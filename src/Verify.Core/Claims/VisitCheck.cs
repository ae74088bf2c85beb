using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Claims;

/// <summary>Compares the results of a search with each state that the interpreter visits.</summary>
/// <param name="question">The proof to check.</param>
/// <param name="interpreter">The interpreter that visits the states.</param>
internal sealed class VisitCheck(SearchCheck.Question question, Interpreter interpreter)
{
    private readonly Property.Reachable[] goals = [.. question.Model.Properties.OfType<Property.Reachable>()];
    private readonly int?[] metAt = new int?[question.Model.Properties.Length];
    private readonly long[] fired = new long[question.Model.Rules.Length];
    private readonly HashSet<long> places = [];
    private int farthest;

    /// <summary>The number of steps from the visited states.</summary>
    public long Transitions { get; private set; }

    /// <summary>Checks one more state.</summary>
    public void Check(Visit visit)
    {
        var state = visit.State;
        // States come in the order of their depths, so the first state of an equivalence class is a nearest one.
        if (Find(state, () => question.Text(state)) is { } place && places.Add(place))
        {
            farthest = visit.Depth;
        }

        foreach (var (step, to) in visit.Next)
        {
            Transitions++;
            if (fired[step.Rule]++ == 0 && CountOf(step.Rule) == 0)
            {
                throw question.Differs($"{question.Text(step)} fires in {question.Text(state)}, but not in the search");
            }

            if (question.Visited.StandsForAll)
            {
                Find(to, () => $"{question.Text(to)}, to which {question.Text(step)} leads from {question.Text(state)}");
            }
        }

        CheckProperty(visit);
        CheckGoals(visit);
    }

    /// <summary>Compares the totals after a visit of all states.</summary>
    /// <param name="states">The number of states.</param>
    public void CompareTotals(long states)
    {
        var evidence = question.Evidence;
        Compare("representative states", evidence.States, places.Count);
        Compare("states", question.States ?? states, states);
        if (question.Run.Reductions == Reductions.None)
        {
            Compare("transitions", evidence.Transitions, Transitions);
        }

        if (!question.Has(Reductions.PartialOrder))
        {
            Compare("levels", evidence.Depth, farthest);
        }

        for (var rule = 0; rule < fired.Length; rule++)
        {
            var said = question.Run.Reductions == Reductions.None ? CountOf(rule) : Math.Sign(CountOf(rule));
            var found = question.Run.Reductions == Reductions.None ? fired[rule] : Math.Sign(fired[rule]);
            Compare($"steps of '{question.Model.Rules[rule].Name}'", said == Evidence.NotCounted ? found : said, found);
        }

        for (var goal = 0; goal < goals.Length; goal++)
        {
            if (WitnessOf(goals[goal]) is { } witness && witness.Depth is null != metAt[goal] is null)
            {
                throw question.Differs($"'{witness.Property}' is reported as {(witness.Depth is null ? "not reached" : "reached")}");
            }

            if (WitnessOf(goals[goal]) is { Depth: { } depth } && !question.Has(Reductions.PartialOrder))
            {
                Compare($"steps to '{goals[goal].Name}'", depth, metAt[goal] ?? -1);
            }
        }
    }

    /// <summary>The extent of the check.</summary>
    public Checked ToChecked(ReachableWalk walk) => new(question.Model, question.Property)
    {
        States = walk.Visited,
        Transitions = Transitions,
        Of = question.States,
        WithSuccessors = question.Visited.StandsForAll,
        Seed = question.Run.Seed,
    };

    private long? Find(State state, Func<string> text) =>
        question.Visited.Find(state) is { } place ? place
        : question.Visited.StandsForAll ? throw question.Differs($"it did not visit {text()}")
        : null;

    private void CheckProperty(Visit visit)
    {
        var fails = question.Property switch
        {
            Property.Always p => !interpreter.Holds(visit.State, p.Holds, p.Where),
            Property.Reachable p => interpreter.Holds(visit.State, p.Holds, p.Where),
            Property.NoDeadlock p => !interpreter.Holds(visit.State, p.MayRest, p.Where) & visit.Next.IsEmpty,
            Property.LeadsTo p => !IsDefined(p, visit.State),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (fails)
        {
            throw question.Differs($"{visit.Depth} steps from the start, {question.Text(visit.State)} decides otherwise");
        }
    }

    // A single state does not show what comes later, so only definedness is compared: if the search has a value for a
    // predicate, the interpreter must have one too, and it throws if not.
    private bool IsDefined(Property.LeadsTo property, State state)
    {
        interpreter.Holds(state, property.From, property.Where);
        interpreter.Holds(state, property.To, property.Where);
        return true;
    }

    private void CheckGoals(Visit visit)
    {
        for (var i = 0; i < goals.Length; i++)
        {
            var goal = goals[i];
            if (interpreter.Holds(visit.State, goal.Holds, goal.Where) && metAt[i] is null)
            {
                metAt[i] = visit.Depth;
                if (WitnessOf(goal) is { Depth: null })
                {
                    throw question.Differs($"'{goal.Name}' is reached in {question.Text(visit.State)}, but not in the search");
                }
            }
        }
    }

    private long CountOf(int rule) => question.Evidence.RuleCounts[rule];

    // The trigger of a LeadsTo may have any name, so it comes after the properties of the model.
    private Witness? WitnessOf(Property.Reachable goal) =>
        question.Evidence.Witnesses.FirstOrDefault(witness => witness.Property == goal.Name);

    private void Compare(string what, long said, long found)
    {
        if (said != found)
        {
            throw question.Differs(FormattableString.Invariant($"{what}: the search reports {said:N0}, the interpreter finds {found:N0}"));
        }
    }
}
