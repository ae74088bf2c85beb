namespace Verify.Explicit.Counterexamples;

/// <summary>Interns sets of actors as numbers, so that a state stores a set as one number.</summary>
internal sealed class ActorSets
{
    /// <summary>The empty set.</summary>
    public const int None = 0;

    /// <summary>The set of all actors, including those that are added later.</summary>
    public const int All = 1;

    private const int Bits = 64;
    private readonly List<ulong[]> members = [[], []];
    private readonly Dictionary<Members, int> numbers = new() { [new Members([])] = None };
    private readonly Dictionary<(int Set, int Actor), int> grown = [];

    /// <summary>True if a set contains an actor.</summary>
    public bool Contains(int set, int actor)
    {
        if (set == All)
        {
            return true;
        }

        var words = members[set];
        return actor / Bits < words.Length && (words[actor / Bits] >> (actor % Bits) & 1) != 0;
    }

    /// <summary>Returns the set with one actor added.</summary>
    public int With(int set, int actor)
    {
        if (Contains(set, actor))
        {
            return set;
        }

        if (!grown.TryGetValue((set, actor), out var number))
        {
            var words = new ulong[Math.Max(members[set].Length, (actor / Bits) + 1)];
            members[set].CopyTo(words, 0);
            words[actor / Bits] |= 1UL << (actor % Bits);
            if (!numbers.TryGetValue(new Members(words), out number))
            {
                number = members.Count;
                members.Add(words);
                numbers.Add(new Members(words), number);
            }

            grown.Add((set, actor), number);
        }

        return number;
    }

    /// <summary>One bit per actor; the last word is not 0.</summary>
    private readonly struct Members(ulong[] words) : IEquatable<Members>
    {
        private readonly ulong[] words = words;

        public bool Equals(Members other) => words.AsSpan().SequenceEqual(other.words);

        public override bool Equals(object? obj) => obj is Members other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
