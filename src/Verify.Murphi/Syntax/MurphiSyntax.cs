using System.Collections.Immutable;
using Verify.Language.Syntax;

namespace Verify.Murphi.Syntax;

/// <summary>An expression of a Murphi text.</summary>
/// <param name="Span">The place.</param>
internal abstract record MurphiExpr(Span Span)
{
    public sealed record Number(Span Span, long Value) : MurphiExpr(Span);

    public sealed record Name(Span Span, string Text) : MurphiExpr(Span);

    public sealed record Field(Span Span, MurphiExpr Of, Token Member) : MurphiExpr(Span);

    public sealed record Element(Span Span, MurphiExpr Of, MurphiExpr Index) : MurphiExpr(Span);

    public sealed record Unary(Span Span, string Operator, MurphiExpr Operand) : MurphiExpr(Span);

    public sealed record Binary(Span Span, string Operator, MurphiExpr Left, MurphiExpr Right) : MurphiExpr(Span);

    public sealed record Ternary(Span Span, MurphiExpr Condition, MurphiExpr Then, MurphiExpr Else) : MurphiExpr(Span);

    public sealed record Quantified(Span Span, bool IsForAll, Range Over, MurphiExpr Body) : MurphiExpr(Span);

    public sealed record Call(Span Span, string Function, ImmutableArray<MurphiExpr> Arguments) : MurphiExpr(Span);

    public sealed record IsUndefined(Span Span, MurphiExpr Of) : MurphiExpr(Span);

    /// <summary>The place of an expression that could not be read.</summary>
    public sealed record Missing(Span Span) : MurphiExpr(Span);

    /// <summary>A quantified variable, over a type or from one number to another.</summary>
    public sealed record Range(Token Variable, MurphiTypeExpr? Type, MurphiExpr? From, MurphiExpr? To, MurphiExpr? By);
}

/// <summary>A type of a Murphi text.</summary>
/// <param name="Span">The place.</param>
internal abstract record MurphiTypeExpr(Span Span)
{
    public sealed record Named(Span Span, string Text) : MurphiTypeExpr(Span);

    public sealed record Range(Span Span, MurphiExpr Low, MurphiExpr High) : MurphiTypeExpr(Span);

    public sealed record Enumeration(Span Span, ImmutableArray<Token> Members) : MurphiTypeExpr(Span);

    public sealed record Record(Span Span, ImmutableArray<MurphiDeclaration> Fields) : MurphiTypeExpr(Span);

    public sealed record Array(Span Span, MurphiTypeExpr Index, MurphiTypeExpr Element) : MurphiTypeExpr(Span);

    public sealed record Scalarset(Span Span, MurphiExpr Size) : MurphiTypeExpr(Span);
}

/// <summary>The kind of a declared name.</summary>
internal enum MurphiKind
{
    Constant,
    Type,
    Variable,
    Alias,
}

/// <summary>A name with its type or its value.</summary>
internal sealed record MurphiDeclaration(MurphiKind Kind, Token Name, MurphiTypeExpr? Type, MurphiExpr? Value);

/// <summary>A statement of a Murphi text.</summary>
/// <param name="Span">The place.</param>
internal abstract record MurphiStatement(Span Span)
{
    public sealed record Assignment(Span Span, MurphiExpr Target, MurphiExpr Value) : MurphiStatement(Span);

    public sealed record Call(Span Span, MurphiExpr.Call Of) : MurphiStatement(Span);

    public sealed record Property(Span Span, string Category, MurphiExpr Holds, string? Text) : MurphiStatement(Span);

    public sealed record Alias(Span Span, ImmutableArray<MurphiDeclaration> Names, ImmutableArray<MurphiStatement> Body)
        : MurphiStatement(Span);

    public sealed record Error(Span Span, string Text) : MurphiStatement(Span);

    public sealed record Clear(Span Span, MurphiExpr Target) : MurphiStatement(Span);

    public sealed record Undefine(Span Span, MurphiExpr Target) : MurphiStatement(Span);

    public sealed record For(Span Span, MurphiExpr.Range Over, ImmutableArray<MurphiStatement> Body) : MurphiStatement(Span);

    public sealed record While(Span Span, MurphiExpr Condition, ImmutableArray<MurphiStatement> Body) : MurphiStatement(Span);

    /// <summary>An <c>if</c>; the condition of <c>else</c> is null.</summary>
    public sealed record If(Span Span, ImmutableArray<(MurphiExpr? Condition, ImmutableArray<MurphiStatement> Body)> Clauses)
        : MurphiStatement(Span);

    /// <summary>A <c>switch</c>; the <c>else</c> matches nothing and comes last.</summary>
    public sealed record Switch(Span Span, MurphiExpr Value,
        ImmutableArray<(ImmutableArray<MurphiExpr> Matches, bool IsElse, ImmutableArray<MurphiStatement> Body)> Cases)
            : MurphiStatement(Span);

    public sealed record Return(Span Span, MurphiExpr? Value) : MurphiStatement(Span);

    public sealed record Put(Span Span) : MurphiStatement(Span);
}

/// <summary>A function or a procedure.</summary>
internal sealed record MurphiFunction(
    Span Span, string Name, ImmutableArray<(MurphiDeclaration Of, bool IsVar)> Parameters, MurphiTypeExpr? Result,
    ImmutableArray<MurphiDeclaration> Locals, ImmutableArray<MurphiStatement> Body);

/// <summary>A rule, a start state or a property, with the rulesets and aliases around it from the outside in.</summary>
/// <param name="Span">The place.</param>
/// <param name="Category"><c>rule</c>, <c>startstate</c> or the kind of property.</param>
/// <param name="Name">The name; empty if it has none.</param>
/// <param name="Around">The quantifiers and aliases around it.</param>
/// <param name="Holds">The guard or the property; null for none.</param>
/// <param name="Locals">The local declarations.</param>
/// <param name="Body">The statements.</param>
internal sealed record MurphiRule(
    Span Span, string Category, string Name, ImmutableArray<object> Around, MurphiExpr? Holds,
    ImmutableArray<MurphiDeclaration> Locals, ImmutableArray<MurphiStatement> Body);

/// <summary>A Murphi text.</summary>
/// <param name="Globals">The declarations, in order.</param>
/// <param name="Functions">The functions and procedures.</param>
/// <param name="Rules">The rules, start states and properties, in order.</param>
internal sealed record MurphiProgram(
    ImmutableArray<MurphiDeclaration> Globals, ImmutableArray<MurphiFunction> Functions, ImmutableArray<MurphiRule> Rules);
