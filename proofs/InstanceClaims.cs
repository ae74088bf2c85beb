using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Verify.Claims;
using Verify.Modelling;

namespace Verify.Proofs;

/// <summary>Several claims about one instance, one per property.</summary>
/// <param name="Id">The identifier of the row.</param>
/// <param name="Family">The model.</param>
/// <param name="Choices">The instance.</param>
/// <param name="Sources">The people who made or disputed the claims.</param>
internal record InstanceClaims(string Id, ModelFamily Family, Choices Choices, params ImmutableArray<Source> Sources)
{
    /// <summary>A claim about one property of this instance.</summary>
    public Claim Claim(string property, Expectation expected, string sentence, string? finding = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => new(file, line)
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

    /// <summary>The limits that follow from the sizes of the instance, one plain line each.</summary>
    public virtual ImmutableArray<string> NotCovered => [];

    /// <summary>The property holds in every reachable state.</summary>
    public static Expectation Proved => new Expectation.Proved();

    /// <summary>The property holds, but not without any one of the assumptions.</summary>
    public static Expectation ProvedIf => new Expectation.ProvedIf();

    /// <summary>The property is violated; for a <c>LeadsTo</c> by a loop.</summary>
    public static Expectation Starves => new Expectation.Refuted();

    /// <summary>The property is violated, and the shortest violation has the given number of steps.</summary>
    public static Expectation Refuted(int steps) => new Expectation.Refuted(steps);
}
