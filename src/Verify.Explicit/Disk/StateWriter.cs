using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Verify.Explicit.Packing;

namespace Verify.Explicit.Disk;

/// <summary>Writes states to a new file.</summary>
/// <param name="directory">The directory of the file.</param>
/// <param name="wordCount">The number of words per state.</param>
/// <param name="isSorted">True if the states arrive in the order of <see cref="StateOrder"/>, each once.</param>
internal sealed unsafe class StateWriter(StateDirectory directory, int wordCount, bool isSorted) : IDisposable
{
    private readonly ulong[] buffer = GC.AllocateUninitializedArray<ulong>(directory.BufferStates * wordCount);
    private readonly List<ulong> index = [];
    private string? name;
    private SafeFileHandle? handle;
    private long count;
    private int waiting; // number of words in the buffer
    private long written;
    private ulong checksum;

    /// <summary>Adds a state.</summary>
    /// <exception cref="IOException">The write failed: the disk may be full.</exception>
    public void Add(ulong* state, ulong hash)
    {
        if (waiting == buffer.Length)
        {
            Write();
        }

        if (isSorted && count % StateFile.IndexStep == 0)
        {
            index.Add(hash);
        }

        for (var i = 0; i < wordCount; i++)
        {
            buffer[waiting++] = state[i];
        }

        checksum = StateOrder.Sum(checksum, hash);
        count++;
    }

    /// <summary>Completes the file; null if it is empty.</summary>
    /// <exception cref="IOException">The write failed: the disk may be full.</exception>
    public StateFile? Finish()
    {
        if (count == 0)
        {
            return null;
        }

        Write();
        var file = new StateFile(directory, name!, wordCount, count, checksum, [.. index], handle);
        handle = null;
        directory.Add(file);
        return file;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The file is incomplete and unregistered, so it is removed to free its space.
        if (handle is not null)
        {
            handle.Dispose();
            directory.Remove(name!);
        }
    }

    private void Write()
    {
        if (handle is null)
        {
            (name, handle) = directory.Create();
        }

        var bytes = MemoryMarshal.AsBytes(buffer.AsSpan(0, waiting));
        directory.Write(handle, bytes, written);
        written += bytes.Length;
        waiting = 0;
    }
}
