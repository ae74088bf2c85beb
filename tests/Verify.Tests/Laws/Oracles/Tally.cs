namespace Verify.Tests.Laws.Oracles;

/// <summary>Counts the comparisons of a law by kind, because a law that compares nothing would hold too.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);

    /// <summary>The number of compared answers, steps or states.</summary>
    public long Compared { get; private set; }

    /// <summary>The count of a kind.</summary>
    public long this[string word] => counts.GetValueOrDefault(word);

    /// <summary>Counts comparisons.</summary>
    public void Compare(long times = 1) => Compared += times;

    /// <summary>Counts a kind once if a condition holds.</summary>
    public void Note(string word, bool isSo = true) => Note(word, isSo ? 1 : 0);

    /// <summary>Adds to the count of a kind.</summary>
    public void Note(string word, long times) => counts[word] = this[word] + times;

    /// <summary>Adds the counts of another tally.</summary>
    public void Add(Tally other)
    {
        Compared += other.Compared;
        foreach (var (word, times) in other.counts)
        {
            Note(word, times);
        }
    }

    /// <summary>The kinds with their counts.</summary>
    public override string ToString() => string.Join(", ", counts.Select(pair => $"{pair.Key}: {pair.Value}"));
}
