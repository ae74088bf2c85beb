using System.Runtime.InteropServices;

namespace Verify.Explicit.Storage;

/// <summary>Words of memory outside of the managed heap that are 0 at first, and can become more.</summary>
/// <remarks>
/// On Linux addresses are set aside for as much as the machine has, and memory is asked for piece by piece: it grows
/// where it is, and what has been written is never copied. Elsewhere, or when addresses are scarce, it moves.
/// </remarks>
internal sealed unsafe class ReservedMemory : IDisposable
{
    private const long LargePage = 2 << 20;
    private const long Page = 4096;
    private nint whole; // what was set aside, from the beginning
    private long setAside; // bytes of it; 0 where memory is not set aside
    private long wordCount;

    /// <summary>Asks for a number of words.</summary>
    /// <exception cref="InsufficientMemoryException">There are not that many.</exception>
    public ReservedMemory(long words)
    {
        Allocate(words);
    }

    /// <summary>The first word. Changes when it grows.</summary>
    public ulong* Start { get; private set; }

    /// <summary>Becomes larger; the words there were keep what they hold.</summary>
    /// <exception cref="InsufficientMemoryException">There are not that many; what there was is as it was.</exception>
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
        // Twice does no harm: who empties a table has disposed of it before there turns out to be no memory for another.
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

    // As much as there is memory, if there are as many addresses; else less. Three times as much is left to others: a
    // thread needs some for its stack, a library for its code.
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
        // The page that "from" is in may be open already: that does no harm.
        var first = (nint)(Start + from) & -(nint)Page;
        var length = (nint)(Start + to) - first;
        if (Protect(first, length, ReadAndWrite) != 0)
        {
            throw new InsufficientMemoryException();
        }

        // Random access to small pages spends more time in the processor's own TLB than in the table.
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
