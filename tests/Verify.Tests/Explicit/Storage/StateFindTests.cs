using Verify.Explicit.Disk;
using Verify.Explicit.Packing;

namespace Verify.Tests.Explicit.Storage;

/// <summary>Looks up single states in a sorted file, as the check of a search does.</summary>
public sealed class StateFindTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public unsafe void A_state_is_found_where_it_is_and_no_other_is(int wordCount)
    {
        using var directory = new TestDirectory();
        using var scratch = StateDirectory.Temporary(directory.Path, StorageTuning.Default);
        // Every second state of several parts of the index.
        var count = (2 * StateFile.IndexStep) + 77;
        var states = Enumerable.Range(0, 2 * count).Select(i => StateOf(i, wordCount)).ToList();
        var written = states.Where((_, i) => i % 2 == 0).OrderBy(HashOf).ToList();
        using var writer = new StateWriter(scratch, wordCount, isSorted: true);
        foreach (var state in written)
        {
            fixed (ulong* words = state)
            {
                writer.Add(words, HashOf(state));
            }
        }

        var file = writer.Finish()!;
        Assert.Equal(3, file.Index.Length);
        for (var i = 0; i < states.Count; i++)
        {
            fixed (ulong* words = states[i])
            {
                var place = file.Find(words, HashOf(states[i]));
                Assert.Equal(i % 2 == 0, place >= 0);
                Assert.True(place < 0 || written[(int)place] == states[i]);
            }
        }
    }

    private static ulong[] StateOf(int number, int wordCount) =>
        [.. Enumerable.Range(0, wordCount).Select(word => StateLayout.Occupied | ((ulong)number * ((ulong)word + 1)))];

    private static unsafe ulong HashOf(ulong[] state)
    {
        fixed (ulong* words = state)
        {
            return StateHash.Of(words, state.Length);
        }
    }
}
