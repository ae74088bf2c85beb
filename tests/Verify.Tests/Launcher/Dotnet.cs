using System.Diagnostics;

namespace Verify.Tests.Launcher;

/// <summary>The SDK's command.</summary>
internal static class Dotnet
{
    /// <summary>Runs it in a folder; skips the test where it is not on the path.</summary>
    public static (int Code, string Output) Run(
        string folder, (string Name, string Value)[] settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(Find("dotnet"), arguments) { RedirectStandardOutput = true, WorkingDirectory = folder };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        // The folder that is used anyway, but written as people write it: without the slash that the default ends with.
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

    /// <summary>Where a program of the path is; skips the test where there is none.</summary>
    public static string Find(string program)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(part => Path.Combine(part, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"there is no {program} here");
        return found!;
    }
}
