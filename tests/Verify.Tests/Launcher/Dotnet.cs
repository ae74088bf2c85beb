using System.Diagnostics;

namespace Verify.Tests.Launcher;

/// <summary>The SDK's command line.</summary>
internal static class Dotnet
{
    /// <summary>Runs the SDK in a folder; skips the test if it is not on the path.</summary>
    public static (int Code, string Output) Run(
        string folder, (string Name, string Value)[] settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(Find("dotnet"), arguments) { RedirectStandardOutput = true, WorkingDirectory = folder };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        // The same folder as the default, but in the usual notation without a trailing slash.
        start.Environment["NUGET_PACKAGES"] = Path.TrimEndingDirectorySeparator(Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"));
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    /// <summary>The path of a program; skips the test if it is missing.</summary>
    public static string Find(string program)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(part => Path.Combine(part, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"{program} is not installed");
        return found!;
    }
}
