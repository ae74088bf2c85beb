using System.Collections.Immutable;
using Verify.Explicit.Compilation;
using Verify.Explicit.Packing;
using Verify.Explicit.Symmetry;
using Verify.Lowering;

namespace Verify.Explicit.PartialOrder;

/// <summary>What is known of the steps of a model before any state is seen: which can be put off for which.</summary>
internal sealed class RuleDependencies
{
    private readonly List<Term> conditions = [];
    private readonly Dictionary<Term, int> conditionNumbers = [];

    /// <summary>Finds out.</summary>
    /// <param name="lowered">The steps.</param>
    /// <param name="layout">Where leaves are.</param>
    /// <param name="goals">What is looked for: goal i holds in a state where bit i of the check is 1.</param>
    /// <param name="mustHold">What must never end to be false: that the goals are defined.</param>
    /// <param name="symmetry">The symmetry that the search is reduced by as well.</param>
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

    /// <summary>The words of a set of steps.</summary>
    public int WordCount { get; }

    /// <summary>For each step, those that it does not commute with or that one of the two can enable or disable.</summary>
    public ImmutableArray<ulong[]> Dependent { get; }

    /// <summary>For each step, the conditions of its guard.</summary>
    public ImmutableArray<int[]> Conditions { get; }

    /// <summary>For each condition, the steps that can make it true.</summary>
    public ImmutableArray<ulong[]> Enabling { get; }

    /// <summary>For each step, those that can make its guard undefined; null where nothing can.</summary>
    public ImmutableArray<ulong[]?> Unsettling { get; }

    /// <summary>Which conditions hold; as many a method as a set of predicates holds.</summary>
    public ImmutableArray<CheckState> Check { get; }

    /// <summary>For each step, the goals that it can end, and whether it can make one of them undefined.</summary>
    public ImmutableArray<PredicateBits> VisibleTo { get; }

    /// <summary>Whether a step goes forward.</summary>
    public ImmutableArray<bool> IsForward { get; }

    /// <summary>The rule of the model that a step is of.</summary>
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

    // The steps that give a leaf one and the same code if they change it.
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
            // Two steps that give a leaf the same code do so in either order.
            Add(writers[leaf], step.OnlyCode(leaf) is { } code ? givers[(leaf, code)] : null);
        }

        return set;
    }
}
