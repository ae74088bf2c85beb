using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Claims;

/// <summary>Holds what a search says against the states that the interpreter visits, one after the other.</summary>
/// <param name="question">What is checked.</param>
/// <param name="interpreter">Whose states they are.</param>
internal sealed class VisitCheck(SearchCheck.Question question, Interpreter interpreter)
{
    private readonly Property.Reachable[] goals = [.. question.Model.Properties.OfType<Property.Reachable>()];
    private readonly int?[] metAt = new int?[question.Model.Properties.Length];
    private readonly long[] fired = new long[question.Model.Rules.Length];
    private readonly HashSet<long> places = [];
    private int farthest;

    /// <summary>Steps from the states looked at.</summary>
    public long Transitions { get; private set; }

    /// <summary>Looks at one more state.</summary>
    public void Look(Visit visit)
    {
        var state = visit.State;
        // States come in the order of their depths: the first that a place stands for is a nearest one.
        if (Find(state, () => question.Text(state)) is { } place && places.Add(place))
        {
            farthest = visit.Depth;
        }

        foreach (var (step, to) in visit.Next)
        {
            Transitions++;
            if (fired[step.Rule]++ == 0 && CountOf(step.Rule) == 0)
            {
                throw question.Differs($"{question.Text(step)} fires in {question.Text(state)}, and is said to fire nowhere");
            }

            if (question.Visited.StandsForAll)
            {
                Find(to, () => $"{question.Text(to)}, to which {question.Text(step)} leads from {question.Text(state)}");
            }
        }

        CheckProperty(visit);
        LookForGoals(visit);
    }

    /// <summary>Compares what was found in all states there are.</summary>
    /// <param name="states">How many there are.</param>
    public void CompareTotals(long states)
    {
        var evidence = question.Evidence;
        Compare("states that stand for all", evidence.States, places.Count);
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
                throw question.Differs($"'{witness.Property}' is said to be {(witness.Depth is null ? "met nowhere" : "met")}");
            }

            if (WitnessOf(goals[goal]) is { Depth: { } depth } && !question.Has(Reductions.PartialOrder))
            {
                Compare($"steps to '{goals[goal].Name}'", depth, metAt[goal] ?? -1);
            }
        }
    }

    /// <summary>What was looked at.</summary>
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

    // A state does not show what comes later. That both sides have a value it does: true, or the interpreter's exception.
    private bool IsDefined(Property.LeadsTo property, State state)
    {
        interpreter.Holds(state, property.From, property.Where);
        interpreter.Holds(state, property.To, property.Where);
        return true;
    }

    private void LookForGoals(Visit visit)
    {
        for (var i = 0; i < goals.Length; i++)
        {
            var goal = goals[i];
            if (interpreter.Holds(visit.State, goal.Holds, goal.Where) && metAt[i] is null)
            {
                metAt[i] = visit.Depth;
                if (WitnessOf(goal) is { Depth: null })
                {
                    throw question.Differs($"'{goal.Name}' is met in {question.Text(visit.State)}, and is said to be met nowhere");
                }
            }
        }
    }

    private long CountOf(int rule) => question.Evidence.RuleCounts[rule];

    // The trigger of a LeadsTo, which may have any name, stands behind those of the model.
    private Witness? WitnessOf(Property.Reachable goal) =>
        question.Evidence.Witnesses.FirstOrDefault(witness => witness.Property == goal.Name);

    private void Compare(string what, long said, long found)
    {
        if (said != found)
        {
            throw question.Differs(FormattableString.Invariant($"{what}: {said:N0} are said, and the interpreter finds {found:N0}"));
        }
    }
}
