using System.Collections.Immutable;
using Verify.Explicit.Compilation;
using Verify.Explicit.Exploration;
using Verify.Explicit.Packing;
using Verify.Explicit.Storage;
using Verify.Semantics;

namespace Verify.Scheduling;

/// <summary>How a run ended.</summary>
internal enum RunOutcome
{
    /// <summary>After as many steps as it may have, or where it may rest.</summary>
    Over,

    /// <summary>In a state that is looked for.</summary>
    Met,

    /// <summary>In a state where something is undefined.</summary>
    Undefined,
}

/// <summary>Runs of a compiled model, one after the other, whose steps somebody else chooses; and what all of them came by.</summary>
internal sealed unsafe class ModelRun
{
    private readonly CompiledModel model;
    private readonly int wordCount;
    private readonly SeenSet? seen;
    private readonly ImmutableArray<ExpandState> expand;
    private readonly ulong[] state;
    private readonly ulong[] successors;
    private readonly int[] rules;
    private readonly long[] enabled;
    private readonly int?[] witnessDepths;
    private int made;
    private int depth;
    private int last;

    /// <summary>Makes ready.</summary>
    /// <param name="model">The model.</param>
    /// <param name="seen">Where states are counted; null if they are not.</param>
    public ModelRun(CompiledModel model, SeenSet? seen)
    {
        (this.model, this.seen, wordCount) = (model, seen, model.Layout.WordCount);
        expand = model.ExpandWithRules();
        state = GC.AllocateArray<ulong>(wordCount, pinned: true);
        successors = GC.AllocateUninitializedArray<ulong>(model.MaxSuccessors * wordCount, pinned: true);
        rules = GC.AllocateUninitializedArray<int>(model.MaxSuccessors, pinned: true);
        var count = model.Model.Rules.Length;
        enabled = GC.AllocateArray<long>(count, pinned: true);
        (RuleCounts, Pairs) = (new long[count], new bool[count * count]);
        witnessDepths = new int?[model.Witnesses.Length];
    }

    /// <summary>Steps taken in all runs.</summary>
    public long Steps { get; private set; }

    /// <summary>States that were new when this stepper came to them.</summary>
    public long Found { get; private set; }

    /// <summary>The length of the longest run.</summary>
    public int Longest { get; private set; }

    /// <summary>How often each rule was taken.</summary>
    public long[] RuleCounts { get; }

    /// <summary>Which rule was taken right after which: the earlier one times the number of rules, and the later one.</summary>
    public bool[] Pairs { get; }

    /// <summary>After how many steps of a run each witness was met; the fewest.</summary>
    public IReadOnlyList<int?> WitnessDepths => witnessDepths;

    /// <summary>The state that the run is in.</summary>
    public State State => model.Layout.Unpack(state);

    /// <summary>A hash of it.</summary>
    public ulong Hash
    {
        get
        {
            fixed (ulong* at = state)
            {
                return StateHash.Of(at, wordCount);
            }
        }
    }

    /// <summary>For each successor the lowered rule that makes it, once <see cref="Expand"/> was asked.</summary>
    public ReadOnlySpan<int> Rules => rules.AsSpan(0, made);

    /// <summary>Begins a run in an initial state.</summary>
    public void Begin(ulong[] start)
    {
        start.CopyTo(state, 0);
        (made, depth, last) = (0, 0, -1);
    }

    /// <summary>Looks at the state: <c>Over</c> when there is nothing to see.</summary>
    public RunOutcome Look()
    {
        fixed (ulong* at = state)
        {
            if (seen is not null && seen.Insert(at, StateHash.Of(at, wordCount)))
            {
                Found++;
            }

            var predicates = model.Check(at);
            if (predicates.IsUndefined)
            {
                return RunOutcome.Undefined;
            }

            for (var i = 0; i < witnessDepths.Length; i++)
            {
                if (predicates.HasWitness(i) && !(witnessDepths[i] <= depth))
                {
                    witnessDepths[i] = depth;
                }
            }

            return model.EndsWhenMet && predicates.HasQuestion ? RunOutcome.Met : RunOutcome.Over;
        }
    }

    /// <summary>Makes the successors.</summary>
    /// <returns>False if one of them is undefined.</returns>
    public bool Expand()
    {
        fixed (ulong* at = state, next = successors)
        fixed (int* by = rules)
        fixed (long* counts = enabled)
        {
            made = 0;
            foreach (var method in expand)
            {
                var more = method(at, next + ((long)made * wordCount), counts, by + made);
                if (more < 0)
                {
                    return false;
                }

                made += more;
            }

            return true;
        }
    }

    /// <summary>What is to be said of a state that has no successor.</summary>
    public RunOutcome Rest()
    {
        fixed (ulong* at = state)
        {
            return made == 0 && model.AsksForDeadlock && !model.Check(at).HasQuestion ? RunOutcome.Met : RunOutcome.Over;
        }
    }

    /// <summary>Goes to one of the successors.</summary>
    public void Take(int choice)
    {
        successors.AsSpan(choice * wordCount, wordCount).CopyTo(state);
        var rule = model.Lowered.Rules[rules[choice]].Rule;
        RuleCounts[rule]++;
        if (last >= 0)
        {
            Pairs[(last * RuleCounts.Length) + rule] = true;
        }

        (last, made) = (rule, 0);
        Steps++;
        depth++;
        Longest = Math.Max(Longest, depth);
    }
}
