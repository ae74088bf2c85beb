using System.Collections.Immutable;
using System.Numerics;
using Verify.Explain.Asking;
using Verify.Modelling;

namespace Verify.Explain.Assumptions;

/// <summary>
/// The minimal sets of assumptions under which a property holds, and the maximal ones under which it does not, over all
/// sets of the assumptions that a family declares.
/// </summary>
/// <remarks>
/// The map of sets is filled as in MARCO (Liffiton, Previti, Malik, Marques-Silva 2016): the largest open set is decided; a
/// proof is made smaller, a violation is looked for in larger sets. What a decision says about other sets is taken over only
/// where it is evident: a violation where its run replays, a proof where the other model is a restriction of the proved one.
/// So no set is judged by the belief that assumptions only remove behaviour.
/// </remarks>
public sealed class AssumptionCores
{
    /// <summary>The maximum number of assumptions, because there is a model for each set.</summary>
    public const int Most = 12;

    private readonly ImmutableArray<Assumption> all;
    private readonly AssumptionSets sets;
    private readonly Questions questions;
    private readonly Answer?[] answers;
    private readonly int[] decidedBy;
    private readonly bool[] isRefused;

    private AssumptionCores(AssumptionSets sets, Questions questions)
    {
        (this.sets, this.questions, all) = (sets, questions, sets.All);
        answers = new Answer?[1 << all.Length];
        decidedBy = new int[answers.Length];
        isRefused = [.. Enumerable.Range(0, answers.Length).Select(set => sets.ModelOf(set) is null)];
    }

    /// <summary>The assumptions, in the order of their declaration.</summary>
    public ImmutableArray<Assumption> All => all;

    /// <summary>The minimal sets with a proof.</summary>
    public ImmutableArray<AssumptionSet> Holding { get; private set; } = [];

    /// <summary>The maximal sets with a violation, each with a shortest one.</summary>
    public ImmutableArray<AssumptionSet> Failing { get; private set; } = [];

    /// <summary>Sets that no decision covers, because a budget ended it.</summary>
    public ImmutableArray<AssumptionSet> Open { get; private set; } = [];

    /// <summary>
    /// Sets with a violation that contain a set with a proof. There are none where assumptions only remove behaviour and
    /// the property is about states; a run that has to end may need a step that an assumption removes.
    /// </summary>
    public ImmutableArray<AssumptionSet> Exceptions { get; private set; } = [];

    /// <summary>The assumptions that change no model of the map.</summary>
    public ImmutableArray<Assumption> Idle { get; private set; } = [];

    /// <summary>The models of the sets.</summary>
    internal AssumptionSets Models => sets;

    /// <summary>The decisions that were made for the map.</summary>
    public int Decisions { get; private set; }

    /// <summary>The sets of the map whose models the family offers.</summary>
    public int Sets => isRefused.Count(refused => !refused);

    /// <summary>Finds the sets for the property of an instance.</summary>
    /// <param name="family">The family.</param>
    /// <param name="choices">The choices; their own assumptions do not matter.</param>
    /// <param name="property">The name of the property.</param>
    /// <param name="questions">Decides properties.</param>
    /// <returns>Null if the family declares no assumption, or more than <see cref="Most"/>.</returns>
    public static AssumptionCores? Of(ModelFamily family, Choices choices, string property, Questions questions)
    {
        if (family.Assumptions.IsEmpty || family.Assumptions.Length > Most)
        {
            return null;
        }

        var cores = new AssumptionCores(new AssumptionSets(family, choices, property), questions);
        var before = questions.Asked;
        cores.Fill();
        cores.Collect();
        cores.Decisions = questions.Asked - before;
        return cores;
    }

    /// <summary>The number of minimal sets that contain an assumption.</summary>
    public int Needing(Assumption assumption) => Holding.Count(set => set.Assumptions.Contains(assumption));

    private void Fill()
    {
        var bySize = Enumerable.Range(0, answers.Length).Where(set => !isRefused[set])
            .OrderByDescending(set => BitOperations.PopCount((uint)set)).ToList();
        foreach (var set in bySize.Where(set => answers[set] is null))
        {
            switch (Decide(set).Kind)
            {
                case AnswerKind.Proved:
                    Shrink(set);
                    break;
                case AnswerKind.Refuted:
                    Grow(set);
                    break;
            }
        }
    }

    private void Shrink(int set)
    {
        for (var i = 0; i < all.Length; i++)
        {
            var smaller = set & ~(1 << i);
            if (smaller != set && !isRefused[smaller] && Decide(smaller).Kind == AnswerKind.Proved)
            {
                set = smaller;
            }
        }
    }

    private void Grow(int set)
    {
        for (var i = 0; i < all.Length; i++)
        {
            var larger = set | (1 << i);
            if (larger != set && !isRefused[larger] && Decide(larger).Kind == AnswerKind.Refuted)
            {
                set = larger;
            }
        }
    }

    private Answer Decide(int set)
    {
        if (answers[set] is { } known)
        {
            return known;
        }

        var answer = Ask(set);
        for (var other = 0; other < answers.Length; other++)
        {
            if (answers[other] is null && !isRefused[other])
            {
                (answers[other], decidedBy[other]) = (Covers(answer, set, other), set);
            }
        }

        return answer;
    }

    private Answer Ask(int set)
    {
        decidedBy[set] = set;
        return answers[set] = questions.Decide(sets.ModelOf(set)!, sets.PropertyOf(set));
    }

    // The answer for another set, if it follows from the answer for one.
    private Answer? Covers(Answer answer, int set, int other) => answer.Kind switch
    {
        _ when sets.ModelOf(set)!.Identity == sets.ModelOf(other)!.Identity => answer,
        AnswerKind.Proved when (set & other) == set && sets.IsAboutStates && sets.IsRestriction(other, of: set) => answer,
        AnswerKind.Refuted when answer.Trace is { } trace && sets.Replay(trace, other) is { } run => answer with { Trace = run },
        _ => null,
    };

    private void Collect()
    {
        int[] Of(AnswerKind kind) => [.. Enumerable.Range(0, answers.Length).Where(set => answers[set]?.Kind == kind)];
        Idle = [.. all.Where((_, i) => Enumerable.Range(0, answers.Length).All(set =>
            isRefused[set] || isRefused[set ^ (1 << i)] || sets.ModelOf(set)!.Identity == sets.ModelOf(set ^ (1 << i))!.Identity))];
        var proved = Of(AnswerKind.Proved);
        int[] failed = [.. Of(AnswerKind.Refuted), .. Of(AnswerKind.Undefined)];
        Holding = [.. proved.Where(set => !proved.Any(other => other != set && (other & set) == other)).Select(set => Told(set) with
        {
            IsOpen = Enumerable.Range(0, set).Any(other => (other & set) == other && answers[other]?.Kind == AnswerKind.Open),
        })];
        Failing = [.. failed.Where(set => !failed.Any(other => other != set && (other & set) == set)).Select(Shortest)];
        Open = [.. Of(AnswerKind.Open).Select(Told)];
        Exceptions = [.. failed.Where(set => proved.Any(other => (other & set) == other)).Select(Shortest)];
    }

    // A shortest violation of a model is a shortest one of each restriction that has it.
    private AssumptionSet Shortest(int set)
    {
        if (decidedBy[set] is var source && source != set && !sets.IsRestriction(set, of: source))
        {
            Ask(set);
        }

        return Told(set);
    }

    private AssumptionSet Told(int set) =>
        new([.. all.Where((one, i) => (set & (1 << i)) != 0 && !Idle.Contains(one))],
            sets.ChoicesOf(set & ~all.Select((one, i) => Idle.Contains(one) ? 1 << i : 0).Sum()), answers[set]!);
}

/// <summary>A set of assumptions, and what holds under it.</summary>
/// <param name="Assumptions">The assumptions; those that change nothing are left out.</param>
/// <param name="Choices">The choices with the set.</param>
/// <param name="Answer">The answer for the model of the set, or for one that decides it.</param>
public sealed record AssumptionSet(ImmutableArray<Assumption> Assumptions, Choices Choices, Answer Answer)
{
    /// <summary>True for a set with a proof of which a smaller set is not decided, so that it may not be minimal.</summary>
    public bool IsOpen { get; init; }
}
