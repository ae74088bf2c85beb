using System.Collections.Immutable;

namespace Verify.Symbolic.Pdr;

/// <summary>
/// A conjunction of literals, each of which says that a leaf has a code; stands for the set of states that satisfy it.
/// </summary>
/// <param name="Literals">The leaves and their codes, in the order of the leaves.</param>
internal sealed record Cube(ImmutableArray<(int Leaf, int Code)> Literals)
{
    /// <summary>True if this cube contains every state of another one.</summary>
    public bool Contains(Cube other) => Literals.All(literal => other.Literals.BinarySearch(literal) >= 0);

    /// <summary>The larger cube without one literal.</summary>
    public Cube Without((int Leaf, int Code) literal) => new(Literals.Remove(literal));
}
