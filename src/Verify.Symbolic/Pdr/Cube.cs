using System.Collections.Immutable;

namespace Verify.Symbolic.Pdr;

/// <summary>That some leaves have certain codes: the set of all states of which that is true.</summary>
/// <param name="Literals">The leaves and their codes, in the order of the leaves.</param>
internal sealed record Cube(ImmutableArray<(int Leaf, int Code)> Literals)
{
    /// <summary>Whether every state of another one is also of this one.</summary>
    public bool Contains(Cube other) => Literals.All(literal => other.Literals.BinarySearch(literal) >= 0);

    /// <summary>The states of which less is known.</summary>
    public Cube Without((int Leaf, int Code) literal) => new(Literals.Remove(literal));
}
