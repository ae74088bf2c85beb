namespace Verify.Tests.Laws.Oracles;

/// <summary>What a law compared, by a word for each kind: a law that compares nothing holds too.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);

    /// <summary>Answers, steps or states that were compared.</summary>
    public long Compared { get; private set; }

    /// <summary>How often a word was noted.</summary>
    public long this[string word] => counts.GetValueOrDefault(word);

    /// <summary>Notes comparisons.</summary>
    public void Compare(long times = 1) => Compared += times;

    /// <summary>Notes a word, if it is so.</summary>
    public void Note(string word, bool isSo = true) => Note(word, isSo ? 1 : 0);

    /// <summary>Notes a word so many times.</summary>
    public void Note(string word, long times) => counts[word] = this[word] + times;

    /// <summary>Adds what another has noted.</summary>
    public void Add(Tally other)
    {
        Compared += other.Compared;
        foreach (var (word, times) in other.counts)
        {
            Note(word, times);
        }
    }

    /// <summary>The words and how often each was noted.</summary>
    public override string ToString() => string.Join(", ", counts.Select(pair => $"{pair.Key}: {pair.Value}"));
}
