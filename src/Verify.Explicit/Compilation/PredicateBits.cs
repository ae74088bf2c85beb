namespace Verify.Explicit.Compilation;

/// <summary>A set of predicates, as those that hold in a state. Of a search the question is first, then its witnesses.</summary>
/// <param name="Bits">Bit i stands for predicate i.</param>
internal readonly record struct PredicateBits(long Bits)
{
    /// <summary>The most predicates of a set.</summary>
    public const int MaxCount = 60;

    /// <summary>Every predicate, and <see cref="Undefined"/>.</summary>
    public static PredicateBits All => new(-1);

    /// <summary>The mark that a predicate is undefined.</summary>
    public static PredicateBits Undefined => new(1L << 62);

    /// <summary>The question alone.</summary>
    public static PredicateBits Question => Only(0);

    /// <summary>Whether the question is in the set.</summary>
    public bool HasQuestion => this[0];

    /// <summary>Whether a predicate is undefined.</summary>
    public bool IsUndefined => Overlaps(Undefined);

    /// <summary>Whether a predicate is in the set.</summary>
    public bool this[int predicate] => (Bits >> predicate & 1) != 0;

    /// <summary>The union of two sets.</summary>
    public static PredicateBits operator |(PredicateBits one, PredicateBits other) => new(one.Bits | other.Bits);

    /// <summary>One predicate alone.</summary>
    public static PredicateBits Only(int predicate) => new(1L << predicate);

    /// <summary>One witness alone.</summary>
    public static PredicateBits Witness(int witness) => Only(witness + 1);

    /// <summary>Whether a witness is in the set.</summary>
    public bool HasWitness(int witness) => this[witness + 1];

    /// <summary>Whether two sets have something in common.</summary>
    public bool Overlaps(PredicateBits other) => (Bits & other.Bits) != 0;

    /// <summary>This set without what is in another.</summary>
    public PredicateBits Except(PredicateBits other) => new(Bits & ~other.Bits);
}
