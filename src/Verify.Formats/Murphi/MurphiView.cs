using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Formats.Murphi;

/// <summary>
/// A value in Murphi. The language has no expressions for records, maps or options, so they are decomposed into scalars
/// and parts of variables.
/// </summary>
internal abstract record MurphiView(Sort Sort)
{
    /// <summary>The text of a scalar other than an option.</summary>
    public sealed record Scalar(Sort Sort, PrecedenceText Text) : MurphiView(Sort);

    /// <summary>The code of an option of a scalar.</summary>
    public sealed record Code(Sort Sort, PrecedenceText Text) : MurphiView(Sort);

    /// <summary>A part of a variable.</summary>
    public sealed record Place(Sort Sort, Variable Variable, ImmutableArray<string> Path) : MurphiView(Sort);

    /// <summary>An empty option.</summary>
    public sealed record None(Sort Sort) : MurphiView(Sort);

    /// <summary>An option that holds a value.</summary>
    public sealed record Some(Sort Sort, MurphiView Content) : MurphiView(Sort);

    /// <summary>A record made from its fields.</summary>
    public sealed record Tuple(Sort Sort, ImmutableArray<MurphiView> Fields) : MurphiView(Sort);

    /// <summary>A map with the same value at every key.</summary>
    public sealed record Fill(Sort Sort, MurphiView Element) : MurphiView(Sort);

    /// <summary>One of two values, selected by a condition.</summary>
    public sealed record Choice(Sort Sort, string Condition, MurphiView IfTrue, MurphiView IfFalse) : MurphiView(Sort)
    {
        public MurphiView Both(Sort sort, Func<MurphiView, MurphiView> part) => new Choice(sort, Condition, part(IfTrue), part(IfFalse));
    }
}
