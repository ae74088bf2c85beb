using System.Globalization;

namespace Verify.Tests.Laws.Soaking;

/// <summary>Measures CPU time.</summary>
internal static class Usage
{
    private const double TicksPerSecond = 100; // of the kernel's interface, on every machine

    /// <summary>The CPU time of this process and, if the system reports it, of ended child processes.</summary>
    public static TimeSpan Cpu => Environment.CpuUsage.TotalTime + OfChildren();

    private static TimeSpan OfChildren()
    {
        if (!OperatingSystem.IsLinux())
        {
            return TimeSpan.Zero;
        }

        // The name may contain blanks; the fields after it start with the third, and those of the children are the 16th
        // and 17th.
        var text = File.ReadAllText("/proc/self/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((Ticks(fields[13]) + Ticks(fields[14])) / TicksPerSecond);
    }

    private static long Ticks(string number) => long.Parse(number, CultureInfo.InvariantCulture);
}
