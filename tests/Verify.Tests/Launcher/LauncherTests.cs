using System.Diagnostics;

namespace Verify.Tests.Launcher;

/// <summary>What <c>./verify</c> says when there is nothing it can start.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("verify-launcher-").FullName;

    [Fact]
    [Provokes("VRF401")]
    public void A_missing_SDK_is_named_with_the_place_to_get_it()
    {
        // Nothing on the path but what the launcher needs to find itself.
        var tools = Directory.CreateDirectory(Path.Combine(folder, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(tools, "dirname"), Find("dirname"));
        var run = Launch(tools);
        Assert.Equal(4, run.Code);
        Assert.StartsWith("verify: error VRF401: no dotnet found", run.Error);
        Assert.Contains("hint: install the .NET 10 SDK: https://", run.Error);
        Assert.Equal("", run.Out);
    }

    [Fact]
    [Provokes("VRF402")]
    public void A_folder_that_cannot_be_written_is_named()
    {
        File.WriteAllText(Path.Combine(folder, "artifacts"), "not a folder");
        var run = Launch();
        Assert.Equal(4, run.Code);
        Assert.Contains("error VRF402: ", run.Error);
        Assert.Contains("cannot be written", run.Error);
    }

    [Fact]
    [Provokes("VRF404")]
    public void A_failed_build_shows_its_errors_and_has_a_code_of_its_own()
    {
        var project = Directory.CreateDirectory(Path.Combine(folder, "src", "Verify.Cli")).FullName;
        File.WriteAllText(Path.Combine(project, "Verify.Cli.csproj"), "<Project>");
        var run = Launch();
        Assert.Equal(4, run.Code);
        Assert.Contains("error MSB4025", run.Error);
        Assert.Contains("error VRF404: ", run.Error);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // A copy of the launcher, alone in a folder.
    private (int Code, string Out, string Error) Launch(string? path = null)
    {
        var launcher = Path.Combine(folder, "verify");
        File.Copy(Path.Combine(Repository.Root, "verify"), launcher);
        var start = new ProcessStartInfo(Find("bash"), [launcher, "list"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        if (path is not null)
        {
            (start.Environment["PATH"], start.Environment["HOME"]) = (path, folder);
            start.Environment.Remove("DOTNET_ROOT");
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private static string Find(string program)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(part => Path.Combine(part, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"there is no {program} here");
        return found!;
    }
}
