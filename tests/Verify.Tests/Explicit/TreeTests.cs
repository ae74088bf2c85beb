using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Disk;
using Verify.Modelling;
using Verify.Tests.Explicit.Storage;

namespace Verify.Tests.Explicit;

/// <summary>
/// In a tree each state has one predecessor, so a state that a thread loses or takes twice changes the counts.
/// </summary>
public sealed class TreeTests
{
    private const int Letters = 3;

    [Theory]
    [InlineData(1, 10, Letters, long.MaxValue)]
    [InlineData(2, 10, Letters, long.MaxValue)]
    [InlineData(3, 10, Letters, long.MaxValue)]
    [InlineData(70, 9, Letters, long.MaxValue)]
    [InlineData(3, 9, Letters, 3_000)]
    [InlineData(2, 10, 60, long.MaxValue)]
    [InlineData(3, 9, 60, 3_000)]
    public void No_word_is_lost_or_taken_twice(int threads, int length, int room, long maxHeld)
    {
        using var directory = new TestDirectory();
        var engine = new ExplicitEngine { Tuning = new StorageTuning { MaxHeld = maxHeld, MinCapacity = 64, BufferStates = 32 } };
        var run = new EngineOptions(Budget.Unlimited, Threads: threads) { SpillDirectory = directory.Path };
        var words = Words(length, room);

        // Without the words after the one that is stuck.
        var states = Enumerable.Range(0, length + 1).Sum(depth => (long)Math.Pow(Letters, depth)) - Letters;
        var evidence = Assert.IsType<Verdict.Proved>(engine.Decide(words, words.Properties[0], run)).Evidence;
        Assert.Equal((states, states - 1, length), (evidence.States, evidence.Transitions, evidence.Depth));

        var refuted = Assert.IsType<Verdict.Refuted>(engine.Decide(words, words.Properties[1], run));
        Assert.Equal(length, refuted.Trace!.Length);
        var stuck = Assert.IsType<Verdict.Refuted>(engine.Decide(words, words.Properties[2], run));
        Assert.Equal(length - 1, stuck.Trace!.Length);
    }

    // A step appends a letter to a word. More space than the words need gives states of several machine words.
    private static Model Words(int length, int room)
    {
        var m = new ModelBuilder("words");
        var letter = Sort.Range(0, Letters - 1);
        var count = m.Var("count", Sort.Range(0, length), 0);
        var word = m.Map("word", Sort.Range(0, Math.Max(length, room)), letter, 0);
        Expr Is(int letters, Func<int, int> at) =>
            Enumerable.Range(0, letters).Aggregate(count == letters, (all, i) => all & (word[i] == at(i)));
        var isStuck = Is(length - 1, i => (i % 2) + 1);
        m.Rule("add", letter, (s, x) => s.When((count < length) & !isStuck).Set(word[count], x).Set(count, count + 1));
        m.Always("short", count <= length);
        m.Always("not the needle", !Is(length, i => i % 2 * 2));
        m.NoDeadlock("goes on", mayRest: count == length);
        return m.Build();
    }
}
