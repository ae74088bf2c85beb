using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Verify.Modelling;

namespace Verify.Claims;

/// <summary>A claim made precise: an instance, a property and the expected verdict.</summary>
public sealed record Claim
{
    /// <summary>Creates a claim and records the source location of the call.</summary>
    public Claim([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Where = SourceLocation.From(file, line);

    /// <summary>The source location that declares the claim.</summary>
    public SourceLocation Where { get; init; }

    /// <summary>The identifier; where one instance has several verdicts, the invariant follows after a colon.</summary>
    public required string Id { get; init; }

    /// <summary>The claim in one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The model family that the claim is about.</summary>
    public required ModelFamily Family { get; init; }

    /// <summary>The instance.</summary>
    public required Choices Choices { get; init; }

    /// <summary>The name of the property in the model.</summary>
    public required string Property { get; init; }

    /// <summary>The expected verdict.</summary>
    public required Expectation Expected { get; init; }

    /// <summary>The people who made or disputed the claim, and the place where they did.</summary>
    public required ImmutableArray<Source> Sources { get; init; }

    /// <summary>
    /// The explanation of the verdict: why it is so, or why a faithful model differs from what was believed.
    /// </summary>
    public string? Finding { get; init; }

    /// <summary>Limits of this proof beyond those that apply to every proof, one plain line each.</summary>
    public ImmutableArray<string> NotCovered { get; init; } = [];
}

/// <summary>The verdict that a claim is expected to have. A closed set.</summary>
public abstract record Expectation
{
    private Expectation()
    {
    }

    /// <summary>The name of the expectation in JSON and in reports.</summary>
    public abstract string Word { get; }

    /// <summary>The property holds in every reachable state.</summary>
    public sealed record Proved : Expectation
    {
        /// <inheritdoc/>
        public override string Word => "proved";
    }

    /// <summary>
    /// The property holds under the assumptions of the claim and is refuted when any one of them is dropped, except for
    /// the superfluous ones.
    /// </summary>
    /// <param name="Superfluous">The assumptions that the proof does not need.</param>
    public sealed record ProvedIf(params ImmutableArray<string> Superfluous) : Expectation
    {
        /// <inheritdoc/>
        public override string Word => "proved";
    }

    /// <summary>The property is refuted.</summary>
    /// <param name="Steps">The length of a shortest violation, if it is known in advance.</param>
    public sealed record Refuted(int? Steps = null) : Expectation
    {
        /// <inheritdoc/>
        public override string Word => "refuted";
    }

    /// <summary>Nothing is expected: the claim is a question, and any answer is accepted.</summary>
    public sealed record Open : Expectation
    {
        /// <inheritdoc/>
        public override string Word => "open";
    }

    /// <summary>This version cannot decide the claim and does not count it as decided.</summary>
    /// <param name="Reason">The feature or fact that is missing.</param>
    public sealed record Pending(string Reason) : Expectation
    {
        /// <inheritdoc/>
        public override string Word => "pending";
    }
}

/// <summary>A list of claims. Reflection finds every public class with a parameterless constructor.</summary>
public abstract class ClaimList
{
    /// <summary>The claims in the order in which reports show them.</summary>
    public abstract IEnumerable<Claim> Claims { get; }

    /// <summary>Reads all claims at once.</summary>
    /// <exception cref="UserErrorException">VRF305: the code of the list throws an exception.</exception>
    public ImmutableArray<Claim> Read() => new AuthoredCode(ErrorCodes.BadClaim, $"the list '{GetType().Name}'",
        () => SourceLocation.Of(GetType().GetProperty(nameof(Claims))?.GetMethod)).Run(() => Claims.ToImmutableArray());
}
