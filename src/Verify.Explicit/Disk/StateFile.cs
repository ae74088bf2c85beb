using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Disk;

/// <summary>A file of packed states in the same form as in memory. It is written once and then only read.</summary>
/// <remarks>
/// A sorted file is in the order of <see cref="StateOrder"/>; the hashes of some states are kept in memory as an index.
/// </remarks>
internal sealed class StateFile
{
    /// <summary>The number of states per index entry.</summary>
    public const int IndexStep = 4096;

    private readonly StateDirectory directory;
    private readonly int wordCount;
    private readonly Lock opening = new();
    private SafeFileHandle? handle;

    public StateFile(
        StateDirectory directory, string name, int wordCount, long count, ulong checksum, ulong[] index, SafeFileHandle? handle)
    {
        (this.directory, this.wordCount, this.handle) = (directory, wordCount, handle);
        (Name, Count, Checksum, Index) = (name, count, checksum, index);
    }

    /// <summary>The file name in its directory.</summary>
    public string Name { get; }

    /// <summary>The number of states.</summary>
    public long Count { get; }

    /// <summary>The checksum of the states by <see cref="StateOrder.Sum"/>.</summary>
    public ulong Checksum { get; }

    /// <summary>
    /// The hash of every <see cref="IndexStep"/>-th state, starting with the first; empty if the file is not sorted.
    /// </summary>
    public ulong[] Index { get; }

    /// <summary>True if the content is known to be on the disk, not only in the system's cache.</summary>
    public bool IsDurable { get; private set; }

    /// <summary>The size in bytes.</summary>
    public long SizeBytes => Count * wordCount * sizeof(ulong);

    /// <summary>Opens a file of another process; null if its content has changed.</summary>
    public static unsafe StateFile? Verify(StateDirectory directory, string name, int wordCount, long count, ulong checksum, bool isSorted)
    {
        var file = new StateFile(directory, name, wordCount, count, checksum, [], null) { IsDurable = true };
        if (!directory.Exists(name) || RandomAccess.GetLength(file.Handle()) != file.SizeBytes)
        {
            file.Close();
            return null;
        }

        var buffer = new ulong[IndexStep * wordCount];
        var index = new List<ulong>();
        var sum = 0UL;
        for (var first = 0L; first < count; first += IndexStep)
        {
            var some = (int)Math.Min(IndexStep, count - first);
            file.Read(first, some, buffer);
            fixed (ulong* words = buffer)
            {
                index.Add(StateHash.Of(words, wordCount));
                for (var i = 0; i < some; i++)
                {
                    sum = StateOrder.Sum(sum, StateHash.Of(words + ((long)i * wordCount), wordCount));
                }
            }
        }

        file.Close();
        if (sum != checksum)
        {
            return null;
        }

        var known = new StateFile(directory, name, wordCount, count, checksum, isSorted ? [.. index] : [], null) { IsDurable = true };
        directory.Add(known);
        return known;
    }

    /// <summary>Reads a range of states. Thread-safe.</summary>
    /// <exception cref="IOException">The read failed.</exception>
    public void Read(long first, int count, Span<ulong> into)
    {
        var bytes = MemoryMarshal.AsBytes(into[..(count * wordCount)]);
        var offset = first * wordCount * sizeof(ulong);
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(Handle(), bytes, offset);
            if (read == 0)
            {
                throw new EndOfStreamException($"'{Name}' is shorter than expected");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }

    /// <summary>The index of a state in a sorted file; -1 if it is absent.</summary>
    /// <exception cref="IOException">The read failed.</exception>
    public unsafe long Find(ulong* state, ulong hash)
    {
        // The first state with this hash may lie in the part before the first index entry with this hash.
        var part = Array.BinarySearch(Index, hash);
        part = part < 0 ? ~part - 1 : part - 1;
        while (part > 0 && Index[part] == hash)
        {
            part--;
        }

        var buffer = new ulong[wordCount];
        fixed (ulong* words = buffer)
        {
            var (low, high) = (Math.Max(0L, part) * IndexStep, Count);
            for (var next = part + 1; next < Index.Length; next++)
            {
                if (Index[next] > hash)
                {
                    high = (long)next * IndexStep;
                    break;
                }
            }

            while (low < high)
            {
                var middle = low + ((high - low) / 2);
                Read(middle, 1, buffer);
                var order = StateOrder.Compare(StateHash.Of(words, wordCount), words, hash, state, wordCount);
                if (order == 0)
                {
                    return middle;
                }

                (low, high) = order < 0 ? (middle + 1, high) : (low, middle);
            }
        }

        return -1;
    }

    /// <summary>Makes the file survive a crash of the machine.</summary>
    public void Flush()
    {
        if (!IsDurable)
        {
            directory.Flush(Handle());
            IsDurable = true;
        }
    }

    /// <summary>Closes the file until the next read.</summary>
    public void Close()
    {
        lock (opening)
        {
            handle?.Dispose();
            handle = null;
        }
    }

    private SafeFileHandle Handle()
    {
        if (Volatile.Read(ref handle) is { } open)
        {
            return open;
        }

        lock (opening)
        {
            return handle ??= directory.Open(Name);
        }
    }
}
