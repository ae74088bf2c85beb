using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explicit.Compilation;
using Verify.Explicit.Disk;
using Verify.Explicit.Exploration;
using Verify.Explicit.Storage;
using Verify.Explicit.Symmetry;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Explicit.Counterexamples;

/// <summary>
/// Finds, among all shortest runs to what was met, one with the fewest switches between actors; among those the first
/// in the order of rules and arguments. It depends on the model alone, not on threads.
/// </summary>
/// <remarks>
/// The search keeps no parents. Its levels are made once more and walked backwards: a state of a level stays if a step
/// leads from it to one that stays in the next. What remains are exactly the shortest runs; over them the cheapest way
/// to the end is summed up from the end. Neither steps nor who takes them are kept: they are made again along the way.
/// Under symmetry a level holds one state of each orbit; the permutations along the way are undone when the run is told,
/// so that an identity keeps its name.
/// </remarks>
internal sealed unsafe class TraceFinder
{
    private readonly CompiledModel model;
    private readonly ImmutableArray<ExpandState> expand;
    private readonly Interpreter interpreter;
    private readonly ulong[] successors;
    private readonly int[] rules;
    private readonly ulong[] scratch;
    private readonly long[] counts;
    private readonly StepActors actors;
    private readonly ActorSets sets = new();
    private readonly Canonicalizer? canonicalizer;
    private readonly ulong[]? end;
    private CancellationToken over;

    /// <summary>Makes ready.</summary>
    /// <param name="model">The model.</param>
    /// <param name="end">The words of the state to find a way to; null for what was asked for.</param>
    public TraceFinder(CompiledModel model, ulong[]? end = null)
    {
        (this.model, this.end) = (model, end);
        canonicalizer = model.Symmetry is null ? null : new Canonicalizer(model.Symmetry);
        expand = model.ExpandWithRules();
        interpreter = new Interpreter(model.Model);
        successors = GC.AllocateUninitializedArray<ulong>(model.MaxSuccessors * model.Layout.WordCount, pinned: true);
        rules = GC.AllocateUninitializedArray<int>(model.MaxSuccessors, pinned: true);
        counts = GC.AllocateArray<long>(model.Model.Rules.Length, pinned: true);
        scratch = GC.AllocateUninitializedArray<ulong>(Frontier.BlockStates * model.Layout.WordCount);
        actors = new StepActors(model, interpreter);
    }

    /// <summary>A trace of a length to a state where what was asked for is met.</summary>
    /// <param name="length">Steps to where it is met.</param>
    /// <param name="run">The circumstances of the search that met it.</param>
    /// <param name="tuning">Sizes.</param>
    /// <param name="time">How long it may take.</param>
    /// <param name="lostTo">Why there is none: the time is over, or the levels do not fit on the disk either.</param>
    public Trace? Find(int length, EngineOptions run, StorageTuning tuning, TraceDeadline time, out string? lostTo)
    {
        over = time.Over;
        var unlimited = run with { Budget = Engines.Budget.Unlimited, Progress = null, Cancellation = over };
        using var search = new Search(model, unlimited, tuning);
        var last = EndsInLastLevel ? length : Math.Max(0, length - 1);
        var result = search.Execute(keepLevels: true, lastLevel: last);
        var levels = result.Levels;
        if (levels.Count <= last)
        {
            lostTo = result.End == SearchEnd.Cancelled ? time.Cause : result.Cause;
            return null;
        }

        lostTo = null;
        try
        {
            return Walk(RunsOf(levels, length));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            lostTo = time.Cause;
            return null;
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            lostTo = DiskFailure.CauseOf(e);
            return null;
        }
    }

    // What is looked for shows when a state is expanded, or is a state of that level and not what steps lead to.
    private bool EndsInLastLevel => model.AsksForDeadlock || end is not null;

    private ShortestPathLevel[] RunsOf(IReadOnlyList<Frontier> levels, int length)
    {
        var runs = new ShortestPathLevel[length + 1];
        runs[length] = Ends(levels, length);
        for (var depth = length - 1; depth >= 0; depth--)
        {
            runs[depth] = Before(levels[depth], runs[depth + 1]);
        }

        return runs;
    }

    private ShortestPathLevel Ends(IReadOnlyList<Frontier> levels, int length)
    {
        var ends = new ShortestPathLevel(model.Layout.WordCount, sets);
        void AddIfMet(ulong* state)
        {
            var met = end is not null ? new ReadOnlySpan<ulong>(state, end.Length).SequenceEqual(end)
                : model.AsksForDeadlock ? Successors(state) == 0 && !model.Check(state).HasQuestion
                : model.Check(state).HasQuestion;
            if (met && ends.Find(state) < 0)
            {
                ends.Add(state, 0, ActorSets.All);
            }
        }

        if (EndsInLastLevel || length == 0)
        {
            ForEach(levels[length], AddIfMet);
            return ends;
        }

        // The last level itself was not kept: it is what the one before leads to.
        ForEach(levels[length - 1], state => ForEachStep(state, (_, end) => AddIfMet(end)));
        return ends;
    }

    private ShortestPathLevel Before(Frontier level, ShortestPathLevel after)
    {
        var before = new ShortestPathLevel(model.Layout.WordCount, sets);
        var (least, first) = (int.MaxValue, ActorSets.None);
        ulong* from = null;
        void Look(int rule, ulong* to)
        {
            var place = after.Find(to);
            if (place < 0)
            {
                return;
            }

            var actor = actors.Of(rule, from);
            var cost = after.Switches(place, actors.Under(actor, PermutationFor(actor)));
            if (cost < least)
            {
                (least, first) = (cost, ActorSets.None);
            }

            if (cost == least)
            {
                first = sets.With(first, actor);
            }
        }

        ForEach(level, state =>
        {
            from = state;
            (least, first) = (int.MaxValue, ActorSets.None);
            ForEachStep(state, Look);
            if (first != ActorSets.None)
            {
                before.Add(state, least, first);
            }
        });
        return before;
    }

    private Trace Walk(ShortestPathLevel[] runs)
    {
        var words = runs[0].Best();
        var (initial, names) = StartOf(words);
        var steps = new List<Step>();
        int? previous = null;
        for (var depth = 0; depth + 1 < runs.Length; depth++)
        {
            var way = WaysOn(words, runs[depth + 1])
                .OrderBy(way => (previous is null || previous == way.Actor ? 0 : 1) + way.Cost)
                .ThenBy(way => way.Rule)
                .First();
            var lowered = model.Lowered.Rules[way.Rule];
            steps.Add(new Step(lowered.Rule, [.. model.Lowered.ArgumentsOf(lowered).Select(value => Renamed(value, names))]));
            (words, previous) = (way.To, actors.Under(way.Actor, way.Permutation));
            names = Undo(way.Permutation, names);
        }

        return Trace.Along(interpreter, initial, steps);
    }

    /// <summary>A step along a shortest run; under symmetry, with what it makes of the identities.</summary>
    /// <param name="Rule">The lowered rule.</param>
    /// <param name="Actor">Who takes it.</param>
    /// <param name="Permutation">What becomes of the identities.</param>
    /// <param name="To">The words of the state it leads to.</param>
    /// <param name="Cost">The fewest switches from here to the end, this step's own beginning not counted.</param>
    private sealed record Edge(int Rule, int Actor, int[][]? Permutation, ulong[] To, int Cost);

    private List<Edge> WaysOn(ulong[] words, ShortestPathLevel after)
    {
        var ways = new List<Edge>();
        fixed (ulong* state = words)
        {
            var from = state;
            ForEachStep(from, (rule, to) =>
            {
                var place = after.Find(to);
                if (place >= 0)
                {
                    var (actor, permutation) = (actors.Of(rule, from), canonicalizer?.Permutation());
                    ways.Add(new Edge(rule, actor, permutation, new ReadOnlySpan<ulong>(to, words.Length).ToArray(),
                        after.Switches(place, actors.Under(actor, permutation))));
                }
            });
        }

        return ways;
    }

    // An initial state that the first one of a run stands for, and what its identities are called in it.
    private (State Initial, int[][]? Names) StartOf(ulong[] start)
    {
        foreach (var state in interpreter.InitialStates())
        {
            var words = model.Layout.Pack(state);
            var permutation = Canonical(words);
            if (words.AsSpan().SequenceEqual(start))
            {
                return (state, Undo(permutation, null));
            }
        }

        throw new System.Diagnostics.UnreachableException("a run does not begin with an initial state");
    }

    // Replaces a state by the one that stands for it; null without symmetry.
    private int[][]? Canonical(ulong[] words)
    {
        if (canonicalizer is null)
        {
            return null;
        }

        fixed (ulong* state = words)
        {
            canonicalizer.Apply(state);
        }

        return canonicalizer.Permutation();
    }

    // What the members after a permutation are called, given what those before it are called.
    private static int[][]? Undo(int[][]? permutation, int[][]? names)
    {
        if (permutation is null)
        {
            return null;
        }

        var result = permutation.Select(set => new int[set.Length]).ToArray();
        for (var set = 0; set < permutation.Length; set++)
        {
            for (var member = 0; member < permutation[set].Length; member++)
            {
                result[set][permutation[set][member]] = names is null ? member : names[set][member];
            }
        }

        return result;
    }

    private Value Renamed(Value value, int[][]? names)
    {
        if (names is null)
        {
            return value;
        }

        if (value.Sort is Modelling.Sort.Optional)
        {
            return value.Number == 0 ? value : Value.Some(value.Sort, Renamed(value.Items[0], names));
        }

        var set = actors.SetOf(value.Sort);
        return set < 0 ? value : Value.Scalar(value.Sort, names[set][value.Number]);
    }

    // Only where it matters: it is not free.
    private int[][]? PermutationFor(int actor) =>
        canonicalizer is not null && actors.IsRenamed(actor) ? canonicalizer.Permutation() : null;

    private delegate void Visit(ulong* state);

    private delegate void VisitStep(int rule, ulong* to);

    // To states that stand for their orbits; the permutation of the last one can be asked for.
    private void ForEachStep(ulong* state, VisitStep visit)
    {
        var made = Successors(state);
        fixed (ulong* next = successors)
        {
            for (var i = 0; i < made; i++)
            {
                var to = next + ((long)i * model.Layout.WordCount);
                canonicalizer?.Apply(to);
                visit(rules[i], to);
            }
        }
    }

    private void ForEach(Frontier level, Visit visit)
    {
        for (var block = 0; block < level.BlockCount; block++)
        {
            var count = level.StatesIn(block);
            fixed (ulong* words = &level.Words(block, 0, count, scratch, out var at)[at])
            {
                for (var i = 0; i < count; i++)
                {
                    over.ThrowIfCancellationRequested();
                    visit(words + ((long)i * model.Layout.WordCount));
                }
            }
        }
    }

    private int Successors(ulong* state)
    {
        var made = 0;
        fixed (ulong* into = successors)
        fixed (int* which = rules)
        fixed (long* fired = counts)
        {
            foreach (var method in expand)
            {
                var more = method(state, into + ((long)made * model.Layout.WordCount), fired, which + made);
                made += Math.Max(0, more);
            }
        }

        return made;
    }
}
