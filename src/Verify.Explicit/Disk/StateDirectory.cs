using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Verify.Explicit.Disk;

/// <summary>The directory of a search's state files, with all operations on it.</summary>
/// <remarks>
/// File names are numbers that are used once, so that a name in a checkpoint never refers to another file.
/// </remarks>
internal sealed class StateDirectory : IDisposable
{
    private const string Suffix = ".states";
    private const string TemporaryPrefix = "verify-spill-";
    private const string TemporaryLock = "spill.lock"; // a directory with this lock is removed by any run that finds the lock free
    private const string LastingLock = "lock";
    private static int temporaries;
    private readonly StorageTuning tuning;
    private readonly bool isTemporary;
    private readonly Dictionary<string, StateFile> files = [];
    private readonly FileStream hold;
    private int nextNumber;

    private StateDirectory(string path, StorageTuning tuning, bool isTemporary, FileStream hold) =>
        (Path, this.tuning, this.isTemporary, this.hold) = (path, tuning, isTemporary, hold);

    /// <summary>The path of the directory.</summary>
    public string Path { get; }

    /// <summary>The number of states per read or write.</summary>
    public int BufferStates => tuning.BufferStates;

    /// <summary>The total size of the files in bytes.</summary>
    public long SizeBytes => files.Values.Sum(file => file.SizeBytes);

    /// <summary>Creates a directory that is removed at the end.</summary>
    /// <param name="parent">The parent directory; null for the system's directory for large temporary files.</param>
    /// <param name="tuning">Storage sizes.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
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
            // Another process may have removed the directory between the making of the lock and its taking.
            if (TryHold(path, TemporaryLock, FileMode.CreateNew) is { } hold
                && File.Exists(System.IO.Path.Combine(path, TemporaryLock)))
            {
                return new StateDirectory(path, tuning, isTemporary: true, hold);
            }
        }
    }

    /// <summary>Opens a directory that outlives the search. It is locked against other searches.</summary>
    /// <exception cref="IOException">The directory cannot be created, or another search uses it.</exception>
    public static StateDirectory Lasting(string path, StorageTuning tuning)
    {
        Directory.CreateDirectory(path);
        var hold = TryHold(path, LastingLock, FileMode.OpenOrCreate) ?? throw new IOException("another run uses it");
        return new StateDirectory(path, tuning, isTemporary: false, hold);
    }

    /// <summary>Creates a file for states.</summary>
    /// <exception cref="IOException">The file cannot be created.</exception>
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
    /// <exception cref="IOException">The write failed: the disk may be full.</exception>
    public void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset)
    {
        tuning.BeforeChange?.Invoke("write");
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // The runtime reports a file that exceeds the limit of the disk as an argument out of range.
            throw new IOException("the file is larger than the disk allows", e);
        }
    }

    /// <summary>Returns when the content of a file is on the disk.</summary>
    public void Flush(SafeFileHandle handle)
    {
        tuning.BeforeChange?.Invoke("flush");
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Replaces a small file atomically: a reader finds the old content or the new.</summary>
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

    /// <summary>Reads a small file; null if it does not exist.</summary>
    public byte[]? TryRead(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    /// <summary>True if a file exists.</summary>
    public bool Exists(string name) => File.Exists(System.IO.Path.Combine(Path, name));

    /// <summary>Opens a state file for reading.</summary>
    public SafeFileHandle Open(string name) => File.OpenHandle(System.IO.Path.Combine(Path, name));

    /// <summary>Registers a file, so that it is removed when it is no longer needed.</summary>
    public void Add(StateFile file) => files.Add(file.Name, file);

    /// <summary>Removes all state files except the given ones.</summary>
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

    /// <summary>Removes state files of a process that was killed.</summary>
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

    /// <summary>Removes a file if it exists.</summary>
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

        using (hold)
        {
            if (isTemporary)
            {
                TryRemoveTemporary(Path, hold);
            }
        }
    }

    // A directory in memory, as /tmp often is, does not help when memory has run out.
    private static string DefaultParent
    {
        get
        {
            const string OnDisk = "/var/tmp";
            var isChosen = Environment.GetEnvironmentVariable("TMPDIR") is not null;
            return OperatingSystem.IsLinux() && !isChosen && Directory.Exists(OnDisk) ? OnDisk : System.IO.Path.GetTempPath();
        }
    }

    // The system releases the lock when the process ends, however it ends.
    private static FileStream? TryHold(string path, string name, FileMode mode)
    {
        var file = System.IO.Path.Combine(path, name);
        try
        {
            return new FileStream(file, mode, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(file) || e is DirectoryNotFoundException or FileNotFoundException || IsTaken(e))
        {
            return null;
        }
    }

    private static string OwnPrefix => $"{TemporaryPrefix}{Environment.ProcessId}-";

    // Whether the file was there or held, whatever became of it since: EEXIST, EAGAIN (of Linux, of macOS), and what Windows says.
    private static bool IsTaken(IOException failure) =>
        failure.HResult is 17 or 11 or 35 or unchecked((int)0x80070050) or unchecked((int)0x80070020);

    // Without this, the files of killed processes would fill the disk.
    private static void RemoveForsaken(string parent)
    {
        foreach (var path in Directory.EnumerateDirectories(parent, TemporaryPrefix + "*")
            .Where(path => !System.IO.Path.GetFileName(path).StartsWith(OwnPrefix, StringComparison.Ordinal)).ToList())
        {
            try
            {
                if (File.Exists(System.IO.Path.Combine(path, TemporaryLock)))
                {
                    using var hold = TryHold(path, TemporaryLock, FileMode.Open);
                    if (hold is not null)
                    {
                        TryRemoveTemporary(path, hold);
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user owns it, or another process is removing it.
            }
        }
    }

    // Removes only files that this class creates, wherever a path may lead. The lock is held until the directory is gone, so
    // that no other process takes the directory for a forsaken one. A failure costs no verdict; a later search tries again.
    private static void TryRemoveTemporary(string path, FileStream hold)
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(path, "*" + Suffix).ToList())
            {
                File.Delete(file);
            }

            if (OperatingSystem.IsWindows())
            {
                hold.Dispose(); // Windows removes no open file
            }

            File.Delete(System.IO.Path.Combine(path, TemporaryLock));
            Directory.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    // Names are content of the directory, which has a cache of its own.
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
