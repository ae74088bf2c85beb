using System.Runtime.CompilerServices;
using Verify.Explicit.Disk;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Storage;

/// <summary>
/// The operations that rely on slots being almost in the order of hashes: growing in place and writing in order.
/// </summary>
internal sealed unsafe partial class SeenSet
{
    /// <summary>Grows the table in place. Not thread-safe with insertions.</summary>
    /// <param name="factor">The growth factor, a power of two.</param>
    /// <param name="crew">The threads that do the work; null for the caller alone.</param>
    /// <remarks>
    /// When the size doubles, states of the slots from i on move to the slots from 2i on. So the upper half moves
    /// first, into new memory. The space that it leaves takes the upper half of the rest, and so on. A half begins
    /// after an empty slot, so that all states in it belong to it.
    /// </remarks>
    /// <exception cref="InsufficientMemoryException">The memory does not suffice; the table is unchanged.</exception>
    public void Grow(int factor, ThreadGroup? crew)
    {
        var old = Capacity;
        memory.Grow(factor * old * wordCount);
        slots = memory.Start;
        // States at the beginning may belong to the end, which was full.
        var first = Take(EmptyFrom(0));
        Use(factor * old);
        var to = old;
        for (long from; (from = EmptyFrom(to / factor) + 1) < to; to = from)
        {
            if (crew is null || to - from < SmallPart)
            {
                Move(from, to);
            }
            else
            {
                var (start, length) = (from, to - from);
                crew.Do(member => Move(start + (length * member / crew.Size), start + (length * (member + 1) / crew.Size)));
            }
        }

        var rest = Take(to);
        Add(first);
        Add(rest);
    }

    /// <summary>
    /// Writes all states to a sorted file; null if the table is empty. Not thread-safe with insertions.
    /// </summary>
    /// <exception cref="IOException">The write failed.</exception>
    public StateFile? WriteTo(StateDirectory directory)
    {
        using var writer = new StateWriter(directory, wordCount, isSorted: true);
        WriteTo(writer);
        return writer.Finish();
    }

    // Writes the states in the order of StateOrder.
    private void WriteTo(StateWriter writer)
    {
        // A run of occupied slots holds only states that belong to it or before it, so each run is sorted on its own.
        var row = new InsertionBuffer(wordCount);
        var gap = EmptyFrom(0);

        // The run at the beginning may hold the rest of the run at the end.
        AddRow(row, 0, gap, isOfTheEnd: false);
        row.WriteTo(writer);
        for (var i = gap + 1; i <= mask; i++)
        {
            if (slots[i * wordCount] == 0)
            {
                continue;
            }

            var first = i;
            while (i <= mask && slots[i * wordCount] != 0)
            {
                i++;
            }

            AddRow(row, first, i, isOfTheEnd: true);
            if (i > mask)
            {
                AddRow(row, 0, gap, isOfTheEnd: true);
            }

            row.WriteTo(writer);
        }
    }

    // For fewer slots, threads cost more than they save.
    private const int SmallPart = 1 << 14;

    private void AddRow(InsertionBuffer row, long from, long to, bool isOfTheEnd)
    {
        for (var i = from; i < to; i++)
        {
            var state = slots + (i * wordCount);
            var hash = StateHash.Of(state, wordCount);
            if (SlotOf(hash) > i == (isOfTheEnd && from == 0))
            {
                row.Add(state, hash);
            }
        }
    }

    // The first empty slot at or after a given one.
    private long EmptyFrom(long slot)
    {
        while (slots[slot * wordCount] != 0)
        {
            slot++;
        }

        return slot;
    }

    private ulong[] Take(long slotCount)
    {
        var words = new Span<ulong>(slots, (int)(slotCount * wordCount));
        var taken = words.ToArray();
        words.Clear();
        return taken;
    }

    private void Add(ulong[] taken)
    {
        fixed (ulong* states = taken)
        {
            for (var i = 0; i < taken.Length; i += wordCount)
            {
                if (states[i] != 0)
                {
                    InsertSlot(states + i);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Move(long from, long to)
    {
        for (var slot = slots + (from * wordCount); slot < slots + (to * wordCount); slot += wordCount)
        {
            if (*slot != 0)
            {
                InsertSlot(slot);
                for (var word = 0; word < wordCount; word++)
                {
                    slot[word] = 0;
                }
            }
        }
    }
}
