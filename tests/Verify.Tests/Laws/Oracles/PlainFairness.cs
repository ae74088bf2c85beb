using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.Laws.Oracles;

/// <summary>
/// A second implementation of weak fairness, written from the documentation alone. All steps of a thread count as one
/// unit, wherever the thread is in its program; a rule that is declared fair is a unit for each choice of its
/// parameters. In a fair run each unit takes steps again and again, or is disabled again and again. Other rules need
/// never fire.
/// </summary>
/// <remarks>
/// It reads from the product only whether a step is fair at all, which <see cref="LivenessLaws"/> compares with the
/// declarations of the builder. The thread of a rule and the shape of its program counter determine its unit.
/// </remarks>
internal static class PlainFairness
{
    /// <summary>One thing: a thread or a rule, and for which values.</summary>
    internal sealed record Thing(bool IsThread, string Name, string Of);

    /// <summary>The thing that a step is; null if it may be put off.</summary>
    public static Thing? Of(Model model, Step step)
    {
        var rule = model.Rules[step.Rule];
        if (rule.Fairness is null)
        {
            return null;
        }

        if (rule.Thread is not { } thread)
        {
            return new Thing(false, rule.Name, string.Join(' ', step.Arguments.Select(Text)));
        }

        var counter = model.Variables.Single(v => v.Role == VariableRole.ProgramCounter && v.Name == $"{thread}.pc");
        // The value that a thread is for comes before what its step draws.
        return new Thing(true, thread, counter.Sort is Sort.Mapping ? Text(step.Arguments[0]) : "");
    }

    /// <summary>The things that can happen in a state.</summary>
    public static HashSet<Thing> In(Model model, Toy.Node node) => [.. node.Next.Select(next => Of(model, next.Step)).OfType<Thing>()];

    /// <summary>The states from which some fair run never leaves a set of states; it may rest where it has to do nothing.</summary>
    /// <remarks>
    /// The greatest set from whose states, for each thing, a way within it leads to where the thing cannot happen or happens
    /// (Emerson and Lei 1986). The engine looks for components.
    /// </remarks>
    public static HashSet<Toy.Node> Staying(Toy toy, HashSet<Toy.Node> within)
    {
        var model = toy.Interpreter.Model;
        var can = within.ToDictionary(node => node, node => In(model, node));
        var things = can.Values.SelectMany(all => all).ToHashSet();
        var (staying, before) = (within, -1);
        while (staying.Count != before)
        {
            before = staying.Count;
            foreach (var thing in things)
            {
                var served = staying.Where(node => !can[node].Contains(thing)
                    || node.Next.Exists(next => staying.Contains(next.To) && thing.Equals(Of(model, next.Step))));
                staying = [.. staying.Intersect(Towards([.. served], within))];
            }
        }

        return staying;
    }

    /// <summary>True if some fair run meets what triggers and never what should come.</summary>
    public static bool CanFail(Toy toy, Property.LeadsTo property)
    {
        bool Has(Toy.Node node, Expr expr) => toy.Interpreter.Holds(node.State, expr, property.Where);
        return Staying(toy, [.. toy.Nodes.Where(node => !Has(node, property.To))]).Any(node => Has(node, property.From));
    }

    /// <summary>Why a run is none, or does not show that a property is violated; null if it does.</summary>
    public static string? WhyNot(Toy toy, Property.LeadsTo property, Trace trace)
    {
        bool Has(Toy.Node node, Expr expr) => toy.Interpreter.Holds(node.State, expr, property.Where);
        if (trace.LoopStart is not { } loop || toy.Nodes.Find(node => node.Level == 0 && node.State.Equals(trace.States[0])) is not { } at)
        {
            return "it is not infinite, or does not start in an initial state";
        }

        List<Toy.Node> nodes = [at];
        foreach (var (step, state) in trace.Steps.Zip(trace.States.Skip(1)))
        {
            var next = nodes[^1].Next.Find(next => next.Step.Equals(step) && next.To.State.Equals(state));
            if (next.To is null)
            {
                return $"there is no such step {nodes.Count}";
            }

            nodes.Add(next.To);
        }

        if (nodes[^1] != nodes[loop])
        {
            return "it does not close";
        }

        if (!nodes.Where((node, i) => Has(node, property.From)
            && !nodes.Skip(Math.Min(i, loop)).Any(later => Has(later, property.To))).Any())
        {
            return "nothing is triggered that does not come";
        }

        var model = toy.Interpreter.Model;
        var taken = trace.Steps.Skip(loop).Select(step => Of(model, step)).ToHashSet();
        var starved = nodes.Skip(loop).Select(node => In(model, node)).Aggregate((a, b) => [.. a.Intersect(b)])
            .Where(thing => !taken.Contains(thing));
        return starved.FirstOrDefault() is { } one ? $"{one} could always go on, and does not" : null;
    }

    /// <summary>The fewest steps of a run that shows the property to be violated, its loop included; null if none does.</summary>
    /// <remarks>It tries every state as the one where the loop starts, and forgets nothing about the way round it.</remarks>
    public static int? Shortest(Toy toy, Property.LeadsTo property)
    {
        bool Has(Toy.Node node, Expr expr) => toy.Interpreter.Holds(node.State, expr, property.Where);
        bool Asks(Toy.Node node, bool before) => !Has(node, property.To) && (before || Has(node, property.From));
        var model = toy.Interpreter.Model;
        var firsts = toy.Nodes.Where(node => node.Level == 0).Select(node => (node, Asks(node, false)));
        var ways = Distances(firsts, from => from.Item1.Next.Select(next => (next.To, Asks(next.To, from.Item2))));
        int? fewest = null;
        foreach (var ((start, asked), steps) in ways.Where(way => !Has(way.Key.Item1, property.To)))
        {
            // What has stayed possible so far without happening, in the order of its text.
            string Waiting(IEnumerable<Thing> things) => string.Join(';', things.Select(thing => $"{thing}").Order(StringComparer.Ordinal));
            var can = In(model, start);
            if (can.Count == 0 && asked)
            {
                fewest = Math.Min(fewest ?? steps, steps);
                continue;
            }

            var left = new Dictionary<string, HashSet<Thing>>(StringComparer.Ordinal) { [Waiting(can)] = can };
            var (level, seen) = (new List<(Toy.Node Node, bool Asked, string Left)> { (start, asked, Waiting(can)) },
                new HashSet<(Toy.Node, bool, string)>());
            for (var round = 1; level.Count > 0 && (fewest is null || steps + round < fewest); round++)
            {
                var next = new List<(Toy.Node Node, bool Asked, string Left)>();
                foreach (var (node, isAsked, waiting) in level)
                {
                    foreach (var (step, to) in node.Next.Where(one => !Has(one.To, property.To)))
                    {
                        HashSet<Thing> still = [.. left[waiting].Intersect(In(model, to)).Where(thing => !thing.Equals(Of(model, step)))];
                        left[Waiting(still)] = still;
                        var now = (to, isAsked || Has(to, property.From), Waiting(still));
                        if (to == start && now.Item2 && still.Count == 0)
                        {
                            fewest = steps + round;
                        }
                        else if (seen.Add(now))
                        {
                            next.Add(now);
                        }
                    }
                }

                level = next;
            }
        }

        return fewest;
    }

    private static Dictionary<(Toy.Node, bool), int> Distances(IEnumerable<(Toy.Node, bool)> firsts,
        Func<(Toy.Node, bool), IEnumerable<(Toy.Node, bool)>> nextOf)
    {
        var (steps, queue) = (new Dictionary<(Toy.Node, bool), int>(), new Queue<(Toy.Node, bool)>());
        foreach (var first in firsts)
        {
            steps[first] = 0;
            queue.Enqueue(first);
        }

        while (queue.TryDequeue(out var at))
        {
            foreach (var next in nextOf(at).Where(next => steps.TryAdd(next, steps[at] + 1)))
            {
                queue.Enqueue(next);
            }
        }

        return steps;
    }

    private static HashSet<Toy.Node> Towards(HashSet<Toy.Node> goals, HashSet<Toy.Node> within)
    {
        var found = new HashSet<Toy.Node>(goals);
        for (var before = -1; before != found.Count;)
        {
            before = found.Count;
            found.UnionWith(within.Where(node => node.Next.Exists(next => found.Contains(next.To))));
        }

        return found;
    }

    private static string Text(Value value) => value.Sort is Sort.Optional
        ? value.Number == 0 ? "-" : $"({Text(value.Items[0])})"
        : $"{value.Number}";
}
