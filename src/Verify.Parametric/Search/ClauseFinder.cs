using System.Collections.Immutable;
using System.Numerics;

namespace Verify.Parametric.Search;

/// <summary>Finds clauses that hold in all sampled states but not in a given state.</summary>
internal sealed class ClauseFinder(AtomCatalogue vocabulary, SampleMatrix reachable, CancellationToken cancellation)
{
    private const int Enough = 400;

    /// <summary>
    /// The clauses with the fewest literals; of those, the ones about the fewest identities come first.
    /// </summary>
    /// <param name="states">The literals that are false in the state to exclude, for each choice of identities.</param>
    /// <param name="isBanned">True for clauses that must not be returned.</param>
    public ImmutableArray<ImmutableArray<int>> Excluding(IEnumerable<ulong[]> states, Func<ImmutableArray<int>, bool> isBanned)
    {
        var rows = states.Select(LiteralsOf).ToList();
        for (var size = 1; size <= 4; size++)
        {
            var found = new List<ImmutableArray<int>>();
            foreach (var row in rows)
            {
                Extend(row, 0, [], new ulong[size][], size, found, isBanned);
                if (found.Count >= Enough)
                {
                    break;
                }
            }

            if (found.Count > 0)
            {
                return [.. found.DistinctBy(Key)
                    .OrderBy(clause => BitOperations.PopCount((uint)MaskOf(clause)))
                    .ThenBy(clause => clause.Sum(literal => vocabulary.Literals[literal].Over.Length))
                    .ThenBy(clause => clause.Sum(literal => vocabulary.Literals[literal].Text.Length))
                    .ThenBy(Key, StringComparer.Ordinal)];
            }
        }

        return [];
    }

    /// <summary>The identities of a clause, as bits.</summary>
    public int MaskOf(ImmutableArray<int> clause) => clause.Aggregate(0, (mask, literal) => mask | vocabulary.Mask(literal));

    /// <summary>A key that is equal for equal clauses.</summary>
    public static string Key(ImmutableArray<int> clause) => string.Join(' ', clause.Order());

    private static int[] LiteralsOf(ulong[] row) =>
        [.. Enumerable.Range(0, row.Length * 64).Where(literal => ((row[literal / 64] >> (literal % 64)) & 1) == 1)];

    private void Extend(int[] row, int from, ImmutableArray<int> chosen, ulong[][] common, int size,
        List<ImmutableArray<int>> found, Func<ImmutableArray<int>, bool> isBanned)
    {
        cancellation.ThrowIfCancellationRequested();
        for (var i = from; i < row.Length && found.Count < Enough; i++)
        {
            var column = reachable.False(row[i]);
            var clause = chosen.Add(row[i]);
            if (clause.Length == size)
            {
                var isValid = chosen.IsEmpty ? !column.ContainsAnyExcept(0UL) : !SampleMatrix.Meet(common[chosen.Length - 1], column);
                if (isValid && vocabulary.Canonical(clause) is var same && !isBanned(same))
                {
                    found.Add(same);
                }

                continue;
            }

            common[chosen.Length] ??= new ulong[column.Length];
            if (chosen.IsEmpty)
            {
                column.CopyTo(common[0]);
            }
            else if (!SampleMatrix.Meet(common[chosen.Length - 1], column, common[chosen.Length]))
            {
                continue; // a shorter clause, which was found before, implies it
            }

            Extend(row, i + 1, clause, common, size, found, isBanned);
        }
    }
}
