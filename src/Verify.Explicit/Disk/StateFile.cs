using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Disk;

/// <summary>States in a file, as they are in memory, one after the other. Written once, then only read.</summary>
/// <remarks>
/// When they are sorted, it is by <see cref="StateOrder"/>, and the hashes of some are kept in memory to find others.
/// </remarks>
internal sealed class StateFile
{
    /// <summary>States between two whose hashes are kept.</summary>
    public const int IndexStep = 4096;

    private readonly StateDirectory scratch;
    private readonly int wordCount;
    private readonly Lock opening = new();
    private SafeFileHandle? handle;

    public StateFile(StateDirectory scratch, string name, int wordCount, long count, ulong checksum, ulong[] index, SafeFileHandle? handle)
    {
        (this.scratch, this.wordCount, this.handle) = (scratch, wordCount, handle);
        (Name, Count, Checksum, Index) = (name, count, checksum, index);
    }

    /// <summary>The name in its directory.</summary>
    public string Name { get; }

    /// <summary>States in it.</summary>
    public long Count { get; }

    /// <summary>What <see cref="StateOrder.Sum"/> makes of all states in their order.</summary>
    public ulong Checksum { get; }

    /// <summary>The hash of every <see cref="IndexStep"/>-th state, from the first; empty when they are not sorted.</summary>
    public ulong[] Index { get; }

    /// <summary>Whether it is known to be on the disk, not only in the system's memory.</summary>
    public bool IsDurable { get; private set; }

    /// <summary>Bytes on disk.</summary>
    public long SizeBytes => Count * wordCount * sizeof(ulong);

    /// <summary>A file that another process wrote; null if it is not what it was.</summary>
    public static unsafe StateFile? Verify(StateDirectory scratch, string name, int wordCount, long count, ulong checksum, bool isSorted)
    {
        var file = new StateFile(scratch, name, wordCount, count, checksum, [], null) { IsDurable = true };
        if (!scratch.Exists(name) || RandomAccess.GetLength(file.Handle()) != file.SizeBytes)
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

        var known = new StateFile(scratch, name, wordCount, count, checksum, isSorted ? [.. index] : [], null) { IsDurable = true };
        scratch.Add(known);
        return known;
    }

    /// <summary>Reads some states. Any thread may.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public void Read(long first, int count, Span<ulong> into)
    {
        var bytes = MemoryMarshal.AsBytes(into[..(count * wordCount)]);
        var offset = first * wordCount * sizeof(ulong);
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(Handle(), bytes, offset);
            if (read == 0)
            {
                throw new EndOfStreamException($"'{Name}' is shorter than it was");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }

    /// <summary>The position of a state in a sorted file; -1 if it is not there.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public unsafe long Find(ulong* state, ulong hash)
    {
        // Of all states with this hash, the first may be in the part before the first that begins with it.
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

    /// <summary>Makes sure that it survives the machine.</summary>
    public void Flush()
    {
        if (!IsDurable)
        {
            scratch.Flush(Handle());
            IsDurable = true;
        }
    }

    /// <summary>Lets go of the file until it is read again.</summary>
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
            return handle ??= scratch.Open(Name);
        }
    }
}
