using System.Diagnostics;
using System.Globalization;

namespace Verify.Benchmarks;

/// <summary>What a whole command took, start-up included.</summary>
/// <param name="Seconds">By the clock.</param>
/// <param name="CpuSeconds">Of all cores together, the system's share included.</param>
/// <param name="PeakBytes">The most memory it had at a time.</param>
/// <param name="Output">What it printed on standard output.</param>
public sealed record Taken(double Seconds, double CpuSeconds, long PeakBytes, string Output)
{
    /// <summary>The seconds of the search alone, if the program says so.</summary>
    public double? SearchSeconds { get; init; }

    /// <summary>The seconds of the interpreter's check of the search, if there was one.</summary>
    public double? CheckSeconds { get; init; }
}

/// <summary>Runs programs, measured by GNU time, which sees the memory of a process that has ended.</summary>
public static class Command
{
    /// <summary>What is missing to measure with; null for nothing.</summary>
    public static string? Missing(params string[] tools)
    {
        var missing = tools.Prepend("time").FirstOrDefault(tool => Find(tool) is null);
        return missing is null ? null : $"{(missing == "time" ? "GNU time" : missing)} is not installed";
    }

    /// <summary>Runs a program to its end, unmeasured.</summary>
    /// <exception cref="BenchmarkException">It failed.</exception>
    public static string Run(string program, IEnumerable<string> arguments, params int[] fineExitCodes) =>
        Run(new ProcessStartInfo(program, arguments), fineExitCodes);

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="BenchmarkException">It failed.</exception>
    public static Taken Measure(string folder, string program, IEnumerable<string> arguments, params int[] fineExitCodes)
    {
        var measured = Path.Combine(folder, "time.txt");
        var start = new ProcessStartInfo(Find("time") ?? "time", ["-f", "%e %U %S %M", "-o", measured, program, .. arguments])
        {
            WorkingDirectory = folder,
        };
        var output = Run(start, fineExitCodes);

        // An exit code other than 0 has a line of its own before the numbers.
        var numbers = File.ReadLines(measured).Last().Split(' ')
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new Taken(numbers[0], numbers[1] + numbers[2], (long)numbers[3] * 1024, output);
    }

    private static string? Find(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);

    private static string Run(ProcessStartInfo start, int[] fineExitCodes)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 || fineExitCodes.Contains(process.ExitCode)
            ? output
            : throw new BenchmarkException(
                $"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {output}{errors.Result}");
    }
}

/// <summary>A benchmark cannot be run; the message says why.</summary>
public sealed class BenchmarkException(string message) : Exception(message);
