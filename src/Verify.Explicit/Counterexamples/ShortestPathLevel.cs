using Verify.Explicit.Packing;

namespace Verify.Explicit.Counterexamples;

/// <summary>
/// The states of one level that lie on a shortest run. Each has the minimum number of switches between actors to the
/// end and the actors that such a run can start with.
/// </summary>
/// <remarks>
/// These two facts give the cost of each step into the state. After a step by some actor, continuing with that actor
/// when it does not start an optimal run costs no less than switching to one that does.
/// </remarks>
internal sealed unsafe class ShortestPathLevel(int wordCount, ActorSets sets)
{
    private const int FirstCapacity = 16;
    private const int SetBits = 32;
    private readonly int rowWords = wordCount + 1; // the state and its entry; 0 if the row is empty
    private ulong[] rows = new ulong[FirstCapacity * (wordCount + 1)];
    private int mask = FirstCapacity - 1;
    private int count;

    /// <summary>Adds a new state.</summary>
    /// <param name="state">The words of the state.</param>
    /// <param name="switches">The minimum number of switches from here to the end, without a switch before the first
    /// step.</param>
    /// <param name="actors">The actors that can take the first step of an optimal run.</param>
    public void Add(ulong* state, int switches, int actors)
    {
        if (count > mask / 4 * 3)
        {
            Grow();
        }

        Put(state, ((ulong)(switches + 1) << SetBits) | (uint)actors);
        count++;
    }

    /// <summary>The position of a state; -1 if it is absent.</summary>
    public long Find(ulong* state)
    {
        var place = PlaceOf(state);
        return rows[place + wordCount] == 0 ? -1 : place;
    }

    /// <summary>The minimum number of switches from a state to the end, given the actor of the step before.</summary>
    /// <param name="place">The position of the state.</param>
    /// <param name="previous">The actor of the step before; null if there is none.</param>
    public int Switches(long place, int? previous)
    {
        var known = rows[place + wordCount];
        var least = (int)(known >> SetBits) - 1;
        var actors = (int)(known & uint.MaxValue);
        return previous is not { } actor || sets.Contains(actors, actor) ? least : least + 1;
    }

    /// <summary>The state with the fewest switches; of several, the first in the order of words.</summary>
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

        return best ?? throw new System.Diagnostics.UnreachableException("no run starts in the first level");
    }

    // The position of a state, or the position where it belongs.
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
