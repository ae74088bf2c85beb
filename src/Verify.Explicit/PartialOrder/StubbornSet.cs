using System.Numerics;
using Verify.Explicit.Compilation;

namespace Verify.Explicit.PartialOrder;

/// <summary>
/// Chooses, of the steps that a state can take, some that are enough: the others can wait. One for each thread.
/// </summary>
/// <remarks>
/// <para>
/// Strong stubborn sets (Valmari, "Stubborn sets for reduced state space generation", 1991): a set of steps such that
/// with a step that can be taken all are in it that depend on it, and with one that cannot, all that can establish one of
/// the conditions that it lacks. Then (1) of any run, its first step that is in the set can be taken at once, with the
/// others in their order behind it; and (2) if none of a run is in the set, any step of the set that can be taken now
/// can be taken before it as well as behind it.
/// </para>
/// <para>
/// What is added here: a state is reduced only to a set with a step that can be taken, ends nothing that is looked for,
/// and goes forward (<see cref="ProgressRanking"/>). Take a run from a state that was found to one where a goal holds, or that
/// ends with some rule. By (1) the search goes on by one step of it, and fewer are left; by (2) it takes the step just
/// named, the run still leads to a state where the goal holds, since that step cannot end it, and as many are left. The
/// second happens finitely often in a row, since those steps go forward; a state that is not reduced is a case of (1).
/// Hence a goal that can be met is met, and a rule that can fire fires. In a state that cannot go on (2) is impossible,
/// hence those are found, all of them. A rule that is undefined where the run leads to counts as a step there: what
/// decides that it is defined is part of what it reads.
/// </para>
/// <para>
/// All of that is said of runs and not of one state after the other, and goals do not tell identities apart: it holds as
/// well when every state is replaced by another of its orbit, and the rest of the run with it.
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

    /// <summary>Gives up goals: what was met need not be met again.</summary>
    public void GiveUp(PredicateBits met) => goals = goals.Except(met);

    /// <summary>Leaves only the successors by chosen steps.</summary>
    /// <param name="state">The state.</param>
    /// <param name="successors">All of its successors.</param>
    /// <param name="rules">The lowered rule of each.</param>
    /// <param name="counts">How often each rule of the model fired; what is left out is taken off.</param>
    /// <param name="made">How many there are.</param>
    /// <returns>How many are left.</returns>
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

    // The set that a step makes necessary; false as soon as it has as many steps that can be taken as one known before.
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

    // Of the conditions that a step lacks, the one with the fewest new steps; those that can be taken weigh most.
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
