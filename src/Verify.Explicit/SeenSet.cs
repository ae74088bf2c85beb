using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Verify.Explicit;

/// <summary>
/// The states seen so far: an insert-only hash table of whole states, without locks. Exact: two states are the same
/// only if all their words are.
/// </summary>
/// <remarks>
/// Open addressing, linear probing; a slot is the words of one state. The first word is claimed by compare-and-swap,
/// the others are written after it; who meets a claimed slot with the same first word waits for them. That works
/// because no word of a state is 0 (<see cref="StateLayout.Occupied"/>). It does not grow while it is used: the search
/// grows it between two rounds, when no one inserts.
/// </remarks>
internal sealed unsafe class SeenSet : IDisposable
{
    private readonly int wordCount;
    private ulong* slots;
    private long mask;

    /// <summary>Makes room for a number of slots, a power of two.</summary>
    public SeenSet(int wordCount, long capacity)
    {
        this.wordCount = wordCount;
        Allocate(capacity);
    }

    /// <summary>The number of slots.</summary>
    public long Capacity => mask + 1;

    /// <summary>The states that fit before it should grow; beyond, probing gets slow.</summary>
    public long Limit => Capacity / 4 * 3;

    /// <summary>Bytes of memory.</summary>
    public long SizeBytes => Capacity * wordCount * sizeof(ulong);

    /// <summary>The hash that <see cref="Insert"/> and <see cref="Prefetch"/> take.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(ulong* state, int wordCount)
    {
        unchecked
        {
            var hash = Fingerprint.Mix(state[0]);
            for (var i = 1; i < wordCount; i++)
            {
                hash = Fingerprint.Mix(hash ^ (state[i] * 0x9e3779b97f4a7c15UL));
            }

            return hash;
        }
    }

    /// <summary>Asks the memory for the slot that a state with this hash is likely in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(slots + ((long)(hash & (ulong)mask) * wordCount));
        }
    }

    /// <summary>Adds a state; true if it was not there. Exactly one of several threads that add it is told so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Insert(ulong* state, ulong hash) => wordCount == 1 ? InsertOne(state[0], hash) : InsertMany(state, hash);

    private bool InsertOne(ulong state, ulong hash)
    {
        var index = (long)(hash & (ulong)mask);
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

    private bool InsertMany(ulong* state, ulong hash)
    {
        var index = (long)(hash & (ulong)mask);
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

    /// <summary>Doubles the table. No one may insert meanwhile.</summary>
    public void Grow(Crew? crew)
    {
        var old = slots;
        var count = Capacity;
        Allocate(count * 2);
        if (crew is null)
        {
            Copy(old, 0, count);
        }
        else
        {
            crew.Do(member => Copy(old, count * member / crew.Size, count * (member + 1) / crew.Size));
        }

        NativeMemory.Free(old);
    }

    private void Copy(ulong* old, long from, long to)
    {
        for (var i = from; i < to; i++)
        {
            var state = old + (i * wordCount);
            if (*state != 0)
            {
                Insert(state, Hash(state, wordCount));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(slots);
        slots = null;
    }

    private void Allocate(long capacity)
    {
        slots = (ulong*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)(wordCount * sizeof(ulong)));
        mask = capacity - 1;
        AskForLargePages(slots, SizeBytes);
    }

    // Random access to a table of small pages spends more time in the processor's own TLB than in the table.
    private static void AskForLargePages(void* start, long sizeBytes)
    {
        const long LargePage = 2 << 20;
        const int PageMask = 4095;
        if (OperatingSystem.IsLinux() && sizeBytes >= 2 * LargePage)
        {
            var first = ((nint)start + PageMask) & ~(nint)PageMask;
            _ = MemoryAdvice(first, (nint)start + (nint)sizeBytes - first, UseLargePages);
        }
    }

    private const int UseLargePages = 14; // MADV_HUGEPAGE

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MemoryAdvice(nint start, nint length, int advice);
}
