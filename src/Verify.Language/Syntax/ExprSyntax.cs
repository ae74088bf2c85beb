using System.Collections.Immutable;

namespace Verify.Language.Syntax;

/// <summary>A name, an identifier or a text at its place.</summary>
/// <param name="Text">The letters.</param>
/// <param name="Span">The place.</param>
public sealed record Word(string Text, Span Span);

/// <summary>A name that is bound for every value of a sort: <c>c in cpu</c>, or <c>c: cpu</c> as a parameter.</summary>
/// <param name="Name">The name.</param>
/// <param name="Sort">The sort.</param>
public sealed record BinderSyntax(Word Name, SortSyntax Sort);

/// <summary>A sort as it is written. A closed set.</summary>
/// <param name="Span">The place.</param>
public abstract record SortSyntax(Span Span)
{
    /// <summary>A declared sort, or <c>bool</c>.</summary>
    public sealed record Named(Word Name) : SortSyntax(Name.Span);

    /// <summary>A range, <c>0..3</c>.</summary>
    public sealed record Range(ExprSyntax Low, ExprSyntax High, Span Span) : SortSyntax(Span);

    /// <summary>An option, <c>frame?</c>.</summary>
    public sealed record Option(SortSyntax Of, Span Span) : SortSyntax(Span);

    /// <summary>A map, <c>[cpu, page] frame</c>.</summary>
    public sealed record Map(ImmutableArray<SortSyntax> Keys, SortSyntax Value, Span Span) : SortSyntax(Span);

    /// <summary>A sort that could not be read.</summary>
    public sealed record Bad(Span Span) : SortSyntax(Span);
}

/// <summary>An expression as it is written. A closed set.</summary>
/// <param name="Span">The place.</param>
/// <param name="Depth">The nesting depth, from 0.</param>
public abstract record ExprSyntax(Span Span, int Depth)
{
    private static int Above(params ReadOnlySpan<ExprSyntax> parts)
    {
        var depth = 0;
        foreach (var part in parts)
        {
            depth = Math.Max(depth, part.Depth + 1);
        }

        return depth;
    }

    /// <summary>A name: of a parameter, a variable, a size or a member.</summary>
    public sealed record Named(Word Word) : ExprSyntax(Word.Span, 0);

    /// <summary>A number, <c>true</c> or <c>false</c>.</summary>
    public sealed record Constant(int Value, bool IsTruth, Span Span) : ExprSyntax(Span, 0);

    /// <summary>The empty option.</summary>
    public sealed record None(Span Span) : ExprSyntax(Span, 0);

    /// <summary>A choice of the instance: <c>fault NAME</c>, <c>feature NAME</c>, <c>assumption NAME</c>, <c>profile NAME</c>.</summary>
    public sealed record Choice(Word Kind, Word Of) : ExprSyntax(Kind.Span.To(Of.Span), 0);

    /// <summary>An option that holds a value, <c>some(x)</c>.</summary>
    public sealed record Some(ExprSyntax Content, Span Span) : ExprSyntax(Span, Above(Content));

    /// <summary>A map with one value at every key, <c>all x</c>.</summary>
    public sealed record All(ExprSyntax Element, Span Span) : ExprSyntax(Span, Above(Element));

    /// <summary>An entry of a map.</summary>
    public sealed record Index(ExprSyntax Map, ImmutableArray<ExprSyntax> Keys, Span Span)
        : ExprSyntax(Span, Above([Map, .. Keys]));

    /// <summary>A field; with an arrow, of the content of an option.</summary>
    public sealed record Field(ExprSyntax Of, Word Name, bool IsArrow) : ExprSyntax(Of.Span.To(Name.Span), Above(Of));

    /// <summary>A record made from its fields, <c>entry(f, true)</c>, or the number of members, <c>size(cpu)</c>.</summary>
    public sealed record Call(ExprSyntax Function, ImmutableArray<ExprSyntax> Arguments, Span Span)
        : ExprSyntax(Span, Above([Function, .. Arguments]));

    /// <summary>A prefix operator: <c>!</c>, or <c>*</c> for the content of an option.</summary>
    public sealed record Prefix(string Operator, ExprSyntax Of, Span Span) : ExprSyntax(Span, Above(Of));

    /// <summary>An infix operator.</summary>
    public sealed record Infix(string Operator, ExprSyntax Left, ExprSyntax Right)
        : ExprSyntax(Left.Span.To(Right.Span), Above(Left, Right));

    /// <summary>One of two values, <c>c ? a : b</c>.</summary>
    public sealed record Conditional(ExprSyntax Condition, ExprSyntax IfTrue, ExprSyntax IfFalse)
        : ExprSyntax(Condition.Span.To(IfFalse.Span), Above(Condition, IfTrue, IfFalse));

    /// <summary>A quantifier: <c>forall</c>, <c>exists</c> or <c>count</c>.</summary>
    public sealed record Quantified(string Quantifier, ImmutableArray<BinderSyntax> Over, ExprSyntax Body, Span Span)
        : ExprSyntax(Span, Body.Depth + Over.Length);

    /// <summary>A value of a stated sort, <c>2 as 0..3</c>.</summary>
    public sealed record As(ExprSyntax Of, SortSyntax Sort) : ExprSyntax(Of.Span.To(Sort.Span), Above(Of));

    /// <summary>The position of a thread in its program, <c>munmap[c] at (unhooked, done)</c>.</summary>
    public sealed record At(ExprSyntax Thread, ImmutableArray<Word> Points, Span Span) : ExprSyntax(Span, Above(Thread));

    /// <summary>An expression that could not be read.</summary>
    public sealed record Bad(Span Span) : ExprSyntax(Span, 0);
}
