using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Verify.Modelling;

/// <summary>
/// A program of named atomic steps. The builder derives the program counter and the rules. Other threads can act
/// between any two steps.
/// </summary>
/// <remarks>
/// A branch that reads shared state is a step of its own (<see cref="Branch"/>): its load is an event that others can
/// race with. A branch without a name (<see cref="If"/>, <see cref="While"/>) reads locals only and costs no step. The
/// step that leaves the program resets the locals, so that dead values do not multiply states. A branch whose condition
/// is the constant false is left out.
/// </remarks>
public sealed class ThreadBuilder
{
    // Passes over a program recurse.
    private const int MaxDepth = 200;

    private readonly ModelBuilder model;
    private readonly string name;
    private readonly Binder? key;
    private readonly bool repeats;
    private readonly SourceLocation where;
    private readonly List<Variable> locals = [];
    private readonly Dictionary<string, ThreadNode.Label> labels = new(StringComparer.Ordinal);
    private readonly ThreadBlock program = new(null);
    private ThreadBlock current;
    private Actor? actor;

    internal ThreadBuilder(ModelBuilder model, string name, Binder? key, bool repeats, SourceLocation where)
    {
        (this.model, this.name, this.key, this.repeats, this.where) = (model, name, key, repeats, where);
        current = program;
        actor = key is { Sort: Sort.ScalarSet } ? new Actor(null, new Expr.BoundVariable(key)) : new Actor(name, null);
    }

    /// <summary>Sets the processor that runs the thread, if it differs from the thread's key.</summary>
    public void RunsOn(Expr processor) => actor = new Actor(null, processor);

    /// <summary>Declares a local that is empty until it is set.</summary>
    public Expr Local(string local, Sort sort,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Local(local, Sort.Option(sort), Dsl.None, file, line);

    /// <summary>Declares a local with an initial value; null for the first value of the sort.</summary>
    public Expr Local(string local, Sort sort, Expr? initially,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var whole = key is null ? sort : Sort.Map(key.Sort, sort);
        var read = (Expr.Read)model.Declare($"{name}.{local}", whole, initially, VariableRole.Local, file, line);
        locals.Add(read.Variable);
        return key is null ? read : read[new Expr.BoundVariable(key)];
    }

    /// <summary>Adds an atomic step; it waits until its <see cref="StepBuilder.When"/> holds.</summary>
    public void Step(string step, Action<StepBuilder> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddStep(step, [], (s, _) => body(s), null, null, null, file, line);

    /// <summary>Adds an atomic step that picks any value of a sort.</summary>
    public void Step(string step, Sort any, Action<StepBuilder, Expr> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddStep(step, [any], (s, p) => body(s, p[0]), null, null, null, file, line);

    /// <summary>Adds an atomic step that picks any values of two sorts.</summary>
    public void Step(string step, Sort first, Sort second, Action<StepBuilder, Expr, Expr> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddStep(step, [first, second], (s, p) => body(s, p[0], p[1]), null, null, null, file, line);

    /// <summary>
    /// Adds an atomic step whose parameters are made already; it picks any of their values. With a condition to branch
    /// on, the step reads it, and one of the two ways follows.
    /// </summary>
    public void Step(string step, ImmutableArray<Binder> any, Action<StepBuilder> body,
        Expr? branchOn = null, Action? then = null, Action? otherwise = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var builder = new StepBuilder(model, step, name, any, SourceLocation.From(file, line));
        body(builder);
        Add(builder, branchOn, then, otherwise);
    }

    /// <summary>Adds a step that waits until a condition holds.</summary>
    public void Wait(string step, Expr until,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddStep(step, [], (s, _) => s.When(until), null, null, null, file, line);

    /// <summary>Adds a step that reads a condition and branches on it.</summary>
    public void Branch(string step, Expr condition, Action then, Action? otherwise = null, Action<StepBuilder>? also = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddStep(step, [], (s, _) => also?.Invoke(s), condition, then, otherwise, file, line);

    /// <summary>Branches on the thread's own locals; takes no step.</summary>
    public void If(Expr condition, Action then, Action? otherwise = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        CheckLocal(condition);
        current.Nodes.Add(new ThreadNode.If(condition, Nested(then), Nested(otherwise)) { Where = SourceLocation.From(file, line) });
    }

    /// <summary>Repeats while a condition over the thread's own locals holds; the test takes no step.</summary>
    public void While(Expr condition, Action body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        CheckLocal(condition);
        current.Nodes.Add(new ThreadNode.While(condition, Nested(body)) { Where = SourceLocation.From(file, line) });
    }

    /// <summary>Continues with any one of several branches; the next step shows which.</summary>
    public void Either(params ReadOnlySpan<Action> ways)
    {
        var blocks = ImmutableArray.CreateBuilder<ThreadBlock>();
        foreach (var way in ways)
        {
            blocks.Add(Nested(way));
        }

        current.Nodes.Add(new ThreadNode.Either(blocks.ToImmutable()));
    }

    /// <summary>
    /// Declares that the way of a branch that contains the call is never taken in this instance, for example because a
    /// fix makes it impossible. The steps in it are then declared never to happen, as by
    /// <see cref="StepBuilder.Never"/>.
    /// </summary>
    /// <param name="because">The reason, in a few words.</param>
    /// <param name="isSo">False to make no declaration, for example <c>!m.Has(fault)</c> if a fault opens the way.</param>
    public void Never(string because, bool isSo = true)
    {
        if (current == program)
        {
            throw Dsl.Error(ErrorCodes.BadThread, $"thread '{name}' says Never outside of a branch",
                "say it first in a way of Branch, If, While or Either");
        }

        current.Never = isSo ? because : null;
    }

    /// <summary>
    /// Names the point of the program before the next step. Jumps, reports of states and
    /// <see cref="ModelThread.At(Expr, ReadOnlySpan{string})"/> use the name.
    /// </summary>
    public void Label(string label)
    {
        var node = LabelOf(label);
        if (node.IsPlaced)
        {
            throw Dsl.Error(ErrorCodes.BadThread, $"thread '{name}' has the label '{label}' twice");
        }

        node.Place = labels.Values.Count(other => other.IsPlaced);
        current.Nodes.Add(node);
    }

    /// <summary>Jumps to a label of this thread.</summary>
    public void Goto(string label, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        current.Nodes.Add(new ThreadNode.Goto(LabelOf(label)) { Where = SourceLocation.From(file, line) });

    /// <summary>Leaves the program.</summary>
    public void Return([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        current.Nodes.Add(new ThreadNode.Goto(null) { Where = SourceLocation.From(file, line) });

    internal ModelThread Compile() => new ThreadCompiler(model, name, key, where)
    {
        Repeats = repeats,
        Locals = locals,
        Labels = [.. labels.Values.OrderBy(label => label.Place)],
        Program = program,
    }.Compile();

    private ThreadNode.Label LabelOf(string label) =>
        labels.TryGetValue(label, out var node) ? node : labels[label] = new ThreadNode.Label(label);

    private ThreadBlock Nested(Action? body)
    {
        var outer = current;
        current = new ThreadBlock(outer);
        if (current.Depth > MaxDepth)
        {
            throw Dsl.Error(ErrorCodes.TooLarge,
                $"the branches of thread '{name}' are nested {current.Depth} deep, and {MaxDepth} is the most",
                "give the inner ones a label, and go there");
        }

        body?.Invoke();
        (current, var block) = (outer, current);
        return block;
    }

    private void AddStep(string step, ReadOnlySpan<Sort> any, Action<StepBuilder, Expr[]> body,
        Expr? condition, Action? then, Action? otherwise, string file, int line)
    {
        var builder = new StepBuilder(model, step, name, any, SourceLocation.From(file, line));
        body(builder, [.. builder.Parameters.Select(binder => new Expr.BoundVariable(binder))]);
        Add(builder, condition, then, otherwise);
    }

    private void Add(StepBuilder builder, Expr? condition, Action? then, Action? otherwise)
    {
        builder.Adopt(actor, current.AnyNever);
        var test = condition is null ? null : Dsl.Coerce(condition, Sort.Bool);
        current.Nodes.Add(new ThreadNode.Step(builder, test, Nested(then), Nested(otherwise)));
    }

    private void CheckLocal(Expr condition)
    {
        foreach (var variable in Footprint.Of(Dsl.Coerce(condition, Sort.Bool)).Reads.Where(v => !locals.Contains(v)))
        {
            throw Dsl.Error(ErrorCodes.BadThread,
                $"a branch without a name in thread '{name}' reads '{variable}', which is not one of its locals",
                "use Branch(\"name\", …): a read of shared state is a step that other threads can race with");
        }
    }
}

/// <summary>A thread of a model, with predicates for its position in the program.</summary>
public sealed class ModelThread
{
    private readonly Expr pc;
    private readonly Sort.Enumeration sort;
    private readonly bool isKeyed;
    private readonly Dictionary<string, int?> points;

    internal ModelThread(string name, Expr pc, Sort.Enumeration sort, bool isKeyed, Dictionary<string, int?> points) =>
        (Name, this.pc, this.sort, this.isKeyed, this.points) = (name, pc, sort, isKeyed, points);

    /// <summary>The name of the thread.</summary>
    public string Name { get; }

    /// <summary>True in the states where the threads of this name have ended; null if they start again.</summary>
    internal Expr? HasEnded { get; init; }

    /// <summary>True if the only thread of this name is at one of the given points of its program.</summary>
    /// <param name="names">Labels, or the names of steps at points without a label. <c>"done"</c> is the end of a
    /// program that does not repeat. The predicate is false for a label that this instance cannot reach.</param>
    /// <exception cref="UserErrorException">VRF113: the program has no such point; VRF101: the name stands for a thread
    /// per key.</exception>
    public Expr At(params ReadOnlySpan<string> names) => isKeyed
        ? throw Dsl.Error(ErrorCodes.SortMismatch, $"there is a thread '{Name}' for each key", "use At(key, \"label\")")
        : Among(pc, names);

    /// <summary>True if the thread with the given key is at one of the given points of its program.</summary>
    /// <param name="key">The key of the thread.</param>
    /// <param name="names">Labels, or the names of steps at points without a label.</param>
    /// <exception cref="UserErrorException">VRF113: the program has no such point; VRF101: the thread has no
    /// key.</exception>
    public Expr At(Expr key, params ReadOnlySpan<string> names) => isKeyed
        ? Among(pc[key], names)
        : throw Dsl.Error(ErrorCodes.SortMismatch, $"there is one thread '{Name}', and it has no key", "use At(\"label\")");

    private Expr Among(Expr at, ReadOnlySpan<string> names)
    {
        Expr isOne = false;
        foreach (var one in names)
        {
            if (!points.TryGetValue(one, out var point))
            {
                throw Dsl.Error(ErrorCodes.UnknownName, $"thread '{Name}' has no point '{one}'",
                    Suggestion.Hint(one, points.Keys) ?? $"choose from {string.Join(", ", points.Keys.Select(known => $"'{known}'"))}");
            }

            isOne |= point is { } number ? at == new Expr.Literal(sort, number) : false;
        }

        return isOne;
    }
}

/// <summary>A sequence of nodes.</summary>
/// <param name="outer">The block around it; null for the whole program.</param>
internal sealed class ThreadBlock(ThreadBlock? outer)
{
    public List<ThreadNode> Nodes { get; } = [];

    /// <summary>The number of blocks around this one.</summary>
    public int Depth { get; } = outer is null ? 0 : outer.Depth + 1;

    /// <summary>The reason why the way that the block belongs to is never taken; null if it is.</summary>
    public string? Never { get; set; }

    /// <summary>The reason for this block or one around it.</summary>
    public string? AnyNever => Never ?? outer?.AnyNever;
}

/// <summary>A node of a program. A closed set.</summary>
internal abstract class ThreadNode
{
    private ThreadNode()
    {
    }

    /// <summary>The source location; null for a node without a line of its own.</summary>
    public SourceLocation? Where { get; init; }

    internal sealed class Step(StepBuilder step, Expr? condition, ThreadBlock then, ThreadBlock otherwise) : ThreadNode
    {
        public StepBuilder Builder { get; } = step;

        public Expr? Condition { get; } = condition;

        public ThreadBlock Then { get; } = then;

        public ThreadBlock Otherwise { get; } = otherwise;
    }

    internal sealed class If(Expr condition, ThreadBlock then, ThreadBlock otherwise) : ThreadNode
    {
        public Expr Condition { get; } = condition;

        public ThreadBlock Then { get; } = then;

        public ThreadBlock Otherwise { get; } = otherwise;
    }

    internal sealed class While(Expr condition, ThreadBlock body) : ThreadNode
    {
        public Expr Condition { get; } = condition;

        public ThreadBlock Body { get; } = body;
    }

    internal sealed class Either(ImmutableArray<ThreadBlock> ways) : ThreadNode
    {
        public ImmutableArray<ThreadBlock> Ways { get; } = ways;
    }

    internal sealed class Label(string name) : ThreadNode
    {
        public string Name { get; } = name;

        /// <summary>
        /// The number of labels before this one in the program; negative if the program does not contain it.
        /// </summary>
        public int Place { get; set; } = -1;

        public bool IsPlaced => Place >= 0;
    }

    internal sealed class Goto(Label? target) : ThreadNode
    {
        public Label? Target { get; } = target;
    }
}
