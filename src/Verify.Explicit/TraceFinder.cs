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
/// to the end is summed up from the end.
/// </remarks>
internal sealed unsafe class TraceFinder
{
    private readonly CompiledModel model;
    private readonly ImmutableArray<ExpandState> expand;
    private readonly Interpreter interpreter;
    private readonly ulong[] successors;
    private readonly int[] rules;
    private readonly long[] counts;
    private readonly string?[] fixedActors;

    public TraceFinder(CompiledModel model)
    {
        this.model = model;
        expand = model.ExpandWithRules();
        interpreter = new Interpreter(model.Model);
        successors = GC.AllocateUninitializedArray<ulong>(model.MostSuccessors * model.Layout.WordCount, pinned: true);
        rules = GC.AllocateUninitializedArray<int>(model.MostSuccessors, pinned: true);
        counts = GC.AllocateArray<long>(model.Model.Rules.Length, pinned: true);
        fixedActors = [.. model.Lowered.Rules.Select(FixedActor)];
    }

    /// <summary>A trace of a length to a state where what was asked for is met.</summary>
    public Trace Find(int length, Run run)
    {
        using var search = new Search(model, new Run(Claims.Budget.Unlimited, run.Seed, run.Threads));
        var last = model.AsksForDeadlock ? length : Math.Max(0, length - 1);
        var levels = search.Execute(keepLevels: true, lastLevel: last).Levels;
        var nodes = new Dictionary<Key, Node>[length + 1];
        nodes[length] = Ends(levels, length);
        for (var depth = length - 1; depth >= 0; depth--)
        {
            nodes[depth] = Before(levels[depth], nodes[depth + 1]);
        }

        return Walk(nodes);
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

    /// <summary>A state on a shortest run, with the steps that go on along one.</summary>
    private sealed class Node
    {
        public List<(int Rule, string Actor, Node To)> Steps { get; } = [];

        public required ulong[] Words { get; init; }

        /// <summary>The fewest switches from here to the end, if the step before was this actor's.</summary>
        public int Switches(string? actor)
        {
            if (Steps.Count == 0)
            {
                return 0;
            }

            // Staying with the actor costs nothing more than the best that starts with it; changing costs one.
            return actor is not null && byActor!.TryGetValue(actor, out var stay) ? Math.Min(stay, least + 1)
                : actor is null ? least : least + 1;
        }

        public void Sum()
        {
            byActor = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var (_, actor, to) in Steps)
            {
                var cost = to.Switches(actor);
                byActor[actor] = byActor.TryGetValue(actor, out var known) ? Math.Min(known, cost) : cost;
            }

            least = byActor.Values.Min();
        }

        private Dictionary<string, int>? byActor;
        private int least;
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
                    AddIfMet(next + ((long)i * model.Layout.WordCount));
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
                if (after.TryGetValue(new Key(words), out var to))
                {
                    node ??= new Node { Words = Copy(state) };
                    node.Steps.Add((rules[i], ActorOf(rules[i], node.Words), to));
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
        var initial = model.Layout.Unpack(node.Words);
        var steps = new List<Step>();
        string? previous = null;
        while (node.Steps.Count > 0)
        {
            var (rule, actor, to) = node.Steps
                .OrderBy(step => (previous is null || previous == step.Actor ? 0 : 1) + step.To.Switches(step.Actor))
                .ThenBy(step => step.Rule)
                .First();
            var lowered = model.Lowered.Rules[rule];
            steps.Add(new Step(lowered.Rule, model.Lowered.ArgumentsOf(lowered)));
            (node, previous) = (to, actor);
        }

        return Trace.Along(interpreter, initial, steps);
    }

    private delegate void Visit(ulong* state);

    private void ForEach(Frontier level, Visit visit)
    {
        for (var block = 0; block < level.BlockCount; block++)
        {
            fixed (ulong* words = level.Words(block))
            {
                for (var i = 0; i < level.StatesIn(block); i++)
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
    private string? FixedActor(Lowering.LoweredRule lowered)
    {
        var rule = model.Model.Rules[lowered.Rule];
        return rule.Actor.Processor switch
        {
            null => rule.Actor.Name!,
            Modelling.Expr.Bound bound =>
                model.Lowered.ArgumentsOf(lowered)[rule.Parameters.IndexOf(bound.Binder)].ToString(),
            _ => null,
        };
    }

    private string ActorOf(int rule, ulong[] words)
    {
        if (fixedActors[rule] is { } known)
        {
            return known;
        }

        var lowered = model.Lowered.Rules[rule];
        var source = model.Model.Rules[lowered.Rule];
        return interpreter.Evaluate(model.Layout.Unpack(words), source.Actor.Processor!, source.Parameters,
            model.Lowered.ArgumentsOf(lowered), source.Where).ToString();
    }
}
