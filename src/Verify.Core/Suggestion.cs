namespace Verify;

/// <summary>The known names that are nearest to an unknown one.</summary>
public static class Suggestion
{
    /// <summary>The candidates that are most similar to a word, best first; none if all differ too much.</summary>
    public static List<string> To(string word, IEnumerable<string> candidates, int most = 3)
    {
        var furthest = Math.Max(2, word.Length / 3);
        return [.. candidates.Distinct()
            .Select(candidate => (candidate, distance: Distance(word, candidate)))
            .Where(pair => pair.distance <= furthest)
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Take(most).Select(pair => pair.candidate)];
    }

    /// <summary>A hint with the suggestions; null if there are none.</summary>
    public static string? Hint(string word, IEnumerable<string> candidates)
    {
        var near = To(word, candidates);
        return near.Count == 0 ? null : $"did you mean {string.Join(" or ", near)}?";
    }

    /// <summary>
    /// The edit distance, ignoring case: the number of letters to insert, delete, replace or swap with a neighbour.
    /// </summary>
    public static int Distance(string from, string to)
    {
        var (a, b) = (from.ToUpperInvariant(), to.ToUpperInvariant());
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                var replaced = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replaced, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[a.Length, b.Length];
    }
}
