using System.Collections.Immutable;
using Verify.Explicit.Compilation;
using Verify.Explicit.Exploration;
using Verify.Explicit.Packing;
using Verify.Explicit.Storage;
using Verify.Semantics;

namespace Verify.Scheduling;

/// <summary>The ways in which a run ends.</summary>
internal enum RunOutcome
{
    /// <summary>The run has used its steps, or it is in a state where the model may rest.</summary>
    Over,

    /// <summary>The run is in a state that decides the property.</summary>
    Found,

    /// <summary>The run is in a state where a rule or a predicate is undefined.</summary>
    Undefined,
}

/// <summary>
/// Executes runs of a compiled model one after the other; the caller selects the steps. It collects statistics about
/// all of them.
/// </summary>
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

    /// <summary>Prepares the runs of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="seen">The set that counts states; null to count none.</param>
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

    /// <summary>The number of steps in all runs.</summary>
    public long Steps { get; private set; }

    /// <summary>The number of states that were new when this object reached them.</summary>
    public long Found { get; private set; }

    /// <summary>The length of the longest run.</summary>
    public int Longest { get; private set; }

    /// <summary>The number of times each rule was taken.</summary>
    public long[] RuleCounts { get; }

    /// <summary>
    /// The pairs of rules that were taken one directly after the other, indexed by the earlier rule times the number of
    /// rules plus the later one.
    /// </summary>
    public bool[] Pairs { get; }

    /// <summary>The minimum number of steps to each witness; null if it was not reached.</summary>
    public IReadOnlyList<int?> WitnessDepths => witnessDepths;

    /// <summary>The current state.</summary>
    public State State => model.Layout.Unpack(state);

    /// <summary>A hash of the current state.</summary>
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

    /// <summary>The lowered rule of each successor; valid after <see cref="Expand"/>.</summary>
    public ReadOnlySpan<int> Rules => rules.AsSpan(0, made);

    /// <summary>Starts a run in an initial state.</summary>
    public void Begin(ulong[] start)
    {
        start.CopyTo(state, 0);
        (made, depth, last) = (0, 0, -1);
    }

    /// <summary>Checks the current state; <c>Over</c> if it neither decides the property nor is undefined.</summary>
    public RunOutcome Check()
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

            return model.StopsAtQuestion && predicates.HasQuestion ? RunOutcome.Found : RunOutcome.Over;
        }
    }

    /// <summary>Computes the successors.</summary>
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

    /// <summary>The outcome in a state without successors.</summary>
    public RunOutcome CheckEnd()
    {
        fixed (ulong* at = state)
        {
            return made == 0 && model.AsksForDeadlock && !model.Check(at).HasQuestion ? RunOutcome.Found : RunOutcome.Over;
        }
    }

    /// <summary>Moves to one of the successors.</summary>
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
