namespace Verify.Explicit.Compilation;

/// <summary>
/// A set of predicates, such as those that hold in a state. In a search, predicate 0 is that of the property, and the
/// witnesses follow.
/// </summary>
/// <param name="Bits">Bit i stands for predicate i.</param>
internal readonly record struct PredicateBits(long Bits)
{
    /// <summary>The maximum number of predicates.</summary>
    public const int MaxCount = 60;

    /// <summary>All predicates, and <see cref="Undefined"/>.</summary>
    public static PredicateBits All => new(-1);

    /// <summary>A flag for an undefined predicate.</summary>
    public static PredicateBits Undefined => new(1L << 62);

    /// <summary>The set of the property's predicate alone.</summary>
    public static PredicateBits Question => Only(0);

    /// <summary>True if the set contains the property's predicate.</summary>
    public bool HasQuestion => this[0];

    /// <summary>True if a predicate is undefined.</summary>
    public bool IsUndefined => Overlaps(Undefined);

    /// <summary>True if a predicate is in the set.</summary>
    public bool this[int predicate] => (Bits >> predicate & 1) != 0;

    /// <summary>The union of two sets.</summary>
    public static PredicateBits operator |(PredicateBits one, PredicateBits other) => new(one.Bits | other.Bits);

    /// <summary>The set of one predicate.</summary>
    public static PredicateBits Only(int predicate) => new(1L << predicate);

    /// <summary>The set of one witness.</summary>
    public static PredicateBits Witness(int witness) => Only(witness + 1);

    /// <summary>True if a witness is in the set.</summary>
    public bool HasWitness(int witness) => this[witness + 1];

    /// <summary>True if two sets have a common element.</summary>
    public bool Overlaps(PredicateBits other) => (Bits & other.Bits) != 0;

    /// <summary>This set without the elements of another one.</summary>
    public PredicateBits Except(PredicateBits other) => new(Bits & ~other.Bits);
}
