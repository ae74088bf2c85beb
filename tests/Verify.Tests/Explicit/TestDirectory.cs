namespace Verify.Tests.Explicit;

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

    // A disk in memory, where there is one: waiting for a real one takes most of the time.
    private static string Root => Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath();

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
