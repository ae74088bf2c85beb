using System.Collections.Immutable;

namespace Verify.Modelling;

/// <summary>Makes the program counter and the rules of a thread.</summary>
/// <remarks>
/// A point of the program is the beginning of a step, or a choice between steps that costs no step itself. It is named
/// by its label; without a label, by the steps that can be taken there. A name that is in use gets a number.
/// </remarks>
internal sealed class ThreadCompiler
{
    private const string End = "done";
    private const int MostNames = 3;
    private const int MaxPoints = 2000;

    private readonly ModelBuilder model;
    private readonly string name;
    private readonly Binder? key;
    private readonly SourceLocation where;
    private readonly Dictionary<ThreadNode, Place> successors = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ThreadNode, int> points = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> pointNames = [];

    public ThreadCompiler(ModelBuilder model, string name, Binder? key, SourceLocation where) =>
        (this.model, this.name, this.key, this.where) = (model, name, key, where);

    /// <summary>True if the program starts again at its end.</summary>
    public required bool Repeats { get; init; }

    public required IReadOnlyList<Variable> Locals { get; init; }

    /// <summary>
    /// The labels in the order of the program; a label that the program does not contain has a negative place.
    /// </summary>
    public required IReadOnlyList<ThreadNode.Label> Labels { get; init; }

    public required ThreadBlock Program { get; init; }

    public ModelThread Compile()
    {
        Link(Program, null);
        foreach (var jump in successors.Keys.OfType<ThreadNode.Goto>().Where(jump => jump.Target is { IsPlaced: false }))
        {
            var places = Labels.Where(label => label.IsPlaced).Select(label => label.Name).ToList();
            throw Wrong($"thread '{name}' goes to the label '{jump.Target!.Name}', which it does not have",
                Suggestion.Hint(jump.Target.Name, places)
                    ?? (places.Count == 0 ? "name the point with Label" : $"choose from {string.Join(", ", places)}"), jump);
        }

        var start = Resolve(new Place(Program, 0, null))
            ?? throw Wrong($"thread '{name}' has no step", "add one: t.Step(\"name\", s => …)");
        CheckAllAreReached(start);
        var order = ReachableNodes(start, isAsWritten: false);
        var end = NamePoints(order);
        var pcSort = new Sort.Enumeration($"{name}.pc", [.. pointNames]);
        var whole = key is null ? (Sort)pcSort : Sort.Map(key.Sort, pcSort);
        var initially = new Expr.Literal(pcSort, points[start]);
        var pc = model.Declare($"{name}.pc", whole, initially, VariableRole.ProgramCounter, where.File, where.Line);
        var rules = new RuleMaker(this, key is null ? pc : pc[new Expr.BoundVariable(key)], pcSort, end ?? points[start]);
        foreach (var node in order)
        {
            foreach (var (condition, step) in Entries(node, [], true, isAsWritten: false))
            {
                rules.Add(node, condition, step);
            }
        }

        return new ModelThread(name, pc, pcSort, key is not null, Named(start, end))
        {
            HasEnded = end is not { } last ? null
                : key is null ? pc == new Expr.Literal(pcSort, last)
                : Dsl.ForAll(key.Sort, each => pc[each] == new Expr.Literal(pcSort, last)),
        };
    }

    // The point of each label and of each name of a point; null for a label that this instance cannot reach.
    private Dictionary<string, int?> Named(ThreadNode start, int? end)
    {
        var named = new Dictionary<string, int?>(StringComparer.Ordinal);
        foreach (var label in Labels)
        {
            named[label.Name] = Resolve(successors[label]) is { } node
                ? points.TryGetValue(node, out var point) ? point : null
                : end ?? points[start];
        }

        if (end is { } last)
        {
            named.TryAdd(End, last);
        }

        for (var point = 0; point < pointNames.Count; point++)
        {
            named.TryAdd(pointNames[point], point);
        }

        return named;
    }

    // Names all points. The result is the number of the point after the program; null if the program repeats.
    private int? NamePoints(List<ThreadNode> order)
    {
        // If several labels are at one point, the first names it in reports; predicates accept all of them.
        var labelled = new Dictionary<ThreadNode, string>(ReferenceEqualityComparer.Instance);
        string? atEnd = null;
        foreach (var label in Labels)
        {
            if (Resolve(successors[label]) is { } node)
            {
                labelled.TryAdd(node, label.Name);
            }
            else
            {
                atEnd ??= label.Name;
            }
        }

        // A step of the same name does not take the name of the end.
        var taken = labelled.Values.ToHashSet(StringComparer.Ordinal);
        var isEndFree = !Repeats && taken.Add(End);
        string Unlabelled(string plain)
        {
            var candidate = plain;
            for (var i = 2; !taken.Add(candidate); i++)
            {
                candidate = $"{plain}'{i}";
            }

            return candidate;
        }

        foreach (var node in order)
        {
            points[node] = pointNames.Count;
            pointNames.Add(labelled.TryGetValue(node, out var label) ? label : Unlabelled(StepsAt(node)));
        }

        if (Repeats)
        {
            return null;
        }

        pointNames.Add(atEnd is null && isEndFree ? End : Unlabelled(atEnd ?? End));
        return pointNames.Count - 1;
    }

    private string StepsAt(ThreadNode node)
    {
        var steps = Entries(node, [], true, isAsWritten: false)
            .Select(entry => entry.Step.Builder.Name).Distinct(StringComparer.Ordinal).ToList();
        return string.Join(" or ", steps.Count <= MostNames
            ? steps
            : [.. steps.Take(MostNames - 1), $"{steps.Count - MostNames + 1} others"]);
    }

    private void CheckAllAreReached(ThreadNode start)
    {
        var come = ReachableNodes(start, isAsWritten: true)
            .SelectMany(node => Entries(node, [], true, isAsWritten: true)).Select(entry => entry.Step).ToHashSet();
        foreach (var lost in successors.Keys.OfType<ThreadNode.Step>().Where(step => !come.Contains(step)))
        {
            throw UserErrorException.At(lost.Builder.Where, ErrorCodes.BadThread,
                $"no path through thread '{name}' comes to the step '{lost.Builder.Name}'",
                "a step after Goto or Return is never taken: remove it, or give it a label");
        }
    }

    private void Link(ThreadBlock block, Place? continuation)
    {
        for (var i = 0; i < block.Nodes.Count; i++)
        {
            var node = block.Nodes[i];
            var next = new Place(block, i + 1, continuation);
            successors[node] = next;
            switch (node)
            {
                case ThreadNode.Step step:
                    Link(step.Then, next);
                    Link(step.Otherwise, next);
                    break;
                case ThreadNode.If branch:
                    Link(branch.Then, next);
                    Link(branch.Otherwise, next);
                    break;
                case ThreadNode.While loop:
                    Link(loop.Body, new Place(block, i, continuation));
                    break;
                case ThreadNode.Either either:
                    foreach (var way in either.Ways)
                    {
                        Link(way, next);
                    }

                    break;
            }
        }
    }

    // The node at a place, after skipping ends of blocks, labels and jumps; null at the end of the program.
    private ThreadNode? Resolve(Place? place)
    {
        ThreadNode? jumped = null;
        for (var hops = 0; place is not null; hops++)
        {
            if (hops > 10_000)
            {
                throw Wrong($"thread '{name}' jumps in a circle without a step", "put a step into the circle", jumped);
            }

            if (place.Index >= place.Block.Nodes.Count)
            {
                place = place.Outer;
                continue;
            }

            switch (place.Block.Nodes[place.Index])
            {
                case ThreadNode.Label label:
                    place = successors[label];
                    break;
                case ThreadNode.Goto { Target: null }:
                    return null;
                case ThreadNode.Goto jump:
                    jumped = jump;
                    place = successors[jump.Target];
                    break;
                case var node:
                    return node;
            }
        }

        return null;
    }

    // The steps that can be taken at a node, each with its condition. If isAsWritten is true, steps behind a condition
    // that is the constant false are included.
    private List<(Expr Condition, ThreadNode.Step Step)> Entries(
        ThreadNode? node, ImmutableHashSet<ThreadNode> passed, Expr condition, bool isAsWritten)
    {
        switch (node)
        {
            case null:
                throw Wrong($"a branch without a name of thread '{name}' can leave the program without a step", "end it with a step",
                    passed.FirstOrDefault(one => one.Where is not null));
            case ThreadNode.Step step:
                return [(condition, step)];
        }

        if (passed.Contains(node))
        {
            throw Wrong($"a loop of thread '{name}' can repeat without a step", "put a step into each way through the loop", node);
        }

        passed = passed.Add(node);
        List<(Expr, ThreadNode.Step)> Onto(Place? place, Expr holds) => !isAsWritten && holds is Expr.Literal { Number: 0 }
            ? []
            : Entries(Resolve(place), passed, condition & holds, isAsWritten);
        List<(Expr, ThreadNode.Step)> Into(ThreadBlock block, Place? after, Expr holds) => Onto(new Place(block, 0, after), holds);
        var next = successors[node];
        return node switch
        {
            ThreadNode.If branch =>
                [.. Into(branch.Then, next, branch.Condition), .. Into(branch.Otherwise, next, !branch.Condition)],
            ThreadNode.While loop =>
            [
                .. Into(loop.Body, next with { Index = next.Index - 1 }, loop.Condition),
                .. Onto(next, !loop.Condition),
            ],
            ThreadNode.Either either => [.. either.Ways.SelectMany(way => Into(way, next, true))],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private List<ThreadNode> ReachableNodes(ThreadNode first, bool isAsWritten)
    {
        var order = new List<ThreadNode>();
        var seen = new HashSet<ThreadNode>(ReferenceEqualityComparer.Instance);
        var queue = new Queue<ThreadNode>([first]);
        while (queue.TryDequeue(out var node))
        {
            if (!seen.Add(node))
            {
                continue;
            }

            order.Add(node);
            if (order.Count > MaxPoints)
            {
                throw UserErrorException.At(where, ErrorCodes.TooLarge, $"thread '{name}' has over {MaxPoints:N0} points",
                    "write a loop, or several threads");
            }

            foreach (var (_, step) in Entries(node, [], true, isAsWritten))
            {
                var (then, otherwise) = Behind(step, isAsWritten);
                foreach (var target in new[] { then, otherwise }.OfType<ThreadNode>())
                {
                    queue.Enqueue(target);
                }
            }
        }

        return order;
    }

    // The nodes after a step if its condition holds and if not; the same node twice for a step without a branch.
    private (ThreadNode? Then, ThreadNode? Otherwise) Behind(ThreadNode.Step step, bool isAsWritten = false)
    {
        ThreadNode? Into(ThreadBlock block) => Resolve(new Place(block, 0, successors[step]));
        switch (step.Condition)
        {
            case null:
                var next = Resolve(successors[step]);
                return (next, next);
            case Expr.Literal { Number: var holds } when !isAsWritten:
                var taken = Into(holds == 1 ? step.Then : step.Otherwise);
                return (taken, taken);
            default:
                return (Into(step.Then), Into(step.Otherwise));
        }
    }

    private UserErrorException Wrong(string message, string? hint = null, ThreadNode? at = null) =>
        UserErrorException.At(at?.Where ?? where, ErrorCodes.BadThread, message, hint);

    private sealed record Place(ThreadBlock Block, int Index, Place? Outer);

    /// <summary>Adds a rule for every point at which a step can be taken.</summary>
    private sealed class RuleMaker(ThreadCompiler thread, Expr pc, Sort.Enumeration pcSort, int end)
    {
        private readonly Dictionary<string, int> copies = new(StringComparer.Ordinal);

        public void Add(ThreadNode at, Expr condition, ThreadNode.Step node)
        {
            var step = node.Builder;
            var copy = copies[step.Name] = copies.GetValueOrDefault(step.Name) + 1;
            var rule = step.ToRule(copy, pc == Point(at) & condition & step.Guard, thread.key);
            var (then, otherwise) = thread.Behind(node);
            // The condition is read, and may be undefined, even if both branches lead to the same place.
            var next = node.Condition is null ? Point(then) : Dsl.If(node.Condition, Point(then), Point(otherwise));
            var extra = ImmutableArray.CreateBuilder<Update>();
            extra.Add(new Update([], true, pc, next, step.Where));
            if (then is null || otherwise is null)
            {
                var leaves = (then is null, otherwise is null, node.Condition) switch
                {
                    (true, false, { } holds) => holds,
                    (false, true, { } holds) => !holds,
                    _ => true,
                };
                rule = rule with { Updates = Unless(leaves, rule.Updates) };
                extra.AddRange(thread.Locals.Select(local => Reset(local, leaves, step.Where)));
            }

            thread.model.Add(rule with
            {
                Updates = [.. rule.Updates, .. extra],
                Branch = node.Condition is null or Expr.Literal
                    ? null
                    : new Branching(node.Condition, node.Then.AnyNever, node.Otherwise.AnyNever),
            });
        }

        private Expr.Literal Point(ThreadNode? node) => new(pcSort, node is null ? end : thread.points[node]);

        // A write to a local in the leaving step applies only if the step does not leave after all.
        private ImmutableArray<Update> Unless(Expr leaves, ImmutableArray<Update> updates) =>
        [
            .. updates
                .Select(update => thread.Locals.Contains(update.Variable) ? update with { When = update.When & !leaves } : update)
                .Where(update => update.When is not Expr.Literal { Number: 0 }),
        ];

        private Update Reset(Variable local, Expr leaves, SourceLocation spot)
        {
            var read = new Expr.Read(local);
            return (thread.key, local.Initially) switch
            {
                (null, { } initially) => new Update([], leaves, read, initially, spot),
                ({ } key, Expr.ConstantMap all) => new Update([], leaves, read[new Expr.BoundVariable(key)], all.Element, spot),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
    }
}
