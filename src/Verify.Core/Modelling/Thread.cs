using System.Collections.Immutable;
using System.Runtime.CompilerServices;

// Long because the words of a program and what is made of them are only understood together.
namespace Verify.Modelling;

/// <summary>
/// A program of named atomic steps, from which the program counter and the rules are derived. Where a step ends, the
/// next one begins; everything else may happen in between.
/// </summary>
/// <remarks>
/// A branch that reads shared state is a step of its own (<see cref="Branch"/>): its load is an event that others can
/// race with. A branch without a name (<see cref="If"/>, <see cref="While"/>) reads locals only and costs no step.
/// The step that leaves the program resets the locals, so that dead values do not multiply states.
/// </remarks>
public sealed class ThreadBuilder
{
    private readonly ModelBuilder model;
    private readonly string name;
    private readonly Binder? key;
    private readonly bool repeats;
    private readonly SourceLocation where;
    private readonly List<Variable> locals = [];
    private readonly Dictionary<string, LabelNode> labels = new(StringComparer.Ordinal);
    private readonly Block program = new();
    private Block current;
    private Actor? actor;

    internal ThreadBuilder(ModelBuilder model, string name, Binder? key, bool repeats, SourceLocation where)
    {
        (this.model, this.name, this.key, this.repeats, this.where) = (model, name, key, repeats, where);
        current = program;
        actor = key is not null && key.Sort.Equals(model.ProcessorSort)
            ? new Actor(null, new Expr.BoundVariable(key))
            : new Actor(name, null);
    }

    /// <summary>The processor that runs the thread, where it is not the thread's own key.</summary>
    public void RunsOn(Expr processor) => actor = new Actor(null, processor);

    /// <summary>A local that is empty until it is set.</summary>
    public Expr Local(string local, Sort sort,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Local(local, Sort.Option(sort), Dsl.None, file, line);

    /// <summary>A local with an initial value.</summary>
    public Expr Local(string local, Sort sort, Expr initially,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var whole = key is null ? sort : Sort.Map(key.Sort, sort);
        var read = (Expr.Read)model.Declare($"{name}.{local}", whole, initially, VariableRole.Local, file, line);
        locals.Add(read.Variable);
        return key is null ? read : read[new Expr.BoundVariable(key)];
    }

    /// <summary>An atomic step; it waits until its <see cref="StepBuilder.When"/> holds.</summary>
    public void Step(string step, Action<StepBuilder> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddStep(step, [], (s, _) => body(s), null, null, null, file, line);

    /// <summary>An atomic step that picks any value of a sort.</summary>
    public void Step(string step, Sort any, Action<StepBuilder, Expr> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddStep(step, [any], (s, p) => body(s, p[0]), null, null, null, file, line);

    /// <summary>An atomic step that picks any values of two sorts.</summary>
    public void Step(string step, Sort first, Sort second, Action<StepBuilder, Expr, Expr> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddStep(step, [first, second], (s, p) => body(s, p[0], p[1]), null, null, null, file, line);

    /// <summary>Waits until a condition holds; passing it is a step.</summary>
    public void Wait(string step, Expr until,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddStep(step, [], (s, _) => s.When(until), null, null, null, file, line);

    /// <summary>A step that reads a condition and goes one way or the other.</summary>
    public void Branch(string step, Expr condition, Action then, Action? otherwise = null, Action<StepBuilder>? also = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddStep(step, [], (s, _) => also?.Invoke(s), condition, then, otherwise, file, line);

    /// <summary>Goes one way or the other by the thread's own locals; no step of its own.</summary>
    public void If(Expr condition, Action then, Action? otherwise = null)
    {
        CheckLocal(condition);
        current.Nodes.Add(new IfNode(condition, Nested(then), Nested(otherwise)));
    }

    /// <summary>Repeats while a condition over the thread's own locals holds; no step of its own.</summary>
    public void While(Expr condition, Action body)
    {
        CheckLocal(condition);
        current.Nodes.Add(new WhileNode(condition, Nested(body)));
    }

    /// <summary>Goes any one of several ways; which one shows in the step that is taken.</summary>
    public void Either(params ReadOnlySpan<Action> ways)
    {
        var blocks = ImmutableArray.CreateBuilder<Block>();
        foreach (var way in ways)
        {
            blocks.Add(Nested(way));
        }

        current.Nodes.Add(new EitherNode(blocks.ToImmutable()));
    }

    /// <summary>A place to go back to.</summary>
    public void Label(string label)
    {
        var node = LabelOf(label);
        if (node.IsPlaced)
        {
            throw Dsl.Error(ErrorCodes.BadThread, $"thread '{name}' has the label '{label}' twice");
        }

        node.IsPlaced = true;
        current.Nodes.Add(node);
    }

    /// <summary>Goes to a label of this thread.</summary>
    public void Goto(string label) => current.Nodes.Add(new GotoNode(LabelOf(label)));

    /// <summary>Leaves the program.</summary>
    public void Return() => current.Nodes.Add(new GotoNode(null));

    private LabelNode LabelOf(string label) =>
        labels.TryGetValue(label, out var node) ? node : labels[label] = new LabelNode(label);

    private Block Nested(Action? body)
    {
        var outer = current;
        current = new Block();
        body?.Invoke();
        (current, var block) = (outer, current);
        return block;
    }

    private void AddStep(string step, ReadOnlySpan<Sort> any, Action<StepBuilder, Expr[]> body,
        Expr? condition, Action? then, Action? otherwise, string file, int line)
    {
        var builder = new StepBuilder(model, step, name, any, SourceLocation.From(file, line));
        body(builder, [.. builder.Parameters.Select(binder => new Expr.BoundVariable(binder))]);
        builder.Adopt(actor);
        var test = condition is null ? null : Dsl.Coerce(condition, Sort.Bool);
        current.Nodes.Add(new StepNode(builder, test, Nested(then), Nested(otherwise)));
    }

    private void CheckLocal(Expr condition)
    {
        foreach (var variable in Footprint.Of(Dsl.Coerce(condition, Sort.Bool)).Reads.Where(v => !locals.Contains(v)))
        {
            throw Dsl.Error(ErrorCodes.BadThread,
                $"a branch without a name in thread '{name}' reads '{variable}', which is no local of it",
                "use Branch(\"name\", …): reading shared state is a step that others can race with");
        }
    }

    // ---- from program to rules ----

    private Dictionary<Node, Place> successors = [];
    private readonly Dictionary<Node, int> points = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> pointNames = [];
    private Node? start;

    internal void Compile()
    {
        successors = new(ReferenceEqualityComparer.Instance);
        Link(program, null);
        foreach (var label in labels.Values.Where(label => !label.IsPlaced))
        {
            throw UserErrorException.At(where, ErrorCodes.BadThread,
                $"thread '{name}' goes to the label '{label.Name}', which it does not have");
        }

        start = Resolve(new Place(program, 0, null))
            ?? throw UserErrorException.At(where, ErrorCodes.BadThread, $"thread '{name}' has no step");
        var order = ReachableNodes(start);
        var come = order.SelectMany(node => Entries(node, [], true)).Select(entry => entry.Step).ToHashSet();
        foreach (var lost in successors.Keys.OfType<StepNode>().Where(step => !come.Contains(step)))
        {
            throw UserErrorException.At(lost.Step.ToRule().Where, ErrorCodes.BadThread,
                $"no path through thread '{name}' comes to the step '{lost.Step.Name}'",
                "a step behind Goto or Return is never taken: remove it, or give it a label");
        }

        foreach (var node in order)
        {
            points[node] = pointNames.Count;
            pointNames.Add(UniquePointName(node is StepNode step ? step.Step.Name : "branch"));
        }

        if (!repeats)
        {
            pointNames.Add(UniquePointName("done"));
        }

        var pcSort = new Sort.Enumeration($"{name}.pc", [.. pointNames]);
        var whole = key is null ? (Sort)pcSort : Sort.Map(key.Sort, pcSort);
        var initially = new Expr.Literal(pcSort, points[start]);
        var pcVariable = model.Declare($"{name}.pc", whole, initially, VariableRole.ProgramCounter, where.File, where.Line);
        var pc = key is null ? pcVariable : pcVariable[new Expr.BoundVariable(key)];
        var emitted = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in order)
        {
            foreach (var (condition, step) in Entries(node, [], true))
            {
                Emit(pc, pcSort, node, condition, step, emitted);
            }
        }
    }

    private void Emit(Expr pc, Sort pcSort, Node at, Expr condition, StepNode node, Dictionary<string, int> emitted)
    {
        // A name used twice, or a step that several points can enter, becomes one rule for each.
        var step = node.Step;
        var copies = emitted[step.Name] = emitted.GetValueOrDefault(step.Name) + 1;
        var spot = step.ToRule().Where;
        var rule = step.ToRule(
            copies == 1 ? null : $"'{copies}",
            pc == new Expr.Literal(pcSort, points[at]) & condition,
            key);

        var then = node.Condition is null ? After(node) : Resolve(new Place(node.Then, 0, successors[node]));
        var otherwise = node.Condition is null ? then : Resolve(new Place(node.Otherwise, 0, successors[node]));
        Expr Target(Node? next) => new Expr.Literal(pcSort, next is null
            ? repeats ? points[start!] : pointNames.Count - 1
            : points[next]);
        // Also where both ways lead to one place the condition is read, and may be undefined.
        var next = node.Condition is null ? Target(then) : node.Condition.Then(Target(then), Target(otherwise));

        var extra = ImmutableArray.CreateBuilder<Update>();
        extra.Add(new Update([], true, pc, next, spot));
        if (then is null || otherwise is null)
        {
            Expr leaves = (then is null, otherwise is null) switch
            {
                (true, true) => true,
                (true, false) => node.Condition!,
                _ => !node.Condition!,
            };
            // What the leaving step itself writes to a local is written only if it does not leave after all.
            rule = rule with
            {
                Updates =
                [
                    .. rule.Updates
                        .Select(update => locals.Contains(update.Variable) ? update with { When = update.When & !leaves } : update)
                        .Where(update => update.When is not Expr.Literal { Number: 0 }),
                ],
            };
            foreach (var local in locals)
            {
                var place = key is null ? new Expr.Read(local) : new Expr.Read(local)[new Expr.BoundVariable(key)];
                var reset = key is null ? local.Initially! : ((Expr.ConstantMap)local.Initially!).Element;
                extra.Add(new Update([], leaves, place, reset, spot));
            }
        }

        model.Add(rule with { Updates = [.. rule.Updates, .. extra] });
    }

    private Node? After(StepNode node) => Resolve(successors[node]);

    private void Link(Block block, Place? continuation)
    {
        for (var i = 0; i < block.Nodes.Count; i++)
        {
            var node = block.Nodes[i];
            var next = new Place(block, i + 1, continuation);
            successors[node] = next;
            switch (node)
            {
                case StepNode step:
                    Link(step.Then, next);
                    Link(step.Otherwise, next);
                    break;
                case IfNode branch:
                    Link(branch.Then, next);
                    Link(branch.Otherwise, next);
                    break;
                case WhileNode loop:
                    Link(loop.Body, new Place(block, i, continuation));
                    break;
                case EitherNode either:
                    foreach (var way in either.Ways)
                    {
                        Link(way, next);
                    }

                    break;
            }
        }
    }

    // The node that a place stands for: ends of blocks, labels and jumps are looked through; null is the end.
    private Node? Resolve(Place? place)
    {
        for (var hops = 0; place is not null; hops++)
        {
            if (hops > 10_000)
            {
                throw UserErrorException.At(where, ErrorCodes.BadThread, $"thread '{name}' jumps in a circle without a step");
            }

            if (place.Index >= place.Block.Nodes.Count)
            {
                place = place.Outer;
                continue;
            }

            switch (place.Block.Nodes[place.Index])
            {
                case LabelNode label:
                    place = successors[label];
                    break;
                case GotoNode { Target: null }:
                    return null;
                case GotoNode jump:
                    place = successors[jump.Target];
                    break;
                case var node:
                    return node;
            }
        }

        return null;
    }

    private List<(Expr Condition, StepNode Step)> Entries(Node? node, ImmutableHashSet<Node> passed, Expr condition)
    {
        if (node is null)
        {
            throw UserErrorException.At(where, ErrorCodes.BadThread,
                $"a branch without a name of thread '{name}' can leave the program without a step",
                "end that way with a step");
        }

        if (node is StepNode step)
        {
            return [(condition, step)];
        }

        if (passed.Contains(node))
        {
            throw UserErrorException.At(where, ErrorCodes.BadThread, $"a loop of thread '{name}' can turn without a step");
        }

        passed = passed.Add(node);
        List<(Expr, StepNode)> Into(Block block, Place? after, Expr holds) =>
            Entries(Resolve(new Place(block, 0, after)), passed, condition & holds);
        var next = successors[node];
        return node switch
        {
            IfNode branch => [.. Into(branch.Then, next, branch.Condition), .. Into(branch.Otherwise, next, !branch.Condition)],
            WhileNode loop =>
            [
                .. Into(loop.Body, next with { Index = next.Index - 1 }, loop.Condition),
                .. Entries(Resolve(next), passed, condition & !loop.Condition),
            ],
            EitherNode either => [.. either.Ways.SelectMany(way => Into(way, next, true))],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private List<Node> ReachableNodes(Node first)
    {
        var order = new List<Node>();
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var queue = new Queue<Node>([first]);
        while (queue.TryDequeue(out var node))
        {
            if (!seen.Add(node))
            {
                continue;
            }

            order.Add(node);
            foreach (var (_, step) in Entries(node, [], true))
            {
                Node?[] next = step.Condition is null
                    ? [After(step)]
                    : [Resolve(new Place(step.Then, 0, successors[step])), Resolve(new Place(step.Otherwise, 0, successors[step]))];
                foreach (var target in next.OfType<Node>())
                {
                    queue.Enqueue(target);
                }
            }
        }

        return order;
    }

    private string UniquePointName(string plain)
    {
        var candidate = plain;
        for (var i = 2; pointNames.Contains(candidate); i++)
        {
            candidate = $"{plain}'{i}";
        }

        return candidate;
    }

    private sealed class Block
    {
        public List<Node> Nodes { get; } = [];
    }

    private sealed record Place(Block Block, int Index, Place? Outer);

    private abstract class Node;

    private sealed class StepNode(StepBuilder step, Expr? condition, Block then, Block otherwise) : Node
    {
        public StepBuilder Step { get; } = step;

        public Expr? Condition { get; } = condition;

        public Block Then { get; } = then;

        public Block Otherwise { get; } = otherwise;
    }

    private sealed class IfNode(Expr condition, Block then, Block otherwise) : Node
    {
        public Expr Condition { get; } = condition;

        public Block Then { get; } = then;

        public Block Otherwise { get; } = otherwise;
    }

    private sealed class WhileNode(Expr condition, Block body) : Node
    {
        public Expr Condition { get; } = condition;

        public Block Body { get; } = body;
    }

    private sealed class EitherNode(ImmutableArray<Block> ways) : Node
    {
        public ImmutableArray<Block> Ways { get; } = ways;
    }

    private sealed class LabelNode(string name) : Node
    {
        public string Name { get; } = name;

        public bool IsPlaced { get; set; }
    }

    private sealed class GotoNode(LabelNode? target) : Node
    {
        public LabelNode? Target { get; } = target;
    }
}
