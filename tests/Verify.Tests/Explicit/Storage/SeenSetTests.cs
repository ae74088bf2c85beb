using Verify.Explicit.Packing;
using Verify.Explicit.Storage;

namespace Verify.Tests.Explicit.Storage;

public sealed unsafe class SeenSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Each_state_is_new_exactly_once_however_many_threads_add_it(int wordCount)
    {
        const int States = 20_000;
        using var crew = new ThreadGroup(4);
        using var seen = new SeenSet(wordCount, 1 << 16);
        long told = 0;
        crew.Do(member =>
        {
            var state = stackalloc ulong[wordCount];
            for (var i = 0; i < States; i++)
            {
                // The same states for all threads in different orders; the first words collide on purpose.
                Fill(state, wordCount, (i * 7919) + (member * 5000));
                if (seen.Insert(state, StateHash.Of(state, wordCount)))
                {
                    Interlocked.Increment(ref told);
                }
            }
        });
        Assert.Equal(States, told);
    }

    [Fact]
    public void A_table_that_grew_knows_what_it_knew()
    {
        const int WordCount = 2;
        using var crew = new ThreadGroup(2);
        using var seen = new SeenSet(WordCount, 1 << 10);
        var state = stackalloc ulong[WordCount];
        for (var i = 0; i < 700; i++)
        {
            Fill(state, WordCount, i);
            Assert.True(seen.Insert(state, StateHash.Of(state, WordCount)));
        }

        seen.Grow(2, null);
        seen.Grow(4, crew);
        Assert.Equal(1 << 13, seen.Capacity);
        for (var i = 0; i < 1400; i++)
        {
            Fill(state, WordCount, i);
            Assert.Equal(i >= 700, seen.Insert(state, StateHash.Of(state, WordCount)));
        }
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(3, 16)]
    [InlineData(1, 1 << 16)]
    [InlineData(2, 1 << 16)]
    public void A_table_that_grows_whenever_it_is_full_forgets_nothing_and_makes_nothing_up(int wordCount, int capacity)
    {
        const int States = 200_000;
        using var crew = new ThreadGroup(2);
        using var seen = new SeenSet(wordCount, capacity);
        var random = new Prng(7);
        var numbers = new HashSet<ulong>();
        var state = stackalloc ulong[wordCount];
        while (numbers.Count < States)
        {
            // Fills the table to the last slot, so that runs are long and wrap around the end.
            if (numbers.Count >= seen.Capacity - 1)
            {
                seen.Grow(random.OneIn(2) ? 2 : 4, random.OneIn(2) ? null : crew);
            }

            var number = random.Next() >> 40;
            Spread(state, wordCount, number);
            Assert.Equal(numbers.Add(number), seen.Insert(state, StateHash.Of(state, wordCount)));
        }

        for (ulong number = 0; number < 1 << 20; number++)
        {
            Spread(state, wordCount, number);
            if (seen.Capacity - numbers.Count > 1 || numbers.Contains(number))
            {
                Assert.Equal(numbers.Add(number), seen.Insert(state, StateHash.Of(state, wordCount)));
            }
        }
    }

    private static void Spread(ulong* state, int wordCount, ulong number)
    {
        for (var word = 0; word < wordCount; word++)
        {
            state[word] = StateLayout.Occupied | (word == wordCount - 1 ? number : number & 7);
        }
    }

    private static void Fill(ulong* state, int wordCount, int number)
    {
        number %= 20_000;
        for (var word = 0; word < wordCount; word++)
        {
            var part = wordCount == 1 || word == wordCount - 1 ? number : number % 97;
            state[word] = StateLayout.Occupied | (uint)part;
        }
    }
}
