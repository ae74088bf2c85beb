using System.Collections.Immutable;
using Verify.Claims;
using Verify.Mechanisms;
using Verify.Modelling;

namespace Verify.Proofs;

/// <summary>One instance of the mechanism, about which several claims are made: one an invariant.</summary>
internal sealed record Variant(string Id, Choices Choices, params ImmutableArray<Anchor> Sources)
{
    /// <summary>Two CPUs, one address, two frames, the mm loaded everywhere, no fault and no assumption.</summary>
    public static Choices Upstream => Choices.Default;

    /// <summary>The mechanism.</summary>
    public ModelFamily Family { get; init; } = new LocalCpuFlag();

    /// <summary>What a claim about one invariant says of this instance.</summary>
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
    public ImmutableArray<string> NotCovered
    {
        get
        {
            var size = Family.Sizes.FirstOrDefault(size => size.Name == "gens");
            var generations = size is null ? 0 : Choices.Sizes.GetValueOrDefault(size.Name, size.Default);
            return generations > 0
                ? [$"runs with more flushes of the mm than {generations}"]
                : ["context switches: the mm stays loaded on every CPU"];
        }
    }

    /// <summary>Holds in every reachable state.</summary>
    public static Expectation Proved => new Expectation.Proved();

    /// <summary>Holds, and not without any one of the assumptions.</summary>
    public static Expectation ProvedIf => new Expectation.ProvedIf();

    /// <summary>Is violated, and the shortest violation has this many steps.</summary>
    public static Expectation Refuted(int steps) => new Expectation.Refuted(steps);
}
