using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Search;

/// <summary>An atomic statement about some identities, or its negation.</summary>
/// <param name="Text">The statement in C#, as in an invariant; unique in a model.</param>
/// <param name="Phrase">The affirmative statement in words, given the names of the identities.</param>
/// <param name="IsDenied">True if the literal is the negation of the words.</param>
/// <param name="Expression">The statement.</param>
/// <param name="Over">The identities of the literal.</param>
/// <param name="Holds">True if the literal holds in a state, given its image and an element for each identity.</param>
internal sealed record Literal(
    string Text, Func<Func<Binder, string>, string> Phrase, bool IsDenied, Expr Expression, ImmutableArray<Binder> Over,
    Func<StateImage, int[], bool> Holds)
{
    /// <summary>The affirmative statement in words.</summary>
    public string Words => Phrase(binder => binder.Name);
}

/// <summary>A clause: for all identities, at least one of its literals holds.</summary>
/// <param name="Literals">The literals.</param>
/// <param name="Over">The identities; those of one sort are distinct.</param>
internal sealed record Clause(ImmutableArray<Literal> Literals, ImmutableArray<Binder> Over)
{
    /// <summary>The clause as a closed predicate.</summary>
    public Expr Expression => Over.Reverse().Aggregate(Body, Dsl.ForAllOver);

    /// <summary>The clause in words; different letters stand for different identities.</summary>
    public string Name
    {
        get
        {
            var denied = string.Join(" and ", Literals.Where(literal => literal.IsDenied).Select(literal => literal.Words));
            var said = string.Join(" or ", Literals.Where(literal => !literal.IsDenied).Select(literal => literal.Words));
            return denied.Length == 0 ? $"always {said}" : said.Length == 0 ? $"never {denied}" : $"if {denied} then {said}";
        }
    }

    /// <summary>The clause in C#.</summary>
    public string Text
    {
        get
        {
            var parts = Same.Select(pair => $"{pair.First} == {pair.Second}").Concat(Literals.Select(literal => literal.Text)).ToList();
            var body = string.Join(" | ", parts);
            return Over.IsEmpty ? body
                : $"ForAll({string.Join(", ", Over.Select(o => o.Sort is Sort.ScalarSet s ? s.Name : ""))}, "
                    + $"{(Over.Length == 1 ? Over[0].Name : $"({string.Join(", ", Over.Select(o => o.Name))})")} => {body})";
        }
    }

    private Expr Body => Same.Select(pair => Dsl.ValueOf(pair.First) == Dsl.ValueOf(pair.Second))
        .Concat(Literals.Select(literal => literal.Expression))
        .Aggregate((left, right) => left | right);

    private IEnumerable<(Binder First, Binder Second)> Same =>
        from i in Enumerable.Range(0, Over.Length)
        from j in Enumerable.Range(0, i)
        where Over[i].Sort.Equals(Over[j].Sort)
        select (Over[j], Over[i]);
}
