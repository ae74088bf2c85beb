using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Storage;

/// <summary>
/// The states seen so far: an insert-only hash table of whole states, without locks. Exact: two states are the same
/// only if all their words are. Or compact, if that is asked for: of each state 63 bits of its hash.
/// </summary>
/// <remarks>
/// Open addressing, linear probing; a slot is the words of one state. The first word is claimed by compare-and-swap,
/// the others are written after it; who meets a claimed slot with the same first word waits for them. That works
/// because no word of a state is 0 (<see cref="StateLayout.Occupied"/>). It does not grow while it is used: the search
/// grows it between two rounds, when no one inserts. The upper bits of the hash choose the slot: growing then reads and
/// writes memory in order, and so does writing the states in the order of their hashes.
/// </remarks>
internal sealed unsafe partial class SeenSet : IDisposable
{
    private const int LineSlots = 8;
    private readonly int stateWords;
    private readonly int wordCount; // of a slot
    private readonly bool isCompact;
    private ReservedMemory memory;
    private ulong* slots;
    private long mask;
    private readonly long lineMask; // takes the place in a line off a slot
    private int shift; // what is left of a hash is a slot: the order of slots is that of hashes, almost

    /// <summary>Makes room for a number of slots, a power of two.</summary>
    /// <param name="stateWords">Words of a state.</param>
    /// <param name="capacity">Slots.</param>
    /// <param name="isCompact">Whether hashes are kept in place of states; of one word the state itself takes no more.</param>
    public SeenSet(int stateWords, long capacity, bool isCompact = false)
    {
        this.stateWords = stateWords;
        this.isCompact = isCompact && stateWords > 1;
        wordCount = this.isCompact ? 1 : stateWords;
        lineMask = wordCount == 1 ? -LineSlots : -1;
        memory = new ReservedMemory(capacity * wordCount);
        Use(capacity);
    }

    /// <summary>Whether two states that differ may be taken for one.</summary>
    public bool IsCompact => isCompact;

    /// <summary>The number of slots.</summary>
    public long Capacity => mask + 1;

    /// <summary>The states that fit before it should grow; beyond, probing gets slow.</summary>
    public long Limit => Capacity / 4 * 3;

    /// <summary>Bytes of memory.</summary>
    public long SizeBytes => Capacity * wordCount * sizeof(ulong);

    /// <summary>Asks the memory for the slot that a state with this hash is likely in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(slots + (SlotOf(hash) * wordCount));
        }
    }

    /// <summary>Hashes states and asks the memory for their slots.</summary>
    /// <param name="states">The words of the states, one state behind the other.</param>
    /// <param name="count">States.</param>
    /// <param name="hashes">Where the hashes go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Announce(ulong* states, int count, ulong* hashes)
    {
        unchecked
        {
            if (stateWords != 1)
            {
                for (var i = 0; i < count; i++)
                {
                    hashes[i] = StateHash.Of(states + ((long)i * stateWords), stateWords);
                    Prefetch(hashes[i]);
                }

                return;
            }

            var (table, by) = ((nint)slots, shift);
            for (var i = 0; i < count; i++)
            {
                var hash = Fingerprint.Mix(states[i]);
                hashes[i] = hash;
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0((ulong*)table + (hash >> by));
                }
            }
        }
    }

    /// <summary>Adds states that were announced.</summary>
    /// <param name="states">The words of the states, one state behind the other.</param>
    /// <param name="hashes">Their hashes.</param>
    /// <param name="count">States.</param>
    /// <param name="added">Where the numbers of those go that were not there.</param>
    /// <returns>How many were not there.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Insert(ulong* states, ulong* hashes, int count, int* added)
    {
        unchecked
        {
            var found = 0;
            for (var i = 0; i < count; i++)
            {
                if (Insert(states + ((long)i * stateWords), hashes[i]))
                {
                    added[found++] = i;
                }
            }

            return found;
        }
    }

    /// <summary>Adds a state; true if it was not there. Exactly one of several threads that add it is told so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Insert(ulong* state, ulong hash) =>
        wordCount != 1 ? InsertMany(state, hash) : InsertOne(isCompact ? KeyOf(hash) : state[0], hash);

    /// <summary>The slot of a state; -1 if it is not there. Not while states are added.</summary>
    public long Find(ulong* state, ulong hash)
    {
        for (var index = SlotOf(hash); ; index = (index + 1) & mask)
        {
            var slot = slots + (index * wordCount);
            if (*slot == 0 || new ReadOnlySpan<ulong>(slot, wordCount).SequenceEqual(new ReadOnlySpan<ulong>(state, wordCount)))
            {
                return *slot == 0 ? -1 : index;
            }
        }
    }

    // Never 0; the upper bits, which choose the slot, are as they were.
    private static ulong KeyOf(ulong hash) => hash | 1;

    private ulong HashOfSlot(ulong* slot) => isCompact ? *slot : StateHash.Of(slot, wordCount);

    private bool InsertSlot(ulong* slot) =>
        wordCount != 1 ? InsertMany(slot, HashOfSlot(slot)) : InsertOne(*slot, HashOfSlot(slot));

    // States of one word belong to the first slot of a line of memory, all of which is looked at at once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long SlotOf(ulong hash) => (long)(hash >> shift) & lineMask;

    // Nine of ten successors have been seen before, and how far one has to go for them is what a processor cannot
    // foresee. A line that is being written by others may be read in any state: what is found there is there, and what is
    // not is looked for again.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool InsertOne(ulong state, ulong hash)
    {
        var index = SlotOf(hash);
        return !IsInLine(slots + index, state) && InsertFrom(index, state);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsInLine(ulong* line, ulong state)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Vector512.EqualsAny(Vector512.Load(line), Vector512.Create(state));
        }

        var wanted = Vector256.Create(state);
        return Vector256.IsHardwareAccelerated
            && (Vector256.Equals(Vector256.Load(line), wanted)
                | Vector256.Equals(Vector256.Load(line + 4), wanted)) != Vector256<ulong>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool InsertFrom(long index, ulong state)
    {
        while (true)
        {
            var slot = slots + index;
            var found = Volatile.Read(ref *slot);
            if (found == 0)
            {
                found = Interlocked.CompareExchange(ref *slot, state, 0);
                if (found == 0)
                {
                    return true;
                }
            }

            if (found == state)
            {
                return false;
            }

            index = (index + 1) & mask;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool InsertMany(ulong* state, ulong hash)
    {
        var index = SlotOf(hash);
        while (true)
        {
            var slot = slots + (index * wordCount);
            var found = Volatile.Read(ref *slot);
            if (found == 0)
            {
                found = Interlocked.CompareExchange(ref *slot, state[0], 0);
                if (found == 0)
                {
                    for (var i = 1; i < wordCount; i++)
                    {
                        Volatile.Write(ref slot[i], state[i]);
                    }

                    return true;
                }
            }

            if (found == state[0] && RestIs(slot, state))
            {
                return false;
            }

            index = (index + 1) & mask;
        }
    }

    private bool RestIs(ulong* slot, ulong* state)
    {
        for (var i = 1; i < wordCount; i++)
        {
            ulong word;
            var spin = default(SpinWait);
            while ((word = Volatile.Read(ref slot[i])) == 0)
            {
                spin.SpinOnce();
            }

            if (word != state[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Empties the table and gives it another number of slots, a power of two.</summary>
    public void Reset(long capacity)
    {
        memory.Dispose();
        memory = new ReservedMemory(capacity * wordCount);
        Use(capacity);
    }

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();

    private void Use(long capacity)
    {
        slots = memory.Start;
        mask = capacity - 1;
        shift = System.Numerics.BitOperations.LeadingZeroCount((ulong)mask);
    }
}
