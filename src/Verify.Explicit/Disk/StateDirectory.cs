using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Verify.Explicit.Disk;

/// <summary>The directory that a search keeps states in, and all that it does there.</summary>
/// <remarks>
/// Files are named by a number and their names used once, so that a file that a checkpoint names is never another one.
/// </remarks>
internal sealed class StateDirectory : IDisposable
{
    private const string Suffix = ".states";
    private const string TemporaryPrefix = "verify-spill-";
    private const string TemporaryLock = "spill.lock"; // unlike the other: who finds it forsaken removes the directory
    private const string LastingLock = "lock";
    private static int temporaries;
    private readonly StorageTuning tuning;
    private readonly bool isTemporary;
    private readonly Dictionary<string, StateFile> files = [];
    private readonly FileStream hold;
    private int nextNumber;

    private StateDirectory(string path, StorageTuning tuning, bool isTemporary, FileStream hold) =>
        (Path, this.tuning, this.isTemporary, this.hold) = (path, tuning, isTemporary, hold);

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>States that are read or written at a time.</summary>
    public int BufferStates => tuning.BufferStates;

    /// <summary>Bytes in the files.</summary>
    public long SizeBytes => files.Values.Sum(file => file.SizeBytes);

    /// <summary>A fresh directory, removed in the end.</summary>
    /// <param name="parent">Where to make it; null for where the system keeps large temporary files.</param>
    /// <param name="tuning">Sizes.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static StateDirectory Temporary(string? parent, StorageTuning tuning)
    {
        parent ??= DefaultParent;
        tuning.BeforeChange?.Invoke("make directory");
        Directory.CreateDirectory(parent);
        RemoveForsaken(parent);
        while (true)
        {
            // A name is used once: another search of this process may be removing what it had.
            var path = System.IO.Path.Combine(parent, $"{OwnPrefix}{Interlocked.Increment(ref temporaries)}");
            Directory.CreateDirectory(path);
            if (TryHold(path, TemporaryLock, FileMode.CreateNew) is { } hold)
            {
                return new StateDirectory(path, tuning, isTemporary: true, hold);
            }
        }
    }

    /// <summary>A directory that outlives the search. No other search may use it meanwhile.</summary>
    /// <exception cref="IOException">It cannot be made, or another search uses it.</exception>
    public static StateDirectory Lasting(string path, StorageTuning tuning)
    {
        Directory.CreateDirectory(path);
        var hold = TryHold(path, LastingLock, FileMode.OpenOrCreate) ?? throw new IOException("another run uses it");
        return new StateDirectory(path, tuning, isTemporary: false, hold);
    }

    /// <summary>A new file for states.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public (string Name, SafeFileHandle Handle) Create()
    {
        tuning.BeforeChange?.Invoke("create");
        while (true)
        {
            var name = $"{nextNumber++}{Suffix}";
            var path = System.IO.Path.Combine(Path, name);
            if (!File.Exists(path))
            {
                return (name, File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read));
            }
        }
    }

    /// <summary>Writes a part of a file.</summary>
    /// <exception cref="IOException">It cannot be written: the disk may be full.</exception>
    public void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset)
    {
        tuning.BeforeChange?.Invoke("write");
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // So the runtime puts it; what is out of range is what the disk can hold in one file.
            throw new IOException("the file is larger than the disk allows", e);
        }
    }

    /// <summary>Returns when what was written to a file is on the disk.</summary>
    public void Flush(SafeFileHandle handle)
    {
        tuning.BeforeChange?.Invoke("flush");
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Replaces a small file at once: whoever reads it later finds the old content or the new.</summary>
    public void Replace(string name, ReadOnlySpan<byte> content)
    {
        var path = System.IO.Path.Combine(Path, name);
        tuning.BeforeChange?.Invoke("create");
        using (var handle = File.OpenHandle(path + ".new", FileMode.Create, FileAccess.ReadWrite))
        {
            Write(handle, content, 0);
            Flush(handle);
        }

        FlushNames();
        tuning.BeforeChange?.Invoke("rename");
        File.Move(path + ".new", path, overwrite: true);
        FlushNames();
    }

    /// <summary>A small file; null if there is none.</summary>
    public byte[]? TryRead(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    /// <summary>Whether there is a file.</summary>
    public bool Exists(string name) => File.Exists(System.IO.Path.Combine(Path, name));

    /// <summary>Opens a file of states to read it.</summary>
    public SafeFileHandle Open(string name) => File.OpenHandle(System.IO.Path.Combine(Path, name));

    /// <summary>Takes note of a file, to be removed when nothing needs it any more.</summary>
    public void Add(StateFile file) => files.Add(file.Name, file);

    /// <summary>Removes all files of states but some.</summary>
    public void KeepOnly(IEnumerable<StateFile> needed)
    {
        var names = needed.Select(file => file.Name).ToHashSet();
        foreach (var file in files.Values.Where(file => !names.Contains(file.Name)).ToList())
        {
            file.Close();
            Remove(file.Name);
            files.Remove(file.Name);
        }
    }

    /// <summary>Removes files of states that a process left that was killed.</summary>
    public void RemoveStrays()
    {
        foreach (var path in Directory.EnumerateFiles(Path, "*" + Suffix).ToList())
        {
            if (!files.ContainsKey(System.IO.Path.GetFileName(path)))
            {
                Remove(System.IO.Path.GetFileName(path));
            }
        }
    }

    /// <summary>Removes a file, if it is there.</summary>
    public void Remove(string name)
    {
        tuning.BeforeChange?.Invoke("remove");
        File.Delete(System.IO.Path.Combine(Path, name));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in files.Values)
        {
            file.Close();
        }

        hold.Dispose();
        if (isTemporary && Directory.Exists(Path))
        {
            try
            {
                RemoveTemporary(Path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another search removes it too, or begins in it. What is left, the next one removes.
            }
        }
    }

    // Where memory has run out, a directory in memory is of no use, as /tmp often is.
    private static string DefaultParent
    {
        get
        {
            const string OnDisk = "/var/tmp";
            var isChosen = Environment.GetEnvironmentVariable("TMPDIR") is not null;
            return OperatingSystem.IsLinux() && !isChosen && Directory.Exists(OnDisk) ? OnDisk : System.IO.Path.GetTempPath();
        }
    }

    // The system lets go of what is held when the process ends, however that is.
    private static FileStream? TryHold(string path, string name, FileMode mode)
    {
        var file = System.IO.Path.Combine(path, name);
        try
        {
            return new FileStream(file, mode, FileAccess.ReadWrite, FileShare.None);
        }
        // Another search has it, or has just removed the directory with it.
        catch (IOException) when (File.Exists(file) || !Directory.Exists(path))
        {
            return null;
        }
    }

    private static string OwnPrefix => $"{TemporaryPrefix}{Environment.ProcessId}-";

    // What a process left that was killed would fill the disk in the end.
    private static void RemoveForsaken(string parent)
    {
        foreach (var path in Directory.EnumerateDirectories(parent, TemporaryPrefix + "*")
            .Where(path => !System.IO.Path.GetFileName(path).StartsWith(OwnPrefix, StringComparison.Ordinal)).ToList())
        {
            try
            {
                if (File.Exists(System.IO.Path.Combine(path, TemporaryLock))
                    && TryHold(path, TemporaryLock, FileMode.Open) is { } hold)
                {
                    hold.Dispose();
                    RemoveTemporary(path);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or being removed by somebody else.
            }
        }
    }

    // No more than what was made here, wherever a path may lead.
    private static void RemoveTemporary(string path)
    {
        foreach (var file in Directory.EnumerateFiles(path, "*" + Suffix).ToList())
        {
            File.Delete(file);
        }

        File.Delete(System.IO.Path.Combine(path, TemporaryLock));
        Directory.Delete(path);
    }

    // A name is content of its directory, which has a cache of its own.
    private void FlushNames()
    {
        if (OperatingSystem.IsLinux())
        {
            var directory = OpenFile(Path, 0);
            if (directory >= 0)
            {
                _ = FlushFile(directory);
                _ = CloseFile(directory);
            }
        }
    }

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFile([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FlushFile(int file);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseFile(int file);
}
