using System.Globalization;

namespace Verify.Explicit.Storage;

/// <summary>Measures the memory that is available without displacing other processes.</summary>
/// <param name="root">The root of the file system; tests use another one.</param>
internal sealed class FreeMemory(string root)
{
    /// <summary>The number of free bytes; null if the system does not report it.</summary>
    public long? Bytes()
    {
        var least = Field("proc/meminfo", "MemAvailable:") * 1024;
        foreach (var left in OfGroups())
        {
            least = least is null || left < least ? left : least;
        }

        return least;
    }

    // The remaining bytes in the control groups of this process, for both versions of control groups.
    private IEnumerable<long?> OfGroups()
    {
        foreach (var line in Lines("proc/self/cgroup"))
        {
            if (line.Split(':', 3) is not [_, var controllers, ['/', .. var group]])
            {
                continue;
            }

            if (controllers.Length == 0)
            {
                foreach (var at in Upwards("sys/fs/cgroup", group))
                {
                    yield return Left(at, "memory.max", "memory.current", "inactive_file");
                }
            }
            else if (controllers.Split(',').Contains("memory"))
            {
                foreach (var at in Upwards("sys/fs/cgroup/memory", group))
                {
                    yield return Left(at, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
                }
            }
        }
    }

    // The limits of the enclosing groups apply too. Within a container, the mounted directory may be the group itself.
    private static IEnumerable<string> Upwards(string mount, string group)
    {
        for (var at = group.Trim('/'); at.Length > 0; at = at.Contains('/', StringComparison.Ordinal) ? at[..at.LastIndexOf('/')] : "")
        {
            yield return Path.Combine(mount, at);
        }

        yield return mount;
    }

    // Adds the inactive file cache to the remaining memory, because the kernel reclaims it on demand.
    private long? Left(string group, string limit, string usage, string cache) =>
        Number(Lines(Path.Combine(group, limit)).FirstOrDefault()) - Number(Lines(Path.Combine(group, usage)).FirstOrDefault())
            + (Field(Path.Combine(group, "memory.stat"), cache + " ") ?? 0) is { } left
            ? Math.Max(0, left)
            : null;

    private long? Field(string path, string name) =>
        Lines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? Number(line[name.Length..].Replace("kB", "", StringComparison.Ordinal))
            : null;

    // "max" means that there is no limit.
    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
