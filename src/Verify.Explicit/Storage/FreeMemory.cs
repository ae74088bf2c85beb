using System.Globalization;

namespace Verify.Explicit.Storage;

/// <summary>How much memory can be had without taking it from others.</summary>
/// <param name="root">The root of the file system; a test has another one.</param>
internal sealed class FreeMemory(string root)
{
    /// <summary>Bytes of memory that are free here; null where nobody tells.</summary>
    public long? Bytes()
    {
        var least = Field("proc/meminfo", "MemAvailable:") * 1024;
        foreach (var left in OfGroups())
        {
            least = least is null || left < least ? left : least;
        }

        return least;
    }

    // What is left of the limits of the control groups that this process is in, of both versions.
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

    // A group is bound by those that it is in; within a container, what is mounted may be the group itself.
    private static IEnumerable<string> Upwards(string mount, string group)
    {
        for (var at = group.Trim('/'); at.Length > 0; at = at.Contains('/', StringComparison.Ordinal) ? at[..at.LastIndexOf('/')] : "")
        {
            yield return Path.Combine(mount, at);
        }

        yield return mount;
    }

    // What was read of files and not of late is given up when somebody needs the room.
    private long? Left(string group, string limit, string usage, string cache) =>
        Number(Lines(Path.Combine(group, limit)).FirstOrDefault()) - Number(Lines(Path.Combine(group, usage)).FirstOrDefault())
            + (Field(Path.Combine(group, "memory.stat"), cache + " ") ?? 0) is { } left
            ? Math.Max(0, left)
            : null;

    private long? Field(string path, string name) =>
        Lines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? Number(line[name.Length..].Replace("kB", "", StringComparison.Ordinal))
            : null;

    // "max" is no number: there is no limit.
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
