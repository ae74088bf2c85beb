using System.Collections.Immutable;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Explicit;

/// <summary>How a walk ended.</summary>
internal enum WalkEnd
{
    /// <summary>After as many steps as it may have, or where it may rest.</summary>
    Over,

    /// <summary>In a state that is looked for.</summary>
    Met,

    /// <summary>In a state where something is undefined.</summary>
    Undefined,
}

/// <summary>Walks of one thread: from an initial state, each time to any of the successors, all as likely.</summary>
/// <remarks>A walk depends on the seed and its own number alone, not on those before it or on who walks it.</remarks>
internal sealed unsafe class RandomWalk
{
    private readonly CompiledModel model;
    private readonly int wordCount;
    private readonly IReadOnlyList<ulong[]> starts;
    private readonly ulong seed;
    private readonly int mostSteps;
    private readonly SeenSet? seen;
    private readonly ImmutableArray<ExpandState> expand;
    private readonly ulong[] state;
    private readonly ulong[] successors;
    private readonly int[] rules;
    private readonly long[] counts;
    private readonly int?[] witnessDepths;

    /// <summary>Makes ready to walk.</summary>
    /// <param name="model">The model.</param>
    /// <param name="starts">Its initial states.</param>
    /// <param name="seed">What choices start from.</param>
    /// <param name="mostSteps">The length of the longest walk.</param>
    /// <param name="seen">Where states are counted; null if they are not.</param>
    public RandomWalk(CompiledModel model, IReadOnlyList<ulong[]> starts, ulong seed, int mostSteps, SeenSet? seen)
    {
        (this.model, this.starts, this.seed, this.mostSteps, this.seen) = (model, starts, seed, mostSteps, seen);
        wordCount = model.Layout.WordCount;
        expand = model.ExpandWithRules();
        state = GC.AllocateArray<ulong>(wordCount, pinned: true);
        successors = GC.AllocateUninitializedArray<ulong>(model.MostSuccessors * wordCount, pinned: true);
        rules = GC.AllocateUninitializedArray<int>(model.MostSuccessors, pinned: true);
        counts = GC.AllocateArray<long>(model.Model.Rules.Length, pinned: true);
        RuleCounts = new long[counts.Length];
        witnessDepths = new int?[model.Witnesses.Length];
    }

    /// <summary>Steps taken in all walks.</summary>
    public long Steps { get; private set; }

    /// <summary>States that were new when this thread came to them.</summary>
    public long Found { get; private set; }

    /// <summary>The length of the longest walk.</summary>
    public int Longest { get; private set; }

    /// <summary>How often each rule was taken.</summary>
    public long[] RuleCounts { get; }

    /// <summary>After how many steps of a walk each witness was met; the fewest.</summary>
    public IReadOnlyList<int?> WitnessDepths => witnessDepths;

    /// <summary>The state that the last walk ended in.</summary>
    public State Last => model.Layout.Unpack(state);

    /// <summary>Walks.</summary>
    public WalkEnd Walk(long number) => Walk(number, null, mostSteps);

    /// <summary>Walks again, and tells the steps.</summary>
    public Trace Tell(long number)
    {
        var choices = new List<int>();
        Walk(number, choices, mostSteps);
        var interpreter = new Interpreter(model.Model);
        var first = starts[StartOf(new Prng(SeedOf(number)))];
        var initial = interpreter.InitialStates().First(s => model.Layout.Pack(s).AsSpan().SequenceEqual(first));
        return Trace.Along(interpreter, initial, choices.Select(choice =>
            new Step(model.Lowered.Rules[choice].Rule, model.Lowered.ArgumentsOf(model.Lowered.Rules[choice]))));
    }

    /// <summary>Looks at an initial state as a walk of no step does.</summary>
    public WalkEnd LookAt(int start)
    {
        starts[start].CopyTo(state, 0);
        return Walk(new Prng(0), null, 0);
    }

    private WalkEnd Walk(long number, List<int>? told, int most)
    {
        var random = new Prng(SeedOf(number));
        starts[StartOf(random)].CopyTo(state, 0);
        return Walk(random, told, most);
    }

    private WalkEnd Walk(Prng random, List<int>? told, int most)
    {
        fixed (ulong* at = state, next = successors)
        fixed (int* by = rules)
        fixed (long* fired = counts)
        {
            for (var step = 0; ; step++)
            {
                var met = Look(at, step);
                if (met != WalkEnd.Over)
                {
                    return met;
                }

                var made = 0;
                foreach (var method in expand)
                {
                    var more = method(at, next + ((long)made * wordCount), fired, by + made);
                    if (more < 0)
                    {
                        return WalkEnd.Undefined;
                    }

                    made += more;
                }

                if (made == 0 || step == most)
                {
                    var isStuck = made == 0 && model.AsksForDeadlock && (model.Check(at) & 1) == 0;
                    return isStuck ? WalkEnd.Met : WalkEnd.Over;
                }

                var choice = random.Below(made);
                new ReadOnlySpan<ulong>(next + ((long)choice * wordCount), wordCount).CopyTo(state);
                told?.Add(by[choice]);
                RuleCounts[model.Lowered.Rules[by[choice]].Rule]++;
                Steps++;
                Longest = Math.Max(Longest, step + 1);
            }
        }
    }

    private WalkEnd Look(ulong* at, int step)
    {
        if (seen is not null && seen.Insert(at, SeenSet.Hash(at, wordCount)))
        {
            Found++;
        }

        var bits = model.Check(at);
        if ((bits & TransitionCompiler.Undefined) != 0)
        {
            return WalkEnd.Undefined;
        }

        for (var i = 0; i < witnessDepths.Length; i++)
        {
            if ((bits >> (i + 1) & 1) != 0 && !(witnessDepths[i] <= step))
            {
                witnessDepths[i] = step;
            }
        }

        return model.EndsWhenMet && (bits & 1) != 0 ? WalkEnd.Met : WalkEnd.Over;
    }

    // A number and a seed are mixed each by itself: walk 2 of seed 1 has nothing to do with walk 1 of seed 2.
    private ulong SeedOf(long number) => Fingerprint.Mix(unchecked(Fingerprint.Mix(seed) + (ulong)number));

    private int StartOf(Prng random) => random.Below(starts.Count);
}
