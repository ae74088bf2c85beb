using System.Diagnostics;

namespace Verify.Tests.Launcher;

/// <summary>The messages of <c>./verify</c> when it cannot start the tool.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("verify-launcher-").FullName;

    [Fact]
    [Provokes("VRF401")]
    public void A_missing_SDK_is_named_with_the_place_to_get_it()
    {
        // Only the programs that the launcher itself needs are on the path.
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
    public void A_path_that_cannot_be_built_in_is_reported_before_the_build()
    {
        var run = Launch(below: "user's");
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

    [Fact]
    public void An_error_in_a_model_is_its_authors_and_is_not_built_twice()
    {
        var tools = FakeSdk($$"""
            echo once >>'{{folder}}/builds'
            for twice in 1 2; do
                echo '{{folder}}/models/A.cs(3,14): error CS0103: no such name [{{folder}}/models/Verify.Models.csproj]'
                echo '{{folder}}/proofs/B.cs(7,1,7,9): error CS1002: ; expected [{{folder}}/proofs/Verify.Proofs.csproj]'
            done
            exit 1
            """);
        Write(Path.Combine("models", "A.cs"), "one");
        var run = Launch(tools);
        Assert.Equal(3, run.Code);
        Assert.EndsWith("""
            models/A.cs(3): error CS0103: no such name
            proofs/B.cs(7): error CS1002: ; expected
            verify: error VRF404: src/Verify.Cli/Verify.Cli.csproj does not build
            hint: fix the first error above

            """, run.Error);
        Assert.Equal((3, 1), (Launch(tools).Code, Builds()));
        Write(Path.Combine("models", "A.cs"), "another");
        Assert.Equal((3, 2), (Launch(tools).Code, Builds()));

        int Builds() => File.ReadAllLines(Path.Combine(folder, "builds")).Length;
    }

    [Theory]
    [InlineData("src/Verify.Core/A.cs(3,14): error CS0103: no", "does not build", 1)]
    [InlineData("x.csproj : error NU1301: Unable to load the service index", "cannot be downloaded", 2)]
    [InlineData("x.targets(3,14): error MSB3021: No space left on device", "does not build", 2)]
    public void Only_an_error_of_the_compiler_is_remembered(string line, string said, int builds)
    {
        var tools = FakeSdk($"echo once >>'{folder}/builds'; echo '{line}'; exit 1");
        Write(Path.Combine("models", "A.cs"), "one");
        Assert.Contains(said, Launch(tools).Error);
        Assert.Equal(4, Launch(tools).Code);
        Assert.Equal(builds, File.ReadAllLines(Path.Combine(folder, "builds")).Length);
    }

    [Fact]
    public void A_home_that_cannot_be_written_is_replaced_for_a_build()
    {
        var tools = FakeSdk($"echo \"$HOME\" >'{folder}/home'; exit 1");
        Write(Path.Combine("src", "One.cs"), "one");
        Launch(tools, home: "/proc/none");
        Assert.Equal($"{folder}/artifacts/launcher/home\n", File.ReadAllText(Path.Combine(folder, "home")));
        Write(Path.Combine("src", "One.cs"), "another");
        Launch(tools);
        Assert.Equal($"{folder}\n", File.ReadAllText(Path.Combine(folder, "home")));
    }

    // MSBuild compares times: it detects newer files, but must be informed of files older than the last build.
    [Fact]
    public void Everything_is_built_anew_only_for_what_MSBuild_overlooks()
    {
        Write(Path.Combine("src", "Verify.Cli", "Verify.Cli.csproj"), """
            <Project DefaultTargets="Build"><Target Name="Restore" /><Target Name="Build"><Error Text="only what is newer" /></Target>
            <Target Name="Rebuild"><Error Text="everything" /></Target></Project>
            """);
        var source = Path.Combine("src", "Verify.Cli", "Program.cs");
        Write(source, "one");
        // A file that is not a source of the tool.
        Write(Path.Combine("tests", "Some.cs"), "test");
        Assert.Contains("only what is newer", Launch().Error);

        // File systems have coarse clocks, so a file written at once would have the same time.
        Write(source, "another");
        File.SetLastWriteTimeUtc(Path.Combine(folder, source), DateTime.UtcNow.AddSeconds(1));
        Assert.Contains("only what is newer", Launch().Error);

        Write(source, "one");
        File.SetLastWriteTimeUtc(Path.Combine(folder, source), DateTime.UtcNow.AddHours(-1));
        Assert.Contains("everything", Launch().Error);
    }

    [Fact]
    public void Arguments_reach_the_tool_and_what_is_built_is_not_built_again()
    {
        var tools = FakeSdk();
        Write(Path.Combine("src", "One.cs"), "one");
        Assert.Equal("verify.dll list\n", Launch(tools).Out);
        Assert.DoesNotContain("building", Launch(tools).Error);

        Write(Path.Combine("src", "Two.cs"), "two");
        Assert.Contains("building", Launch(tools).Error);
        File.Delete(Path.Combine(folder, "src", "Two.cs"));
        Assert.Contains("building", Launch(tools).Error);

        Write(Path.Combine("tests", "Some.cs"), "test");
        Write(Path.Combine("src", "Notes.md"), "no source");
        Write(Path.Combine("proofs", "certificates.lock"), "written by the tool");
        Write(Path.Combine("mine", "Own.cs"), "compiled by the tool");
        Assert.DoesNotContain("building", Launch(tools).Error);
    }

    // The runtime opens files of its own, which get the lowest numbers that are free.
    [Fact]
    public void Closed_streams_are_not_left_for_the_files_of_the_runtime()
    {
        var tools = FakeSdk();
        Launch(tools);
        Program(tools, "dotnet", $"for n in 0 1 2; do [[ -e /dev/fd/$n ]] && printf $n >>'{folder}/open'; done");
        Launch(tools, closed: "<&- >&- 2>&-");
        Assert.Equal("012", File.ReadAllText(Path.Combine(folder, "open")));
    }

    [Fact]
    public void Missing_solvers_are_unpacked_below_artifacts_and_find_their_libraries()
    {
        var tools = FakeSdk();
        Program(tools, "apt-get", """
            if [[ $* == *install* ]]; then : >"${APT_CONFIG%/*}/archives/z3.deb"; fi
            """);
        Program(tools, "dpkg-deb", """
            mkdir -p "$3/usr/bin" "$3/usr/lib/any"
            : >"$3/usr/lib/any/libz3.so.4"
            for program in z3 cvc5; do
                printf '#!/bin/sh\necho "%s: $LD_LIBRARY_PATH, $*"\n' $program >"$3/usr/bin/$program"
                chmod +x "$3/usr/bin/$program"
            done
            """);
        var run = Launch(tools);
        var artifacts = Path.Combine(folder, "artifacts");
        Assert.Equal($"verify.dll list\nz3: {artifacts}/tools/bin/../lib, hello\n", run.Out);
        Assert.True(File.Exists(Path.Combine(artifacts, "tools", "lib", "libz3.so.4")));
        Assert.True(File.Exists(Path.Combine(artifacts, "tools", "bin", "cvc5")));
        Assert.False(Directory.Exists(Path.Combine(artifacts, "launcher", "apt")));
        Assert.Equal("", Launch(tools).Error);
    }

    [Fact]
    public void A_download_that_fails_is_said_once_and_the_tool_runs_without()
    {
        var tools = FakeSdk();
        Program(tools, "dpkg-deb", "exit 1");
        Program(tools, "apt-get", $"echo apt \"$*\" >>'{folder}/asked'; echo no network >&2; exit 100");
        var run = Launch(tools);
        Assert.Contains("verify: z3, ", run.Error);
        Assert.Contains("cvc5: apt-get cannot download them", run.Error);
        Assert.Equal("verify.dll list\n", run.Out);

        // The launcher does not retry before the next build, and never offline.
        File.Delete(Path.Combine(folder, "asked"));
        Assert.Equal("", Launch(tools).Error);
        // A feed that was not reached is asked again after a while.
        File.WriteAllText(Path.Combine(folder, "artifacts", "launcher", "tried.z3"), "1000\n");
        Assert.Contains("verify: z3: apt-get cannot download them", Launch(tools).Error);
        File.Delete(Path.Combine(folder, "asked"));
        Assert.Equal("", Launch(tools).Error);
        Assert.Contains("VERIFY_OFFLINE=1 forbids the download", Launch(tools, offline: true).Error);
        Assert.Equal("", Launch(tools, offline: true).Error);
        Assert.False(File.Exists(Path.Combine(folder, "asked")));

        // A solver that the environment names is not missing.
        Write(Path.Combine("src", "One.cs"), "one");
        Program(tools, "z3", "exit 0");
        Program(tools, "cvc5", "exit 0");
        Assert.DoesNotContain("cvc5", Launch(tools).Error);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // Runs a copy of the launcher, alone in a folder.
    private (int Code, string Out, string Error) Launch(
        string? path = null, string below = "", bool offline = false, string? home = null, string closed = "")
    {
        var launcher = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, below)).FullName, "verify");
        File.Copy(Path.Combine(Repository.Root, "verify"), launcher, overwrite: true);
        var start = new ProcessStartInfo(Dotnet.Find("bash"), ["-c", $"\"$BASH\" \"$0\" list {closed}", launcher])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var setting in (string[])["VERIFY_Z3", "VERIFY_CVC5", "VERIFY_LIBZ3", "VERIFY_OFFLINE"])
        {
            start.Environment.Remove(setting);
        }

        if (offline)
        {
            start.Environment["VERIFY_OFFLINE"] = "1";
        }

        if (path is not null)
        {
            (start.Environment["PATH"], start.Environment["HOME"]) = (path, home ?? folder);
            start.Environment.Remove("DOTNET_ROOT");
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    // A folder with the programs of a small machine. In place of the SDK it has a script that builds an empty program
    // and runs it by printing its name and arguments.
    private string FakeSdk(string? build = null)
    {
        build ??= $"mkdir -p '{folder}/artifacts/bin/Verify.Cli/release' && : >'{folder}/artifacts/bin/Verify.Cli/release/verify.dll'";
        var tools = Path.Combine(folder, "bin");
        Directory.CreateDirectory(tools);
        Directory.CreateDirectory(Path.Combine(folder, "src"));
        File.Copy(Path.Combine(Repository.Root, "src", "solvers.sh"), Path.Combine(folder, "src", "solvers.sh"));
        foreach (var tool in (string[])["bash", "cat", "chmod", "cp", "dirname", "find", "mkdir", "mv", "rm", "sh", "sort"])
        {
            File.CreateSymbolicLink(Path.Combine(tools, tool), Dotnet.Find(tool));
        }

        Program(tools, "dotnet", $$"""
            case $1 in
            --version) echo 10.0.100 ;;
            build) {{build}} ;;
            *) program=$1; shift; echo "${program##*/} $*"; if type -P z3 >/dev/null; then z3 hello; fi ;;
            esac
            """);
        return tools;
    }

    // A shell writes the file: a concurrent test that starts a process would inherit a file that this process has open
    // for writing, and such a file cannot be executed.
    private static void Program(string folder, string name, string body)
    {
        var start = new ProcessStartInfo("sh", ["-c", "cat >\"$0\" && chmod +x \"$0\"", Path.Combine(folder, name)])
        {
            RedirectStandardInput = true,
        };
        using var writer = Process.Start(start)!;
        writer.StandardInput.Write($"#!{Dotnet.Find("bash")}\n{body}\n");
        writer.StandardInput.Close();
        writer.WaitForExit();
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
