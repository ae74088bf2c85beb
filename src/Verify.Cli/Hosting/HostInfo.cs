using System.Globalization;

namespace Verify.Cli.Hosting;

/// <summary>Describes the machine of a measurement.</summary>
internal static class HostInfo
{
    /// <summary>The processor, memory, operating system and runtime in one line.</summary>
    public static string Description
    {
        get
        {
            var model = Line("/proc/cpuinfo", "model name")?.Split(':')[^1].Trim() ?? "unknown processor";
            var memory = Line("/proc/meminfo", "MemTotal")?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
            var gigabytes = memory is null ? "?" : (long.Parse(memory, CultureInfo.InvariantCulture) >> 20)
                .ToString(CultureInfo.InvariantCulture);
            var system = Environment.OSVersion.VersionString;
            return $"{model}, {Environment.ProcessorCount} cores, {gigabytes} GiB, {system}, .NET {Environment.Version}";
        }
    }

    private static string? Line(string file, string start) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))
        : null;
}
