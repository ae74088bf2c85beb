using System.Collections.Immutable;

namespace Verify.Language.Syntax;

/// <summary>An atomic step as it is written, of a thread or of the environment.</summary>
/// <param name="Span">The place.</param>
/// <param name="Name">The name.</param>
/// <param name="Parameters">The parameters.</param>
public sealed record StepSyntax(Span Span, Word Name, ImmutableArray<BinderSyntax> Parameters)
{
    /// <summary>The conditions on the instance.</summary>
    public ImmutableArray<OnlyIf> Only { get; init; } = [];

    /// <summary>The guards; all must hold.</summary>
    public ImmutableArray<ExprSyntax> When { get; init; } = [];

    /// <summary>The updates.</summary>
    public ImmutableArray<UpdateSyntax> Updates { get; init; } = [];

    /// <summary>The sources.</summary>
    public ImmutableArray<SourceSyntax> Sources { get; init; } = [];

    /// <summary>The processor or other identity that takes the step; null for the usual one.</summary>
    public ExprSyntax? By { get; init; }

    /// <summary>The named actor that takes the step.</summary>
    public Word? ByName { get; init; }

    /// <summary>The arguments that reports print; null for the usual ones.</summary>
    public ImmutableArray<ExprSyntax>? Shows { get; init; }

    /// <summary>The word for an empty option among them.</summary>
    public string? ShowsNoneAs { get; init; }

    /// <summary>True for a fair step; null for the usual.</summary>
    public bool? IsFair { get; init; }

    /// <summary>The name and the parameters of a group of fair steps; null for the usual group.</summary>
    public (Word Name, ImmutableArray<Word> Of)? FairAs { get; init; }

    /// <summary>The reason why the step never happens, and the conditions on that remark.</summary>
    public NeverSyntax? Never { get; init; }

    /// <summary>The thread, the name and the number of the copy of a step whose thread is not written as a program.</summary>
    public (Word Thread, Word Step, int Copy)? Of { get; init; }

    /// <summary>The branch of a step whose thread is not written as a program.</summary>
    public BranchingSyntax? Branching { get; init; }
}

/// <summary>A remark that something never happens.</summary>
/// <param name="Because">The reason.</param>
/// <param name="Only">The conditions on the instance.</param>
public sealed record NeverSyntax(string Because, ImmutableArray<OnlyIf> Only);

/// <summary>A branch of a step whose thread is not written as a program.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="NeverTrue">The reason why it is never true.</param>
/// <param name="NeverFalse">The reason why it is never false.</param>
public sealed record BranchingSyntax(ExprSyntax Condition, string? NeverTrue, string? NeverFalse);

/// <summary>An update of a step. A closed set.</summary>
/// <param name="Span">The place.</param>
public abstract record UpdateSyntax(Span Span)
{
    /// <summary>A location and its new value.</summary>
    public sealed record Set(ExprSyntax Target, ExprSyntax Value) : UpdateSyntax(Target.Span.To(Value.Span));

    /// <summary>The updates that a word of a part stands for.</summary>
    public sealed record Call(ExprSyntax.Call Of) : UpdateSyntax(Of.Span);

    /// <summary>Updates under a condition.</summary>
    public sealed record If(ExprSyntax Condition, ImmutableArray<UpdateSyntax> Then, ImmutableArray<UpdateSyntax> Otherwise, Span Span)
        : UpdateSyntax(Span);

    /// <summary>Updates for every value of some sorts.</summary>
    public sealed record For(ImmutableArray<BinderSyntax> Over, ImmutableArray<UpdateSyntax> Body, Span Span) : UpdateSyntax(Span);
}

/// <summary>A statement of a thread. A closed set.</summary>
/// <param name="Span">The place.</param>
public abstract record Statement(Span Span)
{
    /// <summary>The words that begin a statement.</summary>
    internal static readonly ImmutableHashSet<string> Words =
    [
        "step", "local", "if", "while", "either", "label", "goto", "return", "never", "lock", "unlock", "read_lock", "read_unlock",
        "write_lock", "write_unlock", "ipi", "await", "rcu_read_lock", "rcu_read_unlock", "synchronize_rcu", "call",
    ];

    /// <summary>An atomic step, which may branch.</summary>
    public sealed record Step(StepSyntax Of, ExprSyntax? Branch, ImmutableArray<Statement> Then, ImmutableArray<Statement> Otherwise)
        : Statement(Of.Span);

    /// <summary>An interrupt that a step sends to processors, and the updates of its handler on each.</summary>
    /// <param name="Of">The name of the handler, its remarks, the condition on a processor and the updates.</param>
    /// <param name="Target">The processor.</param>
    public sealed record Ipi(StepSyntax Of, BinderSyntax Target) : Statement(Of.Span);

    /// <summary>A wait until the handlers of an interrupt have run.</summary>
    public sealed record Await(StepSyntax Of) : Statement(Of.Span);

    /// <summary>The begin or the end of a read-side section of RCU, or a wait for a grace period.</summary>
    public sealed record Rcu(StepSyntax Of) : Statement(Of.Span);

    /// <summary>The steps that a word of a part stands for.</summary>
    /// <param name="Of">The remarks; the name is the word's, unless <paramref name="IsNamed"/>.</param>
    /// <param name="Word">The word and its inputs.</param>
    /// <param name="IsNamed">True if the text gives the step a name.</param>
    public sealed record Call(StepSyntax Of, ExprSyntax.Call Word, bool IsNamed) : Statement(Of.Span);

    /// <summary>A local.</summary>
    public sealed record Local(VariableSyntax Variable, ImmutableArray<OnlyIf> Only) : Statement(Variable.Name.Span);

    /// <summary>A branch on locals, or on the instance.</summary>
    public sealed record If(ExprSyntax Condition, ImmutableArray<Statement> Then, ImmutableArray<Statement> Otherwise, Span Span)
        : Statement(Span);

    /// <summary>A loop on locals.</summary>
    public sealed record While(ExprSyntax Condition, ImmutableArray<Statement> Body, Span Span) : Statement(Span);

    /// <summary>Any one of several ways.</summary>
    public sealed record Either(ImmutableArray<ImmutableArray<Statement>> Ways, Span Span) : Statement(Span);

    /// <summary>A name of a point.</summary>
    public sealed record Label(Word Name) : Statement(Name.Span);

    /// <summary>A jump; to the end without a label.</summary>
    public sealed record Goto(Word? Target, Span Span) : Statement(Span);

    /// <summary>A remark that this way is never taken.</summary>
    public sealed record Never(NeverSyntax Of, Span Span) : Statement(Span);
}
