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
/// Finds a shortest run to a target state with the fewest switches between actors. Of several it takes the first in the
/// order of rules and arguments. The result depends on the model alone, not on threads.
/// </summary>
/// <remarks>
/// The search stores no predecessors. The finder recomputes the levels and walks them backwards: a state stays if a
/// step leads from it to a state that stays in the next level. The states that remain are those on shortest runs; the
/// finder then computes the cost to the end from the last level to the first. It recomputes steps and actors instead of
/// storing them. Under symmetry a level holds one state of each orbit, and the finder undoes the permutations along the
/// run, so that an identity keeps its name.
/// </remarks>
internal sealed unsafe class TraceFinder
{
    private readonly CompiledModel model;
    private readonly ImmutableArray<ExpandState> expand;
    private readonly Interpreter interpreter;
    private readonly ulong[] successors;
    private readonly int[] rules;
    private readonly ulong[] buffer;
    private readonly long[] counts;
    private readonly StepActors actors;
    private readonly ActorSets sets = new();
    private readonly Canonicalizer? canonicalizer;
    private readonly ulong[]? end;
    private CancellationToken over;

    /// <summary>Prepares the search for a trace.</summary>
    /// <param name="model">The model.</param>
    /// <param name="end">The words of the target state; null for any state that decides the property.</param>
    public TraceFinder(CompiledModel model, ulong[]? end = null)
    {
        (this.model, this.end) = (model, end);
        canonicalizer = model.Symmetry is null ? null : new Canonicalizer(model.Symmetry);
        expand = model.ExpandWithRules();
        interpreter = new Interpreter(model.Model);
        successors = GC.AllocateUninitializedArray<ulong>(model.MaxSuccessors * model.Layout.WordCount, pinned: true);
        rules = GC.AllocateUninitializedArray<int>(model.MaxSuccessors, pinned: true);
        counts = GC.AllocateArray<long>(model.Model.Rules.Length, pinned: true);
        buffer = GC.AllocateUninitializedArray<ulong>(Frontier.BlockStates * model.Layout.WordCount);
        actors = new StepActors(model, interpreter);
    }

    /// <summary>Finds a trace of a given length to a target state.</summary>
    /// <param name="length">The number of steps.</param>
    /// <param name="run">The options of the search that found the target.</param>
    /// <param name="tuning">Storage sizes.</param>
    /// <param name="time">The deadline.</param>
    /// <param name="lostTo">The reason if the result is null: the deadline has passed, or the levels do not fit on the
    /// disk.</param>
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

    // The target is a state of the last level itself, or shows only when that state is expanded; in other cases it is a
    // successor of the last level.
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

        // The last level itself is not stored: it consists of the successors of the level before.
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

    /// <summary>A step of a shortest run; under symmetry, with its permutation of the identities.</summary>
    /// <param name="Rule">The lowered rule.</param>
    /// <param name="Actor">The actor of the step.</param>
    /// <param name="Permutation">The image of each identity.</param>
    /// <param name="To">The words of the successor.</param>
    /// <param name="Cost">The minimum number of switches from here to the end, without a switch before this
    /// step.</param>
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

    // The initial state that the first state of a run represents, and the names of its identities.
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

        throw new System.Diagnostics.UnreachableException("a run does not start in an initial state");
    }

    // Replaces a state by its representative; returns null without symmetry.
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

    // The names of the members after a permutation, given their names before it.
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

    // Computed only if it matters, because it takes time.
    private int[][]? PermutationFor(int actor) =>
        canonicalizer is not null && actors.IsRenamed(actor) ? canonicalizer.Permutation() : null;

    private delegate void Visit(ulong* state);

    private delegate void VisitStep(int rule, ulong* to);

    // Visits the representatives of the successors; the caller can ask for the permutation of the last one.
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
            fixed (ulong* words = &level.Words(block, 0, count, buffer, out var at)[at])
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
