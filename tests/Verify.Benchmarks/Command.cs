using System.Diagnostics;
using System.Globalization;

namespace Verify.Benchmarks;

/// <summary>The resources that a whole command used, including its start-up.</summary>
/// <param name="Seconds">Elapsed seconds.</param>
/// <param name="CpuSeconds">The CPU seconds of all cores, including system time.</param>
/// <param name="PeakBytes">The peak memory in bytes.</param>
/// <param name="Output">The standard output.</param>
public sealed record Taken(double Seconds, double CpuSeconds, long PeakBytes, string Output)
{
    /// <summary>The seconds of the search alone; null if the program does not report them.</summary>
    public double? SearchSeconds { get; init; }

    /// <summary>The seconds of the interpreter's check of the search, if there was one.</summary>
    public double? CheckSeconds { get; init; }
}

/// <summary>Runs programs under GNU time, which reports the memory of a process after its end.</summary>
public static class Command
{
    /// <summary>The tools that are missing for a measurement; null if there are none.</summary>
    public static string? Missing(params string[] tools)
    {
        var missing = tools.Prepend("time").FirstOrDefault(tool => Find(tool) is null);
        return missing is null ? null : $"{(missing == "time" ? "GNU time" : missing)} is not installed";
    }

    /// <summary>Runs a program without measuring it.</summary>
    /// <exception cref="BenchmarkException">The program failed.</exception>
    public static string Run(string program, IEnumerable<string> arguments, params int[] fineExitCodes) =>
        Run(new ProcessStartInfo(program, arguments), fineExitCodes);

    /// <summary>Runs and measures a program.</summary>
    /// <exception cref="BenchmarkException">The program failed.</exception>
    public static Taken Measure(string folder, string program, IEnumerable<string> arguments, params int[] fineExitCodes)
    {
        var measured = Path.Combine(folder, "time.txt");
        var start = new ProcessStartInfo(Find("time") ?? "time", ["-f", "%e %U %S %M", "-o", measured, program, .. arguments])
        {
            WorkingDirectory = folder,
        };
        var output = Run(start, fineExitCodes);

        // For an exit code other than 0, GNU time prints an additional line before the numbers.
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

/// <summary>A benchmark cannot be run; the message has the reason.</summary>
public sealed class BenchmarkException(string message) : Exception(message);
