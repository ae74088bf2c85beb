using System.Globalization;
using Verify.Engines;

namespace Verify.Explicit;

/// <summary>How much memory the states of a search may take.</summary>
internal static class MemoryLimit
{
    /// <summary>The limit of a run in bytes.</summary>
    /// <remarks>
    /// What is asked for is what the process may take. What it takes before the first state, most of it for the runtime,
    /// is left out; but half is for states in any case.
    /// </remarks>
    public static long Of(Run run) => run.MemoryBytes is { } asked
        ? Math.Max(asked - Environment.WorkingSet, asked / 2)
        : Free() / 5 * 4;

    // The runtime knows the limit of a container, the system knows what others have taken.
    private static long Free()
    {
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        const string Table = "/proc/meminfo";
        const string Field = "MemAvailable:";
        if (OperatingSystem.IsLinux() && File.Exists(Table)
            && File.ReadLines(Table).FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) is { } line
            && long.TryParse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite
                | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var kilobytes))
        {
            return Math.Min(total, kilobytes * 1024);
        }

        return total;
    }
}
