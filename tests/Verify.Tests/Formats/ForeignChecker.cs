using System.Diagnostics;
using System.Text.RegularExpressions;
using Verify.Formats;

namespace Verify.Tests.Formats;

/// <summary>The result of a foreign checker.</summary>
internal sealed record Finding(bool IsViolated, long States, long Transitions, string Output);

/// <summary>Runs Spin and Rumur in a temporary folder, which is removed afterwards.</summary>
internal static partial class ForeignChecker
{
    private const int MaxSeconds = 120;

    /// <summary>The reason why Spin cannot be run; null if it can.</summary>
    public static string? SpinMissing => Missing("spin", "gcc");

    /// <summary>The reason why Rumur cannot be run; null if it can.</summary>
    public static string? RumurMissing => Missing("rumur", "gcc");

    public static Finding Spin(string text, params string[] options)
    {
        using var folder = new Folder();
        var path = folder.Write("model.pml", text);
        // Uses the command in the text itself, without options that cost time.
        var usage = SpinUsage().Match(text);
        var flags = usage.Groups[1].Value.Split(' ');
        _ = Run(folder, "spin", [.. options, "-a", path]);
        _ = Run(folder, "gcc", ["-O0", "-w", .. flags, "-o", "pan", "pan.c"]);
        var output = Run(folder, $"{folder.Path}/pan",
            [.. usage.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-m500000", "-w16"]);
        Assert.DoesNotContain("max search depth too small", output, StringComparison.Ordinal);
        var errors = Errors().Match(output);
        Assert.True(errors.Success, output);
        return new Finding(errors.Groups[1].Value != "0",
            long.Parse(SpinStates().Match(output).Groups[1].Value),
            long.Parse(SpinTransitions().Match(output).Groups[1].Value), output);
    }

    public static Finding Rumur(string text, bool findsDeadlocks, params string[] options)
    {
        using var folder = new Folder();
        var path = folder.Write("model.m", text);
        _ = Run(folder, "rumur",
            ["--deadlock-detection", findsDeadlocks ? "stuck" : "off", "--threads", "1", "--output-format", "machine-readable",
                .. options, "--output", "model.c", path]);
        _ = Run(folder, "gcc", ["-std=c11", "-O0", "-w", "-march=native", "-o", "model", "model.c", "-lpthread"]);
        var output = Run(folder, $"{folder.Path}/model", [], mayFail: true);
        var summary = RumurSummary().Match(output);
        Assert.True(summary.Success, output);
        return new Finding(summary.Groups[3].Value != "0", long.Parse(summary.Groups[1].Value),
            long.Parse(summary.Groups[2].Value), output);
    }

    /// <summary>The reason why TLC cannot be run; null if it can.</summary>
    public static string? TlcMissing => Jar is null ? "TLA2TOOLS does not name tla2tools.jar" : Missing("java");

    /// <summary>The archive of TLC.</summary>
    public static string? Jar => Environment.GetEnvironmentVariable("TLA2TOOLS") is { } jar && File.Exists(jar) ? jar : null;

    public static Finding Tlc(string jar, IEnumerable<ExportFile> files)
    {
        using var folder = new Folder();
        foreach (var file in files)
        {
            folder.Write(file.Name, file.Text);
        }

        var output = Run(folder, "java", ["-XX:+UseParallelGC", "-cp", jar, "tlc2.TLC", "-workers", "1", files.First().Name],
            mayFail: true);
        var summary = TlcSummary().Match(output);
        Assert.True(summary.Success, output);
        return new Finding(output.Contains("Error: ", StringComparison.Ordinal), long.Parse(summary.Groups[2].Value),
            long.Parse(summary.Groups[1].Value), output);
    }

    private static string? Missing(params string[] tools)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var missing = tools.FirstOrDefault(tool => !folders.Any(folder => File.Exists(Path.Combine(folder, tool))));
        return missing is null ? null : $"{missing} is not installed";
    }

    private static string Run(Folder folder, string tool, string[] arguments, bool mayFail = false)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var reading = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(MaxSeconds)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{tool} {string.Join(' ', arguments)} takes over {MaxSeconds} seconds");
        }

        var output = reading.Result;
        Assert.True(mayFail || process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}\n{output}\n{errors.Result}");
        return output;
    }

    [GeneratedRegex("gcc -O3 (.*) -o pan pan.c; ./pan (.*)-m5000000")]
    private static partial Regex SpinUsage();

    [GeneratedRegex(@"errors: (\d+)")]
    private static partial Regex Errors();

    [GeneratedRegex(@"(\d+) states, stored")]
    private static partial Regex SpinStates();

    [GeneratedRegex(@"(\d+) transitions")]
    private static partial Regex SpinTransitions();

    [GeneratedRegex("<summary states=\"(\\d+)\" rules_fired=\"(\\d+)\" errors=\"(\\d+)\"")]
    private static partial Regex RumurSummary();

    [GeneratedRegex(@"(\d+) states generated, (\d+) distinct states found", RegexOptions.RightToLeft)]
    private static partial Regex TlcSummary();

    private sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("verify-formats-");

        public string Path => folder.FullName;

        public string Write(string name, string text)
        {
            File.WriteAllText(System.IO.Path.Combine(Path, name), text);
            return name;
        }

        public void Dispose() => folder.Delete(recursive: true);
    }
}
