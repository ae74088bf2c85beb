using System.Numerics;
using Verify.Explicit.Compilation;

namespace Verify.Explicit.PartialOrder;

/// <summary>
/// Selects a sufficient subset of the enabled steps of a state; the others can wait. One object per thread.
/// </summary>
/// <remarks>
/// <para>
/// Strong stubborn sets (Valmari, "Stubborn sets for reduced state space generation", 1991): with each enabled step the
/// set contains all steps that depend on it; with each disabled step it contains all steps that can establish one of
/// the conditions that it lacks. Two facts follow for any run. (1) If the run contains a step of the set, the first
/// such step can be taken at once, followed by the others in their order. (2) If it contains none, any enabled step of
/// the set can be taken before the run as well as after it.
/// </para>
/// <para>
/// This implementation adds a requirement: it reduces a state only to a set with an enabled step that makes no goal
/// false and is a forward step (<see cref="ProgressRanking"/>). Take a run from a visited state to a state where a goal
/// holds, or to the firing of some rule. In case (1) the search takes one step of the run, and a shorter rest remains.
/// In case (2) it takes the forward step; the run still leads to a state where the goal holds, because that step cannot
/// make it false, and the rest is as long as before. Case (2) occurs only finitely often in a row, because those steps
/// are forward steps; a state that is not reduced is an instance of case (1). Hence the search reaches every reachable
/// goal and fires every rule that can fire. Before a deadlock, case (2) is impossible, so the search finds all
/// deadlocks. A rule that is undefined at the end of a run counts as a step there, because its reads include the terms
/// that decide whether it is defined.
/// </para>
/// <para>
/// The argument is about runs, and goals do not distinguish identities. So it also holds if every state, and the rest
/// of the run with it, is replaced by another state of its orbit.
/// </para>
/// </remarks>
internal sealed unsafe class StubbornSet(RuleDependencies steps, int wordCount)
{
    private readonly ulong[] enabled = new ulong[steps.WordCount];
    private readonly ulong[] chosen = new ulong[steps.WordCount];
    private readonly ulong[] best = new ulong[steps.WordCount];
    private readonly int[] waiting = new int[steps.Count];
    private readonly PredicateBits[] holds = new PredicateBits[steps.Check.Length];
    private PredicateBits goals = PredicateBits.All;
    private int waitingCount;
    private int chosenCount;

    /// <summary>Drops goals: a goal that was reached need not be reached again.</summary>
    public void DropGoals(PredicateBits met) => goals = goals.Except(met);

    /// <summary>Keeps only the successors by selected steps.</summary>
    /// <param name="state">The state.</param>
    /// <param name="successors">All successors of the state.</param>
    /// <param name="rules">The lowered rule of each successor.</param>
    /// <param name="counts">The number of times each rule of the model fired; omitted steps are subtracted.</param>
    /// <param name="made">The number of successors.</param>
    /// <returns>The number of successors kept.</returns>
    public int Choose(ulong* state, ulong* successors, int* rules, long* counts, int made)
    {
        if (made < 2 || !CanBegin(rules, made))
        {
            return made;
        }

        Prepare(state, rules, made);
        var least = made;
        for (var i = 0; i < made && least > 1; i++)
        {
            if (CanBeginWith(rules[i]) && Close(rules[i], least))
            {
                least = chosenCount;
                chosen.CopyTo(best, 0);
            }
        }

        return least == made ? made : Keep(successors, rules, counts, made);
    }

    private bool CanBeginWith(int step) => steps.IsForward[step] && !steps.VisibleTo[step].Overlaps(goals);

    private bool CanBegin(int* rules, int made)
    {
        for (var i = 0; i < made; i++)
        {
            if (CanBeginWith(rules[i]))
            {
                return true;
            }
        }

        return false;
    }

    private void Prepare(ulong* state, int* rules, int made)
    {
        Array.Clear(enabled);
        for (var i = 0; i < made; i++)
        {
            enabled[rules[i] / 64] |= 1UL << (rules[i] % 64);
        }

        for (var i = 0; i < holds.Length; i++)
        {
            holds[i] = steps.Check[i](state);
        }
    }

    // Computes the closure of a step; returns false as soon as it contains as many enabled steps as the best set so
    // far.
    private bool Close(int first, int most)
    {
        Array.Clear(chosen);
        (waitingCount, chosenCount) = (0, 0);
        chosen[first / 64] |= 1UL << (first % 64);
        Await(first);
        while (waitingCount > 0 && chosenCount < most)
        {
            var step = waiting[--waitingCount];
            if (IsEnabled(step))
            {
                Add(steps.Dependent[step]);
            }
            else
            {
                Add(steps.Enabling[CheapestMissing(step)]);
                if (steps.Unsettling[step] is { } unsettling)
                {
                    Add(unsettling);
                }
            }
        }

        return chosenCount < most;
    }

    private bool IsEnabled(int step) => (enabled[step / 64] >> (step % 64) & 1) != 0;

    private void Await(int step)
    {
        waiting[waitingCount++] = step;
        chosenCount += IsEnabled(step) ? 1 : 0;
    }

    private void Add(ulong[] others)
    {
        for (var word = 0; word < others.Length; word++)
        {
            var more = others[word] & ~chosen[word];
            chosen[word] |= more;
            for (; more != 0; more &= more - 1)
            {
                Await((word * 64) + BitOperations.TrailingZeroCount(more));
            }
        }
    }

    // Of the conditions that a disabled step lacks, the one whose enabling steps add the least; enabled steps weigh
    // most.
    private int CheapestMissing(int step)
    {
        var (cheapest, price) = (-1, int.MaxValue);
        foreach (var condition in steps.Conditions[step])
        {
            if (!holds[condition / PredicateBits.MaxCount][condition % PredicateBits.MaxCount])
            {
                var cost = 0;
                var enabling = steps.Enabling[condition];
                for (var word = 0; word < enabling.Length; word++)
                {
                    var more = enabling[word] & ~chosen[word];
                    cost += BitOperations.PopCount(more) + (1024 * BitOperations.PopCount(more & enabled[word]));
                }

                (cheapest, price) = cost < price ? (condition, cost) : (cheapest, price);
            }
        }

        return cheapest;
    }

    private int Keep(ulong* successors, int* rules, long* counts, int made)
    {
        var kept = 0;
        for (var i = 0; i < made; i++)
        {
            if ((best[rules[i] / 64] >> (rules[i] % 64) & 1) == 0)
            {
                counts[steps.RuleOf[rules[i]]]--;
                continue;
            }

            rules[kept] = rules[i];
            for (var word = 0; word < wordCount; word++)
            {
                successors[(kept * wordCount) + word] = successors[(i * wordCount) + word];
            }

            kept++;
        }

        return kept;
    }
}
