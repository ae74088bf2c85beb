using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Storage;

/// <summary>
/// The seen states: an insert-only, lock-free hash table. By default it stores whole states, so that states are equal
/// only if all their words are. In compact mode it stores 63 bits of the hash of each state.
/// </summary>
/// <remarks>
/// Open addressing with linear probing; a slot holds the words of one state. A thread claims the first word by
/// compare-and-swap and then writes the others. A thread that finds a claimed slot with the same first word waits for
/// the others. This works because no word of a state is 0 (<see cref="StateLayout.Occupied"/>). The table does not grow
/// during insertions; the search grows it between two rounds. The upper bits of the hash select the slot, so growing
/// reads and writes memory in order, and so does writing the states in the order of their hashes.
/// </remarks>
internal sealed unsafe partial class SeenSet : IDisposable
{
    private const int LineSlots = 8;
    private readonly int stateWords;
    private readonly int wordCount; // words per slot
    private readonly bool isCompact;
    private ReservedMemory memory;
    private ulong* slots;
    private long mask;
    private readonly long lineMask; // mask that clears the index of a slot within its cache line
    private int shift; // the shift from a hash to a slot; slots are almost in the order of hashes

    /// <summary>Allocates a table with a number of slots, a power of two.</summary>
    /// <param name="stateWords">The number of words of a state.</param>
    /// <param name="capacity">The number of slots.</param>
    /// <param name="isCompact">True to store hashes in place of states; a state of one word is stored itself, which
    /// takes no more space.</param>
    public SeenSet(int stateWords, long capacity, bool isCompact = false)
    {
        this.stateWords = stateWords;
        this.isCompact = isCompact && stateWords > 1;
        wordCount = this.isCompact ? 1 : stateWords;
        lineMask = wordCount == 1 ? -LineSlots : -1;
        memory = new ReservedMemory(capacity * wordCount);
        Use(capacity);
    }

    /// <summary>True if a hash collision can hide a state.</summary>
    public bool IsCompact => isCompact;

    /// <summary>The number of slots.</summary>
    public long Capacity => mask + 1;

    /// <summary>The number of states that fit before the table should grow; beyond it, probing is slow.</summary>
    public long Limit => Capacity / 4 * 3;

    /// <summary>The size in bytes.</summary>
    public long SizeBytes => Capacity * wordCount * sizeof(ulong);

    /// <summary>Prefetches the slot that a state with this hash is likely in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(slots + (SlotOf(hash) * wordCount));
        }
    }

    /// <summary>Hashes states and prefetches their slots.</summary>
    /// <param name="states">The words of the states, one state after the other.</param>
    /// <param name="count">The number of states.</param>
    /// <param name="hashes">Receives the hashes.</param>
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

    /// <summary>Adds states whose slots were prefetched.</summary>
    /// <param name="states">The words of the states, one state after the other.</param>
    /// <param name="hashes">The hashes of the states.</param>
    /// <param name="count">The number of states.</param>
    /// <param name="added">Receives the indices of the states that are new.</param>
    /// <returns>The number of new states.</returns>
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

    /// <summary>
    /// Adds a state; true if it is new. If several threads add the same state, exactly one gets true.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Insert(ulong* state, ulong hash) =>
        wordCount != 1 ? InsertMany(state, hash) : InsertOne(isCompact ? KeyOf(hash) : state[0], hash);

    /// <summary>The slot of a state; -1 if it is absent. Not thread-safe with insertions.</summary>
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

    // Never 0; keeps the upper bits, which select the slot.
    private static ulong KeyOf(ulong hash) => hash | 1;

    private ulong HashOfSlot(ulong* slot) => isCompact ? *slot : StateHash.Of(slot, wordCount);

    private bool InsertSlot(ulong* slot) =>
        wordCount != 1 ? InsertMany(slot, HashOfSlot(slot)) : InsertOne(*slot, HashOfSlot(slot));

    // A state of one word belongs to the first slot of a cache line; the search compares all slots of the line at once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long SlotOf(ulong hash) => (long)(hash >> shift) & lineMask;

    // Nine out of ten successors have been seen before, and the processor cannot predict how far to probe for them.
    // Other threads may be writing the line, so the vector load may miss a new entry: a match is final, and without a
    // match the slots are checked again one by one.
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

    /// <summary>Clears the table and gives it another number of slots, a power of two.</summary>
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
