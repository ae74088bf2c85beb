using System.Runtime.InteropServices;

namespace Verify.Explicit.Storage;

/// <summary>A growing array of words outside of the managed heap, filled with 0.</summary>
/// <remarks>
/// On Linux it reserves address space for the whole memory of the machine and commits it piece by piece: it grows in
/// place, without a copy. On other systems, or if address space is scarce, it grows by copying.
/// </remarks>
internal sealed unsafe class ReservedMemory : IDisposable
{
    private const long LargePage = 2 << 20;
    private const long Page = 4096;
    private nint whole; // the reserved range
    private long setAside; // bytes of it; 0 if nothing is reserved
    private long wordCount;

    /// <summary>Allocates a number of words.</summary>
    /// <exception cref="InsufficientMemoryException">The memory does not suffice.</exception>
    public ReservedMemory(long words)
    {
        Allocate(words);
    }

    /// <summary>A pointer to the first word. Growing may change it.</summary>
    public ulong* Start { get; private set; }

    /// <summary>Grows the array; existing words keep their values.</summary>
    /// <exception cref="InsufficientMemoryException">The memory does not suffice; the array is unchanged.</exception>
    public void Grow(long words)
    {
        if (FitsWhereItIs(words))
        {
            Open(wordCount, words);
            return;
        }

        var old = Start;
        var (oldWhole, oldAside, count) = (whole, setAside, wordCount);
        try
        {
            Allocate(words);
        }
        catch (OutOfMemoryException)
        {
            Start = old;
            (whole, setAside, wordCount) = (oldWhole, oldAside, count);
            throw;
        }

        Buffer.MemoryCopy(old, Start, words * sizeof(ulong), count * sizeof(ulong));
        Free(oldWhole, oldAside);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A double call does no harm. A table that is reset has been disposed of before the allocation of the next one
        // may fail.
        Free(whole, setAside);
        (whole, setAside, wordCount) = (0, 0, 0);
        Start = null;
    }

    private bool FitsWhereItIs(long words) =>
        setAside > 0 && ((nint)Start - whole) + (words * sizeof(ulong)) <= setAside;

    private void Allocate(long words)
    {
        var bytes = checked(words * sizeof(ulong));
        if (OperatingSystem.IsLinux() && SetAside(bytes))
        {
            try
            {
                Open(0, words);
            }
            catch (InsufficientMemoryException)
            {
                Dispose();
                throw;
            }

            return;
        }

        Start = (ulong*)NativeMemory.AllocZeroed((nuint)bytes);
        (whole, setAside, wordCount) = ((nint)Start, 0, words);
    }

    // Reserves as much as the memory of the machine if enough address space is left, else less. Three times as much
    // stays free, for stacks of threads and code of libraries.
    private bool SetAside(long bytes)
    {
        var most = Math.Max(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, bytes) + LargePage;
        for (var aside = most; aside >= bytes + LargePage; aside /= 2)
        {
            var wanted = 4 * aside;
            var at = Map(0, (nint)wanted, 0, PrivateAnonymousNoReserve, -1, 0);
            if (at != Failed)
            {
                var end = (at + (nint)aside + Page - 1) & -(nint)Page;
                _ = Unmap((nint)end, (nint)(at + wanted - end));
                (whole, setAside, wordCount) = (at, aside, 0);
                Start = (ulong*)((at + LargePage - 1) & -(nint)LargePage);
                return true;
            }
        }

        return false;
    }

    private void Open(long from, long to)
    {
        // The page that contains "from" may be committed already; committing it again does no harm.
        var first = (nint)(Start + from) & -(nint)Page;
        var length = (nint)(Start + to) - first;
        if (Protect(first, length, ReadAndWrite) != 0)
        {
            throw new InsufficientMemoryException();
        }

        // With small pages, random access spends more time on misses of the processor's TLB than on the table.
        if (length >= LargePage)
        {
            _ = Advise(first, length, UseLargePages);
        }

        wordCount = to;
    }

    private static void Free(nint at, long setAside)
    {
        if (setAside > 0)
        {
            _ = Unmap(at, (nint)setAside);
        }
        else
        {
            NativeMemory.Free((void*)at);
        }
    }

    private const nint Failed = -1;
    private const int PrivateAnonymousNoReserve = 0x02 | 0x20 | 0x4000;
    private const int ReadAndWrite = 1 | 2;
    private const int UseLargePages = 14; // MADV_HUGEPAGE

    [DllImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Map(nint at, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unmap(nint at, nint length);

    [DllImport("libc", EntryPoint = "mprotect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Protect(nint at, nint length, int protection);

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(nint start, nint length, int advice);
}
