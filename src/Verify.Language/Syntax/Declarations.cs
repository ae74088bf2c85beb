using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Language.Syntax;

/// <summary>A condition on the instance under which a declaration, a step or a remark is there.</summary>
/// <param name="IsUnless">True if it is there unless the condition holds.</param>
/// <param name="Condition">The condition, a constant of the instance.</param>
public sealed record OnlyIf(bool IsUnless, ExprSyntax Condition);

/// <summary>A source as it is written.</summary>
/// <param name="Kind">"kernel", "memory", or empty for a title and a reference.</param>
/// <param name="Title">The function or the title; null for the name of the step.</param>
/// <param name="Reference">The file or the reference.</param>
/// <param name="Version">The version of a kernel source.</param>
/// <param name="Span">The place.</param>
public sealed record SourceSyntax(string Kind, Word? Title, Word Reference, Word? Version, Span Span);

/// <summary>A declaration at the top of a file. A closed set.</summary>
/// <param name="Span">The place of the whole declaration.</param>
/// <param name="Name">The name, or the keyword where there is none.</param>
public abstract record Declaration(Span Span, Word Name)
{
    /// <summary>The conditions under which it is there.</summary>
    public ImmutableArray<OnlyIf> Only { get; init; } = [];

    /// <summary>The name and summary of the model.</summary>
    public sealed record Model(Span Span, Word Name, string Summary) : Declaration(Span, Name);

    /// <summary>A number that the instance chooses.</summary>
    public sealed record Size(Span Span, Word Name, SizeSyntax Of, string Text) : Declaration(Span, Name);

    /// <summary>Processors or other identities.</summary>
    /// <param name="Span">The place.</param>
    /// <param name="Name">The name.</param>
    /// <param name="IsProcessors">True for the columns of a trace.</param>
    /// <param name="Real">The name in reports, if it differs.</param>
    /// <param name="Of">The number; null if the members are listed.</param>
    /// <param name="Prefix">What stands before the number of a member in reports; null for the name.</param>
    /// <param name="Members">The members, if they are listed.</param>
    /// <param name="Text">The things that are counted.</param>
    public sealed record Identities(Span Span, Word Name, bool IsProcessors, string? Real, SizeSyntax? Of, string? Prefix,
        ImmutableArray<Word> Members, string Text) : Declaration(Span, Name);

    /// <summary>An enum.</summary>
    public sealed record Enumeration(Span Span, Word Name, string? Real, ImmutableArray<Word> Members) : Declaration(Span, Name);

    /// <summary>A record.</summary>
    public sealed record Record(Span Span, Word Name, string? Real, ImmutableArray<FieldSyntax> Fields) : Declaration(Span, Name);

    /// <summary>A variable, a ghost, a program counter or a local.</summary>
    public sealed record State(Span Span, VariableRole Role, VariableSyntax Variable) : Declaration(Span, Variable.Name);

    /// <summary>A fault, a feature, an assumption or a profile.</summary>
    public sealed record Offer(Span Span, Word Kind, Word Name, string Text, string EnforcedBy, SourceSyntax? Source)
        : Declaration(Span, Name);

    /// <summary>Something that the model leaves out.</summary>
    public sealed record Limit(Span Span, Word Name, string Text) : Declaration(Span, Name);

    /// <summary>The memory orders that proofs do not cover; null for none.</summary>
    public sealed record Memory(Span Span, Word Name, string? Text) : Declaration(Span, Name);

    /// <summary>A condition on the values that variables start with.</summary>
    public sealed record Initially(Span Span, Word Name, ExprSyntax Holds) : Declaration(Span, Name);

    /// <summary>A part of the hardware that the file uses.</summary>
    public sealed record Use(Span Span, Word Name, ImmutableArray<ArgumentSyntax> Arguments) : Declaration(Span, Name);

    /// <summary>A rule of the environment.</summary>
    public sealed record Rule(Span Span, StepSyntax Step) : Declaration(Span, Step.Name);

    /// <summary>A thread.</summary>
    public sealed record Thread(Span Span, Word Name, BinderSyntax? Key, bool IsForever, ExprSyntax? By,
        ImmutableArray<Statement> Body) : Declaration(Span, Name);

    /// <summary>A property.</summary>
    public sealed record Property(Span Span, Word Kind, Word Name, string? Text, ImmutableArray<ExprSyntax> Predicates,
        string? PremiseNever, ImmutableArray<OnlyIf> PremiseOnly) : Declaration(Span, Name);

    /// <summary>A word that traces show behind a location.</summary>
    public sealed record Mark(Span Span, Word Name, ExprSyntax Target, ImmutableArray<BinderSyntax> Over, ExprSyntax When)
        : Declaration(Span, Name);

    /// <summary>A claim.</summary>
    public sealed record Claim(Span Span, Word Name, string Sentence, ImmutableArray<ChoiceSyntax> With, ExpectationSyntax? Expected,
        ImmutableArray<SourceSyntax> Sources, string? Finding, ImmutableArray<string> NotCovered) : Declaration(Span, Name);
}

/// <summary>An argument of a part: <c>va = page</c>, or a flag.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value; null for a flag.</param>
public sealed record ArgumentSyntax(Word Name, Word? Value);

/// <summary>A size: a number, or a default and the numbers that it may be.</summary>
/// <param name="Default">The number.</param>
/// <param name="Low">The smallest; null for a size that is not chosen.</param>
/// <param name="High">The largest.</param>
public sealed record SizeSyntax(int Default, int? Low, int? High);

/// <summary>A field of a record.</summary>
/// <param name="Name">The name.</param>
/// <param name="Sort">The sort.</param>
/// <param name="IsGhost">True if the modelled system cannot see it.</param>
public sealed record FieldSyntax(Word Name, SortSyntax Sort, bool IsGhost);

/// <summary>A variable: <c>tlb[cpu, page]: frame? = none</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Keys">The sorts of its keys.</param>
/// <param name="Sort">The sort of a value.</param>
/// <param name="Initially">The initial value; null for the first value of the sort.</param>
/// <param name="IsAny">True if it starts with any value.</param>
public sealed record VariableSyntax(Word Name, ImmutableArray<SortSyntax> Keys, SortSyntax Sort, ExprSyntax? Initially, bool IsAny);

/// <summary>A choice of a claim: <c>fault NAME</c>, <c>size NAME = 2</c> and so on.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">The name.</param>
/// <param name="Size">The value of a size.</param>
public sealed record ChoiceSyntax(Word Kind, Word Name, int Size);

/// <summary>The property of a claim and its expected verdict.</summary>
/// <param name="Property">The name of the property.</param>
/// <param name="Verdict">"proved", "refuted", "open" or "pending".</param>
/// <param name="Steps">The length of the shortest trace, if it is stated.</param>
/// <param name="Under">The assumptions that carry a proof; null if none are named.</param>
/// <param name="Superfluous">Those of them that it does not need.</param>
/// <param name="Reason">The reason why a claim is pending.</param>
public sealed record ExpectationSyntax(Word Property, Word Verdict, int? Steps, ImmutableArray<Word>? Under,
    ImmutableArray<Word> Superfluous, string Reason);

/// <summary>A whole file.</summary>
/// <param name="Source">The text.</param>
/// <param name="Declarations">The declarations in the order of the text.</param>
public sealed record ProtocolSyntax(SourceText Source, ImmutableArray<Declaration> Declarations);
