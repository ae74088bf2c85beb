using Verify.Explicit.Packing;

namespace Verify.Explicit.Counterexamples;

/// <summary>
/// The states of a level that lie on a shortest run: for each the fewest switches from there to the end, and the actors
/// that a run with so few can begin with.
/// </summary>
/// <remarks>
/// That is enough to know what each way on costs: whoever took the step before, staying with an actor that does not
/// begin a best run costs no less than changing to one that does.
/// </remarks>
internal sealed unsafe class ShortestPathLevel(int wordCount, ActorSets sets)
{
    private const int FirstCapacity = 16;
    private const int SetBits = 32;
    private readonly int rowWords = wordCount + 1; // a state, and what is known of it; 0 where there is none
    private ulong[] rows = new ulong[FirstCapacity * (wordCount + 1)];
    private int mask = FirstCapacity - 1;
    private int count;

    /// <summary>Adds a state that is not there.</summary>
    /// <param name="state">Its words.</param>
    /// <param name="switches">The fewest switches from here to the end, the beginning not counted.</param>
    /// <param name="actors">The actors that they begin with.</param>
    public void Add(ulong* state, int switches, int actors)
    {
        if (count > mask / 4 * 3)
        {
            Grow();
        }

        Put(state, ((ulong)(switches + 1) << SetBits) | (uint)actors);
        count++;
    }

    /// <summary>Where a state is; -1 if it is not there.</summary>
    public long Find(ulong* state)
    {
        var place = PlaceOf(state);
        return rows[place + wordCount] == 0 ? -1 : place;
    }

    /// <summary>The fewest switches from a state that was found to the end, if the step before was an actor's.</summary>
    /// <param name="place">Where it was found.</param>
    /// <param name="previous">The actor; null if there was no step before.</param>
    public int Switches(long place, int? previous)
    {
        var known = rows[place + wordCount];
        var least = (int)(known >> SetBits) - 1;
        var actors = (int)(known & uint.MaxValue);
        return previous is not { } actor || sets.Contains(actors, actor) ? least : least + 1;
    }

    /// <summary>The state with the fewest switches; of those the first in the order of words.</summary>
    public ulong[] Best()
    {
        ulong[]? best = null;
        var fewest = int.MaxValue;
        for (var place = 0L; place < rows.LongLength; place += rowWords)
        {
            if (rows[place + wordCount] == 0)
            {
                continue;
            }

            var switches = Switches(place, null);
            var words = rows.AsSpan((int)place, wordCount);
            if (switches < fewest || (switches == fewest && words.SequenceCompareTo(best) < 0))
            {
                (fewest, best) = (switches, words.ToArray());
            }
        }

        return best ?? throw new System.Diagnostics.UnreachableException("no run begins in the first level");
    }

    // Where a state is, or where it belongs.
    private long PlaceOf(ulong* state)
    {
        var slot = (int)(StateHash.Of(state, wordCount) & (ulong)mask);
        while (true)
        {
            var place = (long)slot * rowWords;
            if (rows[place + wordCount] == 0 || IsAt(place, state))
            {
                return place;
            }

            slot = (slot + 1) & mask;
        }
    }

    private bool IsAt(long place, ulong* state)
    {
        for (var i = 0; i < wordCount; i++)
        {
            if (rows[place + i] != state[i])
            {
                return false;
            }
        }

        return true;
    }

    private void Put(ulong* state, ulong known)
    {
        var place = PlaceOf(state);
        for (var i = 0; i < wordCount; i++)
        {
            rows[place + i] = state[i];
        }

        rows[place + wordCount] = known;
    }

    private void Grow()
    {
        var old = rows;
        mask = (mask * 2) + 1;
        rows = new ulong[(mask + 1L) * rowWords];
        fixed (ulong* words = old)
        {
            for (var place = 0L; place < old.LongLength; place += rowWords)
            {
                if (words[place + wordCount] != 0)
                {
                    Put(words + place, words[place + wordCount]);
                }
            }
        }
    }
}
