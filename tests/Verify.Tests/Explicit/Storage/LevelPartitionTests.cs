using Verify.Explicit.Disk;
using Verify.Explicit.Exploration;
using Verify.Explicit.Packing;
using Verify.Explicit.Storage;

namespace Verify.Tests.Explicit.Storage;

/// <summary>Threads share a level without losing states, and the rest of the level is known at any time.</summary>
public sealed unsafe class LevelPartitionTests
{
    [Fact]
    public void Taken_and_remaining_states_are_the_level()
    {
        var random = new Prng(11);
        for (var round = 0; round < 120; round++)
        {
            using var directory = new TestDirectory();
            using var scratch = StateDirectory.Temporary(directory.Path, StorageTuning.Default);
            var states = random.Below(7 * Frontier.BlockStates);
            var level = Level(states, random, scratch);
            var (members, batch) = (1 + random.Below(5), 1 << random.Below(13));
            var shares = new LevelPartition(level, batch, members);
            var seen = new int[states];
            var scratchWords = new ulong[batch];
            var takes = random.Below(2 + (states / batch));
            for (var i = 0; i < takes && Take(level, shares, random.Below(members), batch, scratchWords, seen); i++)
            {
            }

            foreach (var segment in level.Store(scratch, shares.Remaining))
            {
                var words = new ulong[segment.Count];
                segment.File.Read(segment.First, (int)segment.Count, words);
                Array.ForEach(words, word => seen[NumberOf(word)]++);
            }

            Assert.All(seen, times => Assert.Equal(1, times));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Threads_that_take_at_the_same_time_take_each_state_once(int members)
    {
        const int States = (9 * Frontier.BlockStates) + 17;
        const int Batch = 16;
        var level = Level(States, new Prng(3), null);
        var shares = new LevelPartition(level, Batch, members);
        var seen = new int[States];
        using var crew = new ThreadGroup(members);
        crew.Do(member =>
        {
            while (Take(level, shares, member, Batch, [], seen))
            {
            }
        });
        Assert.All(seen, times => Assert.Equal(1, times));
        Assert.Empty(shares.Remaining);
    }

    [Fact]
    public void Each_begins_with_a_part_of_its_own()
    {
        var shares = new LevelPartition(Level(4 * Frontier.BlockStates, new Prng(5), null), 256, 2);
        Assert.True(shares.TryTake(1, out var block, out var first, out var count));
        Assert.Equal((2, 0, 256), (block, first, count));
        Assert.True(shares.TryTake(0, out block, out first, out count));
        Assert.Equal((0, 0, 256), (block, first, count));
        Assert.Equal([new BlockRange(0, 256, 2), new BlockRange(2, 256, 4)], shares.Remaining);
    }

    [Fact]
    public void A_small_level_has_no_more_parts_than_blocks()
    {
        var shares = new LevelPartition(Level(2 * Frontier.BlockStates, new Prng(7), null), 256, 1024);
        Assert.Equal([new BlockRange(0, 0, 1), new BlockRange(1, 0, 2)], shares.Remaining);
        Assert.True(shares.TryTake(1023, out var block, out var first, out _));
        Assert.Equal((1, 0), (block, first));
    }

    // Numbered states; a part of them on disk if a directory is given.
    private static Frontier Level(int states, Prng random, StateDirectory? scratch)
    {
        var level = new Frontier(1);
        for (var number = 0; number < states; number++)
        {
            if (scratch is not null && random.OneIn(3 * Frontier.BlockStates))
            {
                level.MoveTo(scratch);
            }

            var word = StateLayout.Occupied | (uint)number;
            level.Add(&word);
        }

        return level;
    }

    private static int NumberOf(ulong word) => (int)(word & ~StateLayout.Occupied);

    private static bool Take(Frontier level, LevelPartition shares, int member, int batch, ulong[] scratch, int[] seen)
    {
        if (!shares.TryTake(member, out var block, out var first, out var count))
        {
            return false;
        }

        Assert.InRange(count, 1, batch);
        var words = level.Words(block, first, count, scratch, out var at);
        for (var i = 0; i < count; i++)
        {
            Interlocked.Increment(ref seen[NumberOf(words[at + i])]);
        }

        return true;
    }
}
