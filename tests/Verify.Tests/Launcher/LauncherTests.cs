using System.Diagnostics;
using System.IO.Compression;

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
        File.CreateSymbolicLink(Path.Combine(tools, "dirname"), Dotnet.Find("dirname"));
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
    public void A_path_that_cannot_be_built_in_is_told_before_the_build()
    {
        var run = Launch(below: "somebody's");
        Assert.Equal(4, run.Code);
        Assert.StartsWith("verify: error VRF402: MSBuild takes the apostrophe in ", run.Error);
        Assert.DoesNotContain("building", run.Error);
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

    // MSBuild compares times: it sees what is newer, and must be told of what is older than the last build.
    [Fact]
    public void Everything_is_built_anew_only_for_what_MSBuild_overlooks()
    {
        Write(Path.Combine("src", "Verify.Cli", "Verify.Cli.csproj"), """
            <Project DefaultTargets="Build"><Target Name="Restore" /><Target Name="Build"><Error Text="only what is newer" /></Target>
            <Target Name="Rebuild"><Error Text="everything" /></Target></Project>
            """);
        var source = Path.Combine("src", "Verify.Cli", "Program.cs");
        Write(source, "one");
        // Nothing that the tool is built from.
        Write(Path.Combine("tests", "Some.cs"), "test");
        Assert.Contains("only what is newer", Launch().Error);

        // Clocks of file systems are coarse: what is written at once would be no newer.
        Write(source, "another");
        File.SetLastWriteTimeUtc(Path.Combine(folder, source), DateTime.UtcNow.AddSeconds(1));
        Assert.Contains("only what is newer", Launch().Error);

        Write(source, "one");
        File.SetLastWriteTimeUtc(Path.Combine(folder, source), DateTime.UtcNow.AddHours(-1));
        Assert.Contains("everything", Launch().Error);
    }

    // A folder is a feed: no network is asked, and no other feed of this machine.
    [Theory]
    [InlineData("0.0.1-here", "verify: building with Microsoft.Z3 0.0.1-here\n", "with=true", "yes")]
    [InlineData("0.0.2-away", "verify: building without Microsoft.Z3: version 0.0.2-away does not restore from the configured feeds\n",
        "with=.", "no")]
    public void What_a_feed_has_is_built_in_and_is_asked_for_once(string version, string said, string property, string note)
    {
        Write("Directory.Packages.props",
            $"""<Project><ItemGroup><PackageVersion Include="Microsoft.Z3" Version="{version}" /></ItemGroup></Project>""");
        Write("nuget.config",
            """<configuration><packageSources><clear /><add key="here" value="feed" /></packageSources></configuration>""");
        Write(Path.Combine("src", "Verify.Cli", "Verify.Cli.csproj"),
            """<Project><Target Name="Build"><Error Text="with=$(WithMicrosoftZ3)." /></Target><Target Name="Restore" /></Project>""");
        var feed = Directory.CreateDirectory(Path.Combine(folder, "feed")).FullName;
        Pack(feed, "Microsoft.Z3", "0.0.1-here");

        var run = Launch();

        Assert.Contains(said, run.Error);
        Assert.Contains(property, run.Error);
        Assert.Contains("error VRF404: ", run.Error);
        var noted = Path.Combine(folder, "artifacts", "launcher", $"Microsoft.Z3.{version}");
        Assert.Equal($"{note}\n", File.ReadAllText(noted));

        // It is believed until somebody removes the note, whatever the feed has by then.
        Directory.Delete(feed, recursive: true);
        var again = Launch();
        Assert.DoesNotContain("Microsoft.Z3", again.Error);
        Assert.Contains(property, again.Error);
    }

    [Fact]
    public void A_package_that_is_gone_is_asked_for_again()
    {
        Write("Directory.Packages.props",
            """<Project><ItemGroup><PackageVersion Include="Microsoft.Z3" Version="0.0.3-gone" /></ItemGroup></Project>""");
        Write("nuget.config",
            """<configuration><packageSources><clear /><add key="here" value="feed" /></packageSources></configuration>""");
        Write(Path.Combine("src", "Verify.Cli", "Verify.Cli.csproj"), """
            <Project><Target Name="Build">
            <Error Condition="'$(WithMicrosoftZ3)' == 'true'" Code="NU1101" Text="Unable to find package Microsoft.Z3." />
            <Error Text="with=$(WithMicrosoftZ3)." />
            </Target><Target Name="Restore" /></Project>
            """);
        Directory.CreateDirectory(Path.Combine(folder, "feed"));
        Write(Path.Combine("artifacts", "launcher", "Microsoft.Z3.0.0.3-gone"), "yes\n");

        var run = Launch();

        Assert.Contains("verify: a package that was there is not to be had any more; asking again", run.Error);
        Assert.Contains("verify: building without Microsoft.Z3", run.Error);
        Assert.Contains("with=.", run.Error);
        Assert.DoesNotContain("error NU1101", run.Error);
    }

    // The compiler's version is the SDK's.
    [Theory]
    [InlineData(true, "verify: compiling ahead of time, so that commands start sooner\n", "with=true")]
    [InlineData(false, "verify: not compiling ahead of time: Microsoft.NETCore.App.Crossgen2 for SDK ", "with=.")]
    public void Code_is_compiled_ahead_where_the_feed_has_the_compiler(bool isThere, string said, string property)
    {
        Write("nuget.config",
            """<configuration><packageSources><clear /><add key="here" value="feed" /></packageSources></configuration>""");
        Write(Path.Combine("src", "Verify.Cli", "ReadyToRun.targets"), "WithReadyToRun");
        Write(Path.Combine("src", "Verify.Cli", "Verify.Cli.csproj"),
            """<Project><Target Name="Build"><Error Text="with=$(WithReadyToRun)." /></Target><Target Name="Restore" /></Project>""");
        var feed = Directory.CreateDirectory(Path.Combine(folder, "feed")).FullName;
        if (isThere)
        {
            var name = $"Microsoft.NETCore.App.Crossgen2.{Sdk("NETCoreSdkPortableRuntimeIdentifier")}";
            Pack(feed, name, Sdk("BundledNETCoreAppPackageVersion"));
        }

        var run = Launch();

        Assert.Contains(said, run.Error);
        Assert.Contains(property, run.Error);
        Assert.DoesNotContain("ahead of time", Launch().Error);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // A copy of the launcher, alone in a folder.
    private (int Code, string Out, string Error) Launch(string? path = null, string below = "")
    {
        var launcher = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, below)).FullName, "verify");
        File.Copy(Path.Combine(Repository.Root, "verify"), launcher, overwrite: true);
        var start = new ProcessStartInfo(Dotnet.Find("bash"), [launcher, "list"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        // What is restored is nobody else's.
        start.Environment["NUGET_PACKAGES"] = Path.Combine(folder, "packages");
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

    // What the SDK says of itself to a project.
    private string Sdk(string property)
    {
        Write(Path.Combine("sdk", "sdk.csproj"), """<Project Sdk="Microsoft.NET.Sdk" />""");
        return Dotnet.Run(Path.Combine(folder, "sdk"), "msbuild", $"-getProperty:{property}").Output.Trim();
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    // The least that a package has to hold.
    private static void Pack(string feed, string name, string version)
    {
        using var package = ZipFile.Open(Path.Combine(feed, $"{name}.{version}.nupkg"), ZipArchiveMode.Create);
        using var text = new StreamWriter(package.CreateEntry($"{name}.nuspec").Open());
        text.Write($"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>{name}</id>
            <version>{version}</version><authors>nobody</authors><description>empty</description></metadata></package>
            """);
    }
}
