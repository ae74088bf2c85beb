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

    /// <summary>Where it is.</summary>
    public string Path { get; }

    // A disk in memory, where there is one with room: waiting for a real one takes most of the time.
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
