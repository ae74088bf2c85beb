using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Verify.Tests.Formats;

/// <summary>What a foreign checker said of a text.</summary>
internal sealed record Finding(bool IsViolated, long States, long Transitions, string Output);

/// <summary>Runs Spin and Rumur on texts, in a temporary folder that is removed.</summary>
internal static partial class ForeignChecker
{
    /// <summary>Why Spin cannot be run here; null when it can.</summary>
    public static string? SpinMissing => Missing("spin", "gcc");

    /// <summary>Why Rumur cannot be run here; null when it can.</summary>
    public static string? RumurMissing => Missing("rumur", "gcc");

    public static Finding Spin(string text, params string[] options)
    {
        using var folder = new Folder();
        var path = folder.Write("model.pml", text);
        var isLiveness = text.Contains("\nltl ", StringComparison.Ordinal) && !options.Contains("-DALL_STATES");
        string[] flags = isLiveness ? ["-DNOREDUCE", "-DNFAIR=9"] : ["-DSAFETY", "-DNOREDUCE", "-DNOFAIR"];
        _ = Run(folder, "spin", [.. options, "-a", path]);
        _ = Run(folder, "gcc", ["-O0", "-w", .. flags, "-o", "pan", "pan.c"]);
        var output = Run(folder, $"{folder.Path}/pan", isLiveness ? ["-a", "-f", "-m500000", "-w16"] : ["-m500000", "-w16"]);
        Assert.DoesNotContain("max search depth too small", output, StringComparison.Ordinal);
        var errors = Errors().Match(output);
        Assert.True(errors.Success, output);
        return new Finding(errors.Groups[1].Value != "0",
            long.Parse(SpinStates().Match(output).Groups[1].Value),
            long.Parse(SpinTransitions().Match(output).Groups[1].Value), output);
    }

    public static Finding Rumur(string text, bool findsDeadlocks)
    {
        using var folder = new Folder();
        var path = folder.Write("model.m", text);
        _ = Run(folder, "rumur",
            ["--deadlock-detection", findsDeadlocks ? "stuck" : "off", "--threads", "1", "--output-format", "machine-readable", "--output", "model.c", path]);
        _ = Run(folder, "gcc", ["-std=c11", "-O0", "-w", "-march=native", "-o", "model", "model.c", "-lpthread"]);
        var output = Run(folder, $"{folder.Path}/model", [], mayFail: true);
        var summary = RumurSummary().Match(output);
        Assert.True(summary.Success, output);
        return new Finding(summary.Groups[3].Value != "0", long.Parse(summary.Groups[1].Value),
            long.Parse(summary.Groups[2].Value), output);
    }

    private static string? Missing(params string[] tools)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var missing = tools.FirstOrDefault(tool => !folders.Any(folder => File.Exists(Path.Combine(folder, tool))));
        return missing is null ? null : $"{missing} is not installed: apt-get install spin rumur gcc libc6-dev";
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
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(mayFail || process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}\n{output}\n{errors.Result}");
        return output;
    }

    [GeneratedRegex(@"errors: (\d+)")]
    private static partial Regex Errors();

    [GeneratedRegex(@"(\d+) states, stored")]
    private static partial Regex SpinStates();

    [GeneratedRegex(@"(\d+) transitions")]
    private static partial Regex SpinTransitions();

    [GeneratedRegex("<summary states=\"(\\d+)\" rules_fired=\"(\\d+)\" errors=\"(\\d+)\"")]
    private static partial Regex RumurSummary();

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
