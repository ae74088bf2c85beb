using System.Diagnostics;
using System.Globalization;

namespace Verify.Tests.Seeded;

/// <summary>
/// <c>verify test --seeded-bugs</c>: plants all bugs of the list in a copy of the sources, each with a switch, builds
/// the copy once, and finds out which laws detect each bug.
/// </summary>
internal static class SeededCommand
{
    private const string Usage = "usage: verify test --seeded-bugs [--only N,M] [--seconds N] [--seed N]";
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "seeded");
    private static readonly string Tree = Path.Combine(Folder, "tree");

    /// <summary>True if the arguments request the command.</summary>
    public static bool IsAsked(string[] arguments) => arguments is ["--seeded-bugs", ..];

    /// <summary>Runs the command and writes the page.</summary>
    /// <returns>0 if every bug was detected, 1 if one was not or if the copy without bugs fails, 3 if the arguments are
    /// wrong.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        var (only, seconds, seed) = (new HashSet<int>(), 20.0, 1UL);
        for (var i = 1; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            var isRead = arguments[i] switch
            {
                "--only" => value.Split(',').All(word =>
                    int.TryParse(word, CultureInfo.InvariantCulture, out var number) && only.Add(number)),
                "--seconds" => double.TryParse(value, CultureInfo.InvariantCulture, out seconds) && seconds is > 0 and < 1e6,
                "--seed" => ulong.TryParse(value, CultureInfo.InvariantCulture, out seed),
                _ => false,
            };
            if (!isRead)
            {
                errors.WriteLine(Usage);
                return 3;
            }
        }

        Plant();
        string[] lenient = ["-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false"];
        var build = Start("dotnet",
            ["build", "tests/Verify.Tests", "-c", "Release", "-v", "q", "-nologo", "-nodeReuse:false", .. lenient], 0, 3600);
        if (build.Code != 0)
        {
            errors.WriteLine(build.Text);
            return 1;
        }

        if (Look(null, [], seconds, seed) is { Law.Length: > 0 } wrong)
        {
            errors.WriteLine($"without any bug: {wrong.Law}");
            return 1;
        }

        var page = SeededPage.Load(Folder);
        foreach (var bug in SeededBug.All.Where(bug => only.Count == 0 || only.Contains(bug.Number)))
        {
            var found = LookFor(bug, seconds, seed);
            page.Set(bug, found);
            output.WriteLine($"{bug.Number}\t{bug.Component}\t{found.Law}\t{found.Models}\t{found.Seconds}");
            output.Flush();
        }

        page.Write();
        return page.Unnoticed == 0 ? 0 : 1;
    }

    // Tries the named laws, then all laws, then the tests of the component.
    private static Finding LookFor(SeededBug bug, double seconds, ulong seed)
    {
        var found = Look(bug, bug.Laws, seconds, seed);
        if (found.Law.Length == 0)
        {
            found = Look(bug, [], seconds, seed);
        }

        foreach (var test in found.Law.Length == 0 ? bug.Tests : [])
        {
            var run = StartTests(["--filter-class", test, "--no-progress"], bug.Number, 600);
            if (run.Code != 0)
            {
                return new Finding($"tests {test.TrimStart('*')}", "", run.Seconds.ToString("0", CultureInfo.InvariantCulture));
            }
        }

        return found;
    }

    private static Finding Look(SeededBug? bug, string[] laws, double seconds, ulong seed)
    {
        var run = StartTests(
            [UntilFailure.Command, seconds.ToString(CultureInfo.InvariantCulture), seed.ToString(CultureInfo.InvariantCulture), .. laws],
            bug?.Number ?? 0, (10 * seconds) + 60);
        var line = run.Text.Split('\n').LastOrDefault(line => line.StartsWith($"{UntilFailure.Mark}\t", StringComparison.Ordinal));
        return line?.Split('\t') is [_, var law, var models, _, var cpu]
            ? new Finding(law, models, cpu)
            : new Finding(run.Code == Killed ? "the laws do not end" : "the laws end the process", "", "");
    }

    private const int Killed = -1;
    private const string MaxBytes = "C0000000"; // in hexadecimal, the format of the runtime

    private sealed record Ended(int Code, string Text, double Seconds);

    private static Ended StartTests(string[] arguments, int bug, double seconds) => Start("dotnet",
        [Path.Combine(Tree, "artifacts", "bin", "Verify.Tests", "release", "Verify.Tests.dll"), .. arguments], bug, seconds);

    // The limit is in CPU seconds, because the machine may be busy.
    private static Ended Start(string program, string[] arguments, int bug, double seconds)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Tree,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[SeededBug.Variable] = bug.ToString(CultureInfo.InvariantCulture);
        start.Environment["DOTNET_GCHeapHardLimit"] = MaxBytes; // the mistake may use all memory
        using var process = Process.Start(start)!;
        var (text, trouble) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var used = 0.0;
        while (!process.WaitForExit(1000))
        {
            used = Used(process) ?? used;
            if (used > seconds)
            {
                process.Kill(entireProcessTree: true);
                return new Ended(Killed, "", used);
            }
        }

        return new Ended(process.ExitCode, text.Result + trouble.Result, used);
    }

    private static double? Used(Process process)
    {
        try
        {
            return process.TotalProcessorTime.TotalSeconds;
        }
        catch (InvalidOperationException)
        {
            return null; // the process has just ended
        }
    }

    // Only changed files are written, so that an incremental build is fast.
    private static void Plant()
    {
        var bugs = SeededBug.All.ToLookup(bug => bug.File);
        foreach (var file in Repository.Files)
        {
            var source = File.ReadAllBytes(Path.Combine(Repository.Root, file));
            Write(file, bugs.Contains(file)
                ? System.Text.Encoding.UTF8.GetBytes(bugs[file].Aggregate(Repository.Text(file), (text, bug) => bug.Plant(text)))
                : source);
        }

        Write("src/Verify.Core/Seeded.cs", System.Text.Encoding.UTF8.GetBytes($$"""
            #pragma warning disable
            namespace Verify;

            public static class Seeded
            {
                private static readonly int On = int.Parse(System.Environment.GetEnvironmentVariable("{{SeededBug.Variable}}") ?? "0");

                public static bool Is(int bug) => bug == On;
            }
            """));
    }

    private static void Write(string file, byte[] content)
    {
        var path = Path.Combine(Tree, file);
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }
}
