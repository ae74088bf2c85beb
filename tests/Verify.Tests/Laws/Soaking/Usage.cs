using System.Globalization;

namespace Verify.Tests.Laws.Soaking;

/// <summary>The processor time that was used.</summary>
internal static class Usage
{
    private const double TicksPerSecond = 100; // of the kernel's interface, whatever the machine's own

    /// <summary>By this process and, where the system tells, by programs it started that have ended.</summary>
    public static TimeSpan Cpu => Environment.CpuUsage.TotalTime + OfChildren();

    private static TimeSpan OfChildren()
    {
        if (!OperatingSystem.IsLinux())
        {
            return TimeSpan.Zero;
        }

        // Behind the name, which may hold blanks, the fields from the third on; the children's are the 16th and 17th.
        var text = File.ReadAllText("/proc/self/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((Ticks(fields[13]) + Ticks(fields[14])) / TicksPerSecond);
    }

    private static long Ticks(string number) => long.Parse(number, CultureInfo.InvariantCulture);
}
