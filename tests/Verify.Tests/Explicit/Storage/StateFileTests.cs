using Verify.Explicit.Disk;
using Verify.Explicit.Packing;
using Verify.Explicit.Storage;

namespace Verify.Tests.Explicit.Storage;

/// <summary>Sorted state files: written from tables, read, merged, and read with gaps.</summary>
public sealed unsafe class StateFileTests
{
    [Theory]
    [InlineData(1, 700)]
    [InlineData(2, 740)]
    [InlineData(3, 768)]
    [InlineData(1, 0)]
    public void A_table_is_written_in_order_each_state_once(int wordCount, int states)
    {
        using var directory = new TestDirectory();
        using var scratch = StateDirectory.Temporary(directory.Path, StorageTuning.Default);
        using var table = new SeenSet(wordCount, 1 << 10);
        var random = new Prng(7);
        var expected = new HashSet<string>();
        var state = stackalloc ulong[wordCount];
        while (expected.Count < states)
        {
            Draw(random, state, wordCount);
            table.Insert(state, StateHash.Of(state, wordCount));
            expected.Add(TextOf(state, wordCount));
        }

        var file = table.WriteTo(scratch);
        Assert.Equal(states, file?.Count ?? 0);
        if (file is not null)
        {
            Assert.Equal(expected.Order(), Walk(new MergeReader([file], wordCount, 16), wordCount).Order());
        }
    }

    [Fact]
    public void States_with_equal_hashes_are_distinguished()
    {
        // For any first word of two, some second word gives a wanted hash.
        const int WordCount = 2;
        using var directory = new TestDirectory();
        using var scratch = StateDirectory.Temporary(directory.Path, StorageTuning.Default);
        using var table = new SeenSet(WordCount, 1 << 10);
        var state = stackalloc ulong[WordCount];
        var expected = new HashSet<string>();
        var hash = 0UL;
        for (var number = 1UL; expected.Count < 40; number++)
        {
            state[0] = StateLayout.Occupied | number;
            state[1] = SecondWord(state[0], hash);
            if (hash == 0)
            {
                state[1] = StateLayout.Occupied;
                hash = StateHash.Of(state, WordCount);
            }

            if (state[1] >= StateLayout.Occupied)
            {
                Assert.Equal(hash, StateHash.Of(state, WordCount));
                table.Insert(state, hash);
                expected.Add(TextOf(state, WordCount));
            }
        }

        var file = table.WriteTo(scratch)!;
        Assert.Equal(expected.Order(), Walk(new MergeReader([file, file], WordCount, 3), WordCount).Order());
        var reader = new StateReader(file, WordCount, 3);
        var union = new MergeReader([file], WordCount, 16);
        while (union.MoveNext())
        {
            Assert.True(reader.Find(union.Hash, union.Current));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_state_is_found_if_and_only_if_it_is_there(int wordCount)
    {
        using var directory = new TestDirectory();
        using var scratch = StateDirectory.Temporary(directory.Path, StorageTuning.Default);
        using var all = new SeenSet(wordCount, 1 << 16);
        using var some = new SeenSet(wordCount, 1 << 16);
        var random = new Prng(11);
        var state = stackalloc ulong[wordCount];
        var there = new HashSet<string>();
        for (var i = 0; i < 40_000; i++)
        {
            Draw(random, state, wordCount);
            var hash = StateHash.Of(state, wordCount);
            all.Insert(state, hash);
            if (random.OneIn(3))
            {
                some.Insert(state, hash);
                there.Add(TextOf(state, wordCount));
            }
        }

        var file = some.WriteTo(scratch)!;
        Assert.True(file.Index.Length > 2);
        // Sparse look-ups skip most of the file, dense ones do not.
        foreach (var oneIn in new[] { 1, 10, 8000 })
        {
            var reader = new StateReader(file, wordCount, 64);
            var questions = new MergeReader([all.WriteTo(scratch)!], wordCount, 4096);
            var found = 0;
            while (questions.MoveNext())
            {
                if (random.OneIn(oneIn))
                {
                    var isThere = reader.Find(questions.Hash, questions.Current);
                    Assert.Equal(there.Contains(TextOf(questions.Current, wordCount)), isThere);
                    found += isThere ? 1 : 0;
                }
            }

            Assert.True(oneIn > 1 || found == there.Count);
        }
    }

    [Fact]
    public void A_row_over_the_end_of_the_table_is_written_at_the_end()
    {
        using var directory = new TestDirectory();
        using var scratch = StateDirectory.Temporary(directory.Path, StorageTuning.Default);
        using var table = new SeenSet(1, 1 << 4);
        var expected = new List<ulong>();
        // More hashes of the first and last slots than these slots can hold.
        for (var word = StateLayout.Occupied; expected.Count < 11; word++)
        {
            var hash = StateHash.Of(&word, 1);
            if (hash >> 60 is 0 or 1 or 14 or 15)
            {
                table.Insert(&word, hash);
                expected.Add(hash);
            }
        }

        var file = table.WriteTo(scratch)!;
        var reader = new StateReader(file, 1, 4);
        var found = new List<ulong>();
        for (; !reader.IsAtEnd; reader.MoveNext())
        {
            found.Add(reader.Hash);
        }

        Assert.Equal(expected.Order(), found);
    }

    private static List<string> Walk(MergeReader union, int wordCount)
    {
        var texts = new List<string>();
        var last = 0UL;
        while (union.MoveNext())
        {
            Assert.True(union.Hash >= last);
            last = union.Hash;
            texts.Add(TextOf(union.Current, wordCount));
        }

        return texts;
    }

    private static ulong SecondWord(ulong first, ulong hash)
    {
        // Hash = Mix(Mix(first) ^ (second * K)); K is odd, so the product can be inverted.
        const ulong Factor = 0x9e3779b97f4a7c15UL;
        var inverse = Factor;
        for (var i = 0; i < 6; i++)
        {
            inverse = unchecked(inverse * (2 - (Factor * inverse)));
        }

        return unchecked((Fingerprint.Mix(first) ^ Unmix(hash)) * inverse);
    }

    private static ulong Unmix(ulong word)
    {
        unchecked
        {
            word ^= (word >> 31) ^ (word >> 62);
            word *= 0x319642b2d24d8ec3UL;
            word ^= (word >> 27) ^ (word >> 54);
            word *= 0x96de1b173f119089UL;
            return word ^ (word >> 30) ^ (word >> 60);
        }
    }

    private static void Draw(Prng random, ulong* state, int wordCount)
    {
        for (var i = 0; i < wordCount; i++)
        {
            state[i] = StateLayout.Occupied | (uint)random.Below(1 << 30);
        }
    }

    private static string TextOf(ulong* state, int wordCount) =>
        string.Join(' ', new ReadOnlySpan<ulong>(state, wordCount).ToArray());
}
