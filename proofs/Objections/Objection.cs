using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Proofs.Objections;

/// <summary>A sentence of a mail that says that something is safe, or that it is not, in words of our own.</summary>
/// <param name="Who">The author of the sentence.</param>
/// <param name="Says">The sentence.</param>
/// <param name="SaysSafe">True if the sentence is right where its claims are proved; false if where they are refuted.</param>
/// <param name="Claims">The identifiers of the claims that decide the sentence.</param>
public sealed record Objection(string Who, string Says, bool SaysSafe, ImmutableArray<string> Claims)
{
    /// <summary>A sentence that says that something is safe.</summary>
    internal static Objection Safe(string who, string says, params ImmutableArray<string> claims) => new(who, says, true, claims);

    /// <summary>A sentence that says that something is not safe.</summary>
    internal static Objection Unsafe(string who, string says, params ImmutableArray<string> claims) => new(who, says, false, claims);
}

/// <summary>The sentences of one mail. Reflection finds every public class with a parameterless constructor.</summary>
public abstract class ObjectionList
{
    /// <summary>The mail.</summary>
    public abstract Source Mail { get; }

    /// <summary>Its sentences, in its order.</summary>
    public abstract IEnumerable<Objection> Objections { get; }
}
