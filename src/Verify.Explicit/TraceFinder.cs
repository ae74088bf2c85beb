using System.Collections.Immutable;
using Verify.Engines;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Explicit;

/// <summary>
/// Finds, among all shortest runs to what was met, one with the fewest switches between actors; among those the first
/// in the order of rules and arguments. It depends on the model alone, not on threads.
/// </summary>
/// <remarks>
/// The search keeps no parents. Its levels are made once more and walked backwards: a state of a level stays if a step
/// leads from it to one that stays in the next. What remains are exactly the shortest runs; over them the cheapest way
/// to the end is summed up from the end. Under symmetry a level holds one state of each orbit; the permutations along
/// the way are kept with the steps and undone when the run is told, so that an identity keeps its name.
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
    private readonly ActorId?[] fixedActors;
    private readonly List<string> actorNames = [];
    private readonly Canonicalizer? canonicalizer;

    public TraceFinder(CompiledModel model)
    {
        this.model = model;
        canonicalizer = model.Symmetry is null ? null : new Canonicalizer(model.Symmetry);
        expand = model.ExpandWithRules();
        interpreter = new Interpreter(model.Model);
        successors = GC.AllocateUninitializedArray<ulong>(model.MostSuccessors * model.Layout.WordCount, pinned: true);
        rules = GC.AllocateUninitializedArray<int>(model.MostSuccessors, pinned: true);
        counts = GC.AllocateArray<long>(model.Model.Rules.Length, pinned: true);
        scratch = GC.AllocateUninitializedArray<ulong>(Frontier.BlockStates * model.Layout.WordCount);
        fixedActors = [.. model.Lowered.Rules.Select(FixedActor)];
    }

    /// <summary>A trace of a length to a state where what was asked for is met.</summary>
    /// <param name="length">Steps to where it is met.</param>
    /// <param name="run">The circumstances of the search that met it.</param>
    /// <param name="tuning">Sizes.</param>
    /// <param name="lostTo">Why there is none: the levels do not fit on the disk either.</param>
    public Trace? Find(int length, Run run, Tuning tuning, out string? lostTo)
    {
        var unlimited = run with { Budget = Claims.Budget.Unlimited, Progress = null, Cancellation = default };
        using var search = new Search(model, unlimited, tuning);
        var last = model.AsksForDeadlock ? length : Math.Max(0, length - 1);
        var result = search.Execute(keepLevels: true, lastLevel: last);
        var levels = result.Levels;
        if (levels.Count <= last)
        {
            lostTo = result.Cause;
            return null;
        }

        lostTo = null;
        try
        {
            return Walk(NodesOf(levels, length));
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            lostTo = DiskFailure.CauseOf(e);
            return null;
        }
    }

    private Dictionary<Key, Node>[] NodesOf(IReadOnlyList<Frontier> levels, int length)
    {
        var nodes = new Dictionary<Key, Node>[length + 1];
        nodes[length] = Ends(levels, length);
        for (var depth = length - 1; depth >= 0; depth--)
        {
            nodes[depth] = Before(levels[depth], nodes[depth + 1]);
        }

        return nodes;
    }

    private readonly struct Key(ulong[] words) : IEquatable<Key>
    {
        public ulong[] Words { get; } = words;

        public bool Equals(Key other) => Words.AsSpan().SequenceEqual(other.Words);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            fixed (ulong* words = Words)
            {
                return unchecked((int)SeenSet.Hash(words, Words.Length));
            }
        }
    }

    /// <summary>Who takes a step: a member of a symmetric set, or a number for a name (set -1).</summary>
    private readonly record struct ActorId(int Set, int Number)
    {
        public ActorId Under(int[][]? permutation) => Set < 0 || permutation is null
            ? this
            : this with { Number = permutation[Set][Number] };
    }

    /// <summary>A step along a shortest run; under symmetry, with what it makes of the identities.</summary>
    private sealed record Link(int Rule, ActorId Actor, int[][]? Permutation, Node To)
    {
        /// <summary>The fewest switches from here to the end, this step's own beginning not counted.</summary>
        public int Cost => To.Switches(Actor.Under(Permutation));
    }

    /// <summary>A state on a shortest run, with the steps that go on along one.</summary>
    private sealed class Node
    {
        private readonly Dictionary<ActorId, int> byActor = [];
        private int least;

        public List<Link> Steps { get; } = [];

        public required ulong[] Words { get; init; }

        /// <summary>The fewest switches from here to the end, if the step before was this actor's.</summary>
        public int Switches(ActorId? actor)
        {
            if (Steps.Count == 0 || actor is not { } previous)
            {
                return least;
            }

            // Staying with the actor costs the best that starts with it; changing costs one more than the best.
            return byActor.TryGetValue(previous, out var stay) ? Math.Min(stay, least + 1) : least + 1;
        }

        public void Sum()
        {
            foreach (var link in Steps)
            {
                var cost = link.Cost;
                byActor[link.Actor] = byActor.TryGetValue(link.Actor, out var known) ? Math.Min(known, cost) : cost;
            }

            least = byActor.Values.Min();
        }
    }

    private Dictionary<Key, Node> Ends(IReadOnlyList<Frontier> levels, int length)
    {
        var ends = new Dictionary<Key, Node>();
        void AddIfMet(ulong* state)
        {
            var met = model.AsksForDeadlock
                ? Successors(state) == 0 && (model.Check(state) & 1) == 0
                : (model.Check(state) & 1) != 0;
            if (met)
            {
                var words = Copy(state);
                ends.TryAdd(new Key(words), new Node { Words = words });
            }
        }

        if (model.AsksForDeadlock || length == 0)
        {
            ForEach(levels[length], AddIfMet);
            return ends;
        }

        // The last level itself was not kept: it is what the one before leads to.
        ForEach(levels[length - 1], state =>
        {
            var made = Successors(state);
            fixed (ulong* next = successors)
            {
                for (var i = 0; i < made; i++)
                {
                    var end = next + ((long)i * model.Layout.WordCount);
                    canonicalizer?.Apply(end);
                    AddIfMet(end);
                }
            }
        });
        return ends;
    }

    private Dictionary<Key, Node> Before(Frontier level, Dictionary<Key, Node> after)
    {
        var nodes = new Dictionary<Key, Node>();
        ForEach(level, state =>
        {
            var made = Successors(state);
            Node? node = null;
            for (var i = 0; i < made; i++)
            {
                var words = successors.AsSpan(i * model.Layout.WordCount, model.Layout.WordCount).ToArray();
                var permutation = Canonical(words);
                if (after.TryGetValue(new Key(words), out var to))
                {
                    node ??= new Node { Words = Copy(state) };
                    node.Steps.Add(new Link(rules[i], ActorOf(rules[i], node.Words), permutation, to));
                }
            }

            if (node is not null)
            {
                node.Sum();
                nodes.Add(new Key(node.Words), node);
            }
        });
        return nodes;
    }

    private Trace Walk(Dictionary<Key, Node>[] nodes)
    {
        var node = nodes[0].Values
            .OrderBy(n => n.Switches(null))
            .ThenBy(n => n.Words, Comparer<ulong[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
            .First();
        var (initial, names) = StartOf(node);
        var steps = new List<Step>();
        ActorId? previous = null;
        while (node.Steps.Count > 0)
        {
            var link = node.Steps
                .OrderBy(step => (previous is null || previous == step.Actor ? 0 : 1) + step.Cost)
                .ThenBy(step => step.Rule)
                .First();
            var lowered = model.Lowered.Rules[link.Rule];
            steps.Add(new Step(lowered.Rule, [.. model.Lowered.ArgumentsOf(lowered).Select(value => Renamed(value, names))]));
            (node, previous, names) = (link.To, link.Actor.Under(link.Permutation), Undo(link.Permutation, names));
        }

        return Trace.Along(interpreter, initial, steps);
    }

    // An initial state that the first one of a run stands for, and what its identities are called in it.
    private (State Initial, int[][]? Names) StartOf(Node node)
    {
        foreach (var state in interpreter.InitialStates())
        {
            var words = model.Layout.Pack(state);
            var permutation = Canonical(words);
            if (words.AsSpan().SequenceEqual(node.Words))
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

        var set = SetOf(value.Sort);
        return set < 0 ? value : Value.Scalar(value.Sort, names[set][value.Number]);
    }

    private int SetOf(Modelling.Sort sort) =>
        sort is Modelling.Sort.Scalar scalar && model.Symmetry?.Symmetry is { } symmetry ? symmetry.Sets.IndexOf(scalar) : -1;

    private delegate void Visit(ulong* state);

    private void ForEach(Frontier level, Visit visit)
    {
        for (var block = 0; block < level.BlockCount; block++)
        {
            var count = level.StatesIn(block);
            fixed (ulong* words = &level.Words(block, 0, count, scratch, out var at)[at])
            {
                for (var i = 0; i < count; i++)
                {
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

    private ulong[] Copy(ulong* state) => new ReadOnlySpan<ulong>(state, model.Layout.WordCount).ToArray();

    // Most actors are a parameter of the rule; only those that the state decides are looked up in it.
    private ActorId? FixedActor(Lowering.LoweredRule lowered)
    {
        var rule = model.Model.Rules[lowered.Rule];
        return rule.Actor.Processor switch
        {
            null => Named(rule.Actor.Name!),
            Modelling.Expr.Bound bound => IdOf(model.Lowered.ArgumentsOf(lowered)[rule.Parameters.IndexOf(bound.Binder)]),
            _ => null,
        };
    }

    private ActorId ActorOf(int rule, ulong[] words)
    {
        if (fixedActors[rule] is { } known)
        {
            return known;
        }

        var lowered = model.Lowered.Rules[rule];
        var source = model.Model.Rules[lowered.Rule];
        return IdOf(interpreter.Evaluate(model.Layout.Unpack(words), source.Actor.Processor!, source.Parameters,
            model.Lowered.ArgumentsOf(lowered), source.Where));
    }

    private ActorId IdOf(Value value)
    {
        var set = SetOf(value.Sort);
        return set < 0 ? Named(value.ToString()) : new ActorId(set, value.Number);
    }

    private ActorId Named(string name)
    {
        var number = actorNames.IndexOf(name);
        if (number < 0)
        {
            number = actorNames.Count;
            actorNames.Add(name);
        }

        return new ActorId(-1, number);
    }
}
