using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Verify.Modelling;

namespace Verify.Claims;

/// <summary>One sentence that somebody said, made precise: an instance, a property and what is expected of it.</summary>
public sealed record Claim
{
    /// <summary>A claim that is written down where this is called.</summary>
    public Claim([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Where = SourceLocation.From(file, line);

    /// <summary>Where it is written down.</summary>
    public SourceLocation Where { get; init; }

    /// <summary>The id, with the invariant behind a colon where one instance has several verdicts.</summary>
    public required string Id { get; init; }

    /// <summary>What is claimed, in a sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The model it speaks of.</summary>
    public required ModelFamily Family { get; init; }

    /// <summary>The instance.</summary>
    public required Choices Choices { get; init; }

    /// <summary>The name of the property in the model.</summary>
    public required string Property { get; init; }

    /// <summary>What it is expected to come to.</summary>
    public required Expectation Expected { get; init; }

    /// <summary>Who claimed or disputed it, and where.</summary>
    public required ImmutableArray<Source> Sources { get; init; }

    /// <summary>What was learnt: why it is so, or why a faithful model differs from what was believed.</summary>
    public string? Finding { get; init; }

    /// <summary>What the claim's proof does not cover beyond what every proof says, one plain line each.</summary>
    public ImmutableArray<string> NotCovered { get; init; } = [];
}

/// <summary>What a claim is expected to come to. A closed set.</summary>
public abstract record Expectation
{
    private Expectation()
    {
    }

    /// <summary>The word for it in JSON and in reports.</summary>
    public abstract string Word { get; }

    /// <summary>Holds in every reachable state.</summary>
    public sealed record Proved : Expectation
    {
        /// <inheritdoc/>
        public override string Word => "proved";
    }

    /// <summary>
    /// Holds under the assumptions of the claim, and is refuted with each of them dropped alone, but for those that are
    /// known to carry nothing.
    /// </summary>
    /// <param name="Superfluous">The assumptions that it holds without.</param>
    public sealed record ProvedIf(params ImmutableArray<string> Superfluous) : Expectation
    {
        /// <inheritdoc/>
        public override string Word => "proved";
    }

    /// <summary>Is refuted.</summary>
    /// <param name="Steps">The length of a shortest violation, when it is known beforehand.</param>
    public sealed record Refuted(int? Steps = null) : Expectation
    {
        /// <inheritdoc/>
        public override string Word => "refuted";
    }

    /// <summary>Nothing is claimed: a question, whose answer is whatever is found.</summary>
    public sealed record Open : Expectation
    {
        /// <inheritdoc/>
        public override string Word => "open";
    }

    /// <summary>Not decided by this version, and not counted as decided.</summary>
    /// <param name="Reason">What it waits for.</param>
    public sealed record Pending(string Reason) : Expectation
    {
        /// <inheritdoc/>
        public override string Word => "pending";
    }
}

/// <summary>A list of claims, found by reflection: a public class with a constructor without parameters is enough.</summary>
public abstract class ClaimList
{
    /// <summary>The claims, in the order in which they are told.</summary>
    public abstract IEnumerable<Claim> Claims { get; }

    /// <summary>The claims, all at once.</summary>
    /// <exception cref="UserErrorException">VRF305: the list's own code throws.</exception>
    public ImmutableArray<Claim> Read()
    {
        try
        {
            return [.. Claims];
        }
#pragma warning disable CA1031 // Whatever the list's own code throws is a mistake in the list, at its own line.
        catch (Exception e) when (e is not UserErrorException)
#pragma warning restore CA1031
        {
            var cause = e is TypeInitializationException { InnerException: { } inner } ? inner : e;
            throw cause as UserErrorException ?? UserErrorException.At(Dsl.SpotOf(cause), ErrorCodes.BadClaim,
                $"the list '{GetType().Name}' throws {cause.GetType().Name}: {cause.Message}", "mend the line", cause);
        }
    }
}
