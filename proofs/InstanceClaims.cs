using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;

namespace Verify.Proofs;

/// <summary>One instance, about which several claims are made: one a property.</summary>
/// <param name="Id">Of the row.</param>
/// <param name="Family">The model.</param>
/// <param name="Choices">The instance.</param>
/// <param name="Sources">Who claimed or disputed it.</param>
internal record InstanceClaims(string Id, ModelFamily Family, Choices Choices, params ImmutableArray<Source> Sources)
{
    /// <summary>What a claim about one property says of this instance.</summary>
    public Claim Claim(string property, Expectation expected, string sentence, string? finding = null) => new()
    {
        Id = $"{Id}:{property}",
        Sentence = sentence,
        Family = Family,
        Choices = Choices,
        Property = property,
        Expected = expected,
        Sources = Sources,
        Finding = finding,
        NotCovered = NotCovered,
    };

    /// <summary>What the instance leaves out by its sizes, one plain line each.</summary>
    public virtual ImmutableArray<string> NotCovered => [];

    /// <summary>Holds in every reachable state.</summary>
    public static Expectation Proved => new Expectation.Proved();

    /// <summary>Holds, and not without any one of the assumptions.</summary>
    public static Expectation ProvedIf => new Expectation.ProvedIf();

    /// <summary>Is violated; a loop, if it is about what comes in the end.</summary>
    public static Expectation Starves => new Expectation.Refuted();

    /// <summary>Is violated, and the shortest violation has this many steps.</summary>
    public static Expectation Refuted(int steps) => new Expectation.Refuted(steps);
}
