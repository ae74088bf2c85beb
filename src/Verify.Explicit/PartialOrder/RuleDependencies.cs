using System.Collections.Immutable;
using Verify.Explicit.Compilation;
using Verify.Explicit.Packing;
using Verify.Explicit.Symmetry;
using Verify.Lowering;

namespace Verify.Explicit.PartialOrder;

/// <summary>The static dependencies between the lowered rules of a model, computed before the search.</summary>
internal sealed class RuleDependencies
{
    private readonly List<Term> conditions = [];
    private readonly Dictionary<Term, int> conditionNumbers = [];

    /// <summary>Computes the dependencies.</summary>
    /// <param name="lowered">The rules.</param>
    /// <param name="layout">The layout of the leaves.</param>
    /// <param name="goals">The goals: goal i holds in a state if bit i of the check is 1.</param>
    /// <param name="mustHold">A condition that must be preserved: the goals are defined.</param>
    /// <param name="symmetry">The symmetry that the search uses as well; null for none.</param>
    public RuleDependencies(
        LoweredModel lowered, StateLayout layout, IReadOnlyList<Term> goals, IReadOnlyList<Term> mustHold, SymmetryGroup? symmetry)
    {
        RuleEffect[] steps = [.. lowered.Rules.Select(rule => new RuleEffect(lowered, rule))];
        Count = steps.Length;
        WordCount = Math.Max(1, (Count + 63) / 64);
        var readers = SetsByLeaf(lowered, steps, (step, leaf) => step.Reads.Contains(leaf));
        var writers = SetsByLeaf(lowered, steps, (step, leaf) => step.CanWrite(leaf));
        var givers = Givers(steps);
        Dependent = [.. steps.Select(step => DependentOn(step, readers, writers, givers))];
        Conditions = [.. steps.Select(step => step.Conditions.Select(NumberOf).ToArray())];
        Enabling = [.. conditions.Select(condition => Union(steps, step => new RuleVisibility(step).CanEnd(condition, isTrue: false)))];
        Unsettling = [.. lowered.Rules.Select(rule => rule.IsGuardDefined.IsTrue
            ? null
            : Union(steps, step => Term.LeavesOf(rule.IsGuardDefined).Any(step.CanWrite)))];
        LoweredPredicate Total(Term term) => new(term, lowered.Pool.True, DependsOnOrder: false);
        Check = [.. conditions.Chunk(PredicateBits.MaxCount).Select(some => TransitionCompiler.Compile([.. some.Select(Total)], layout))];
        VisibleTo = [.. steps.Select(step => Sees(step, goals, mustHold))];
        var offsets = symmetry?.Leaves.Where(leaf => leaf.Set >= 0).ToDictionary(leaf => leaf.Leaf, leaf => leaf.Offset) ?? [];
        IsForward = [.. ProgressRanking.Forward(lowered.Shape, steps,
            Enumerable.Range(0, Count).Where(i => !VisibleTo[i].Overlaps(PredicateBits.Question | PredicateBits.Undefined)),
            (leaf, code) => offsets.TryGetValue(leaf, out var offset) ? Math.Min(code, offset) : code)];
        RuleOf = [.. lowered.Rules.Select(rule => rule.Rule)];
    }

    /// <summary>The number of steps.</summary>
    public int Count { get; }

    /// <summary>The number of words in a set of steps.</summary>
    public int WordCount { get; }

    /// <summary>
    /// For each step, the steps that it does not commute with, or where one of the two can enable or disable the other.
    /// </summary>
    public ImmutableArray<ulong[]> Dependent { get; }

    /// <summary>For each step, the indices of the conditions in its guard.</summary>
    public ImmutableArray<int[]> Conditions { get; }

    /// <summary>For each condition, the steps that can make it true.</summary>
    public ImmutableArray<ulong[]> Enabling { get; }

    /// <summary>For each step, the steps that can make its guard undefined; null if there are none.</summary>
    public ImmutableArray<ulong[]?> Unsettling { get; }

    /// <summary>Evaluates the conditions; each method evaluates as many as a set of predicates can hold.</summary>
    public ImmutableArray<CheckState> Check { get; }

    /// <summary>
    /// For each step, the goals that it can make false, and a flag if it can make one of them undefined.
    /// </summary>
    public ImmutableArray<PredicateBits> VisibleTo { get; }

    /// <summary>For each step, true if it is a forward step.</summary>
    public ImmutableArray<bool> IsForward { get; }

    /// <summary>For each step, the rule of the model.</summary>
    public ImmutableArray<int> RuleOf { get; }

    private static PredicateBits Sees(RuleEffect step, IReadOnlyList<Term> goals, IReadOnlyList<Term> mustHold)
    {
        var sight = new RuleVisibility(step);
        var seen = mustHold.Any(term => sight.CanEnd(term, isTrue: false)) ? PredicateBits.Undefined : default;
        for (var i = 0; i < goals.Count; i++)
        {
            seen |= sight.CanEnd(goals[i], isTrue: true) ? PredicateBits.Only(i) : default;
        }

        return seen;
    }

    private int NumberOf(Term condition)
    {
        if (!conditionNumbers.TryGetValue(condition, out var number))
        {
            conditionNumbers[condition] = number = conditions.Count;
            conditions.Add(condition);
        }

        return number;
    }

    private ulong[] Union(RuleEffect[] steps, Func<RuleEffect, bool> isIn)
    {
        var set = new ulong[WordCount];
        for (var i = 0; i < steps.Length; i++)
        {
            set[i / 64] |= isIn(steps[i]) ? 1UL << (i % 64) : 0;
        }

        return set;
    }

    private ulong[][] SetsByLeaf(LoweredModel lowered, RuleEffect[] steps, Func<RuleEffect, int, bool> isIn) =>
        [.. lowered.Shape.Leaves.Select(leaf => Union(steps, step => isIn(step, leaf.Index)))];

    // The steps that, if they change a leaf, always give it the same code.
    private Dictionary<(int Leaf, int Code), ulong[]> Givers(RuleEffect[] steps)
    {
        var givers = new Dictionary<(int Leaf, int Code), ulong[]>();
        for (var i = 0; i < steps.Length; i++)
        {
            foreach (var leaf in steps[i].Writes)
            {
                if (steps[i].OnlyCode(leaf) is { } code)
                {
                    givers.TryAdd((leaf, code), new ulong[WordCount]);
                    givers[(leaf, code)][i / 64] |= 1UL << (i % 64);
                }
            }
        }

        return givers;
    }

    private ulong[] DependentOn(
        RuleEffect step, ulong[][] readers, ulong[][] writers, Dictionary<(int Leaf, int Code), ulong[]> givers)
    {
        var set = new ulong[WordCount];
        void Add(ulong[] others, ulong[]? without = null)
        {
            for (var word = 0; word < set.Length; word++)
            {
                set[word] |= others[word] & ~(without?[word] ?? 0);
            }
        }

        foreach (var leaf in step.Reads)
        {
            Add(writers[leaf]);
        }

        foreach (var leaf in step.Writes)
        {
            Add(readers[leaf]);
            // Two steps that give a leaf the same code commute on it.
            Add(writers[leaf], step.OnlyCode(leaf) is { } code ? givers[(leaf, code)] : null);
        }

        return set;
    }
}
