namespace Verify.Tests.Explicit.Storage;

/// <summary>A directory for one test.</summary>
internal sealed class TestDirectory : IDisposable
{
    private static readonly Prng Names = new((ulong)Environment.ProcessId);

    public TestDirectory()
    {
        lock (Names)
        {
            Path = System.IO.Path.Combine(Root, $"verify-test-{Environment.ProcessId}-{Names.Next():x}");
        }

        Directory.CreateDirectory(Path);
    }

    /// <summary>The path.</summary>
    public string Path { get; }

    // Uses a file system in memory if it has enough space, because a real disk would take most of the time.
    private static readonly string Root = HasRoom("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath();

    private static bool HasRoom(string directory)
    {
        try
        {
            return Directory.Exists(directory) && new DriveInfo(directory).AvailableFreeSpace > 1L << 30;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
