using System.Numerics;
using System.Runtime.InteropServices;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Search;

/// <summary>
/// The literals that are false in sampled states: a row for each state and choice of distinct identities, a column of
/// bits for each literal. A clause holds in all states exactly if no row has all of its literals false.
/// </summary>
internal sealed class SampleMatrix
{
    private const int MaxOfState = 16;

    private readonly Prng random = new(1);
    private readonly AtomCatalogue vocabulary;
    private readonly HashSet<UInt128> seen = [];
    private readonly List<ulong[]> rows = [];
    private ulong[][] columns = [];

    public SampleMatrix(AtomCatalogue vocabulary) => this.vocabulary = vocabulary;

    /// <summary>The number of distinct rows.</summary>
    public int Count => rows.Count;

    /// <summary>Adds the rows of a state; if it has many choices of identities, only some of them.</summary>
    public void Add(AtomCatalogue own, StateImage image, IReadOnlyDictionary<string, int> sizes)
    {
        foreach (var row in Of(own, image, Some(Assignments(own.Variables, sizes, 0, new int[own.Variables.Count]))))
        {
            var hash = UInt128.Zero;
            foreach (var word in row)
            {
                hash = unchecked((hash * 0x9E3779B97F4A7C15UL) + Fingerprint.Mix(word + (ulong)(hash >> 64)));
            }

            if (seen.Add(hash))
            {
                rows.Add(row);
            }
        }
    }

    /// <summary>Converts rows to columns; no rows can be added afterwards.</summary>
    public void Finish()
    {
        var words = (rows.Count + 63) / 64;
        columns = new ulong[vocabulary.Literals.Count][];
        for (var literal = 0; literal < columns.Length; literal++)
        {
            var column = columns[literal] = new ulong[words];
            for (var row = 0; row < rows.Count; row++)
            {
                if ((rows[row][literal / 64] >> (literal % 64) & 1) == 1)
                {
                    column[row / 64] |= 1UL << (row % 64);
                }
            }
        }
    }

    /// <summary>The rows in which a literal is false.</summary>
    public ReadOnlySpan<ulong> False(int literal) => columns[literal];

    /// <summary>True if two columns have a common bit; the common bits are written to a third column.</summary>
    public static bool Meet(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> common)
    {
        var any = 0UL;
        for (var i = 0; i < a.Length; i++)
        {
            any |= common[i] = a[i] & b[i];
        }

        return any != 0;
    }

    /// <summary>True if two columns have a common bit.</summary>
    public static bool Meet(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        var x = MemoryMarshal.Cast<ulong, Vector<ulong>>(a);
        var y = MemoryMarshal.Cast<ulong, Vector<ulong>>(b);
        for (var i = 0; i < x.Length; i++)
        {
            if ((x[i] & y[i]) != Vector<ulong>.Zero)
            {
                return true;
            }
        }

        for (var i = x.Length * Vector<ulong>.Count; i < a.Length; i++)
        {
            if ((a[i] & b[i]) != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The rows of one state, as bits of false literals.</summary>
    public static IEnumerable<ulong[]> Of(AtomCatalogue vocabulary, StateImage image, IReadOnlyDictionary<string, int> sizes) =>
        Of(vocabulary, image, Assignments(vocabulary.Variables, sizes, 0, new int[vocabulary.Variables.Count]));

    private static IEnumerable<ulong[]> Of(AtomCatalogue vocabulary, StateImage image, IEnumerable<int[]> assignments)
    {
        foreach (var elements in assignments)
        {
            var row = new ulong[(vocabulary.Literals.Count + 63) / 64];
            for (var literal = 0; literal < vocabulary.Literals.Count; literal++)
            {
                var (isThere, holds) = Ask(vocabulary, literal, image, elements);
                if (isThere && !holds)
                {
                    row[literal / 64] |= 1UL << (literal % 64);
                }
            }

            yield return row;
        }
    }

    private IEnumerable<int[]> Some(IEnumerable<int[]> assignments)
    {
        var all = assignments.Select(elements => (int[])elements.Clone()).ToList();
        return all.Count <= MaxOfState ? all : Enumerable.Range(0, MaxOfState).Select(_ => all[random.Below(all.Count)]);
    }

    private static (bool IsThere, bool Holds) Ask(AtomCatalogue vocabulary, int literal, StateImage image, int[] elements)
    {
        var one = vocabulary.Literals[literal];
        foreach (var binder in one.Over)
        {
            if (elements[vocabulary.Variables.IndexOf(binder)] < 0)
            {
                return (false, false);
            }
        }

        return (true, one.Holds(image, elements));
    }

    // All choices of distinct elements; if there are too few elements, the last identities have none.
    private static IEnumerable<int[]> Assignments(
        List<Binder> variables, IReadOnlyDictionary<string, int> sizes, int position, int[] chosen)
    {
        if (position == variables.Count)
        {
            yield return chosen;
            yield break;
        }

        var sort = (Sort.ScalarSet)variables[position].Sort;
        var earlier = Enumerable.Range(0, position).Where(i => variables[i].Sort.Equals(sort)).Select(i => chosen[i]).ToList();
        var free = Enumerable.Range(0, sizes[sort.Name]).Except(earlier).ToList();
        foreach (var element in free.Count == 0 ? [-1] : free)
        {
            chosen[position] = element;
            foreach (var rest in Assignments(variables, sizes, position + 1, chosen))
            {
                yield return rest;
            }
        }
    }
}
