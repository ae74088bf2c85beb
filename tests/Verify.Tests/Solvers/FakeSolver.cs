using System.Diagnostics;
using Verify.Cli;
using Verify.Solvers;
using Verify.Solvers.Library;

namespace Verify.Tests.Solvers;

/// <summary>A fake solver: a shell script in a folder of its own, with configurable errors.</summary>
internal sealed class FakeSolver : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("verify-solver-").FullName;

    /// <param name="body">The commands that run after the version was requested. <c>$HERE</c> is the folder; <c>mark
    /// "$line"</c> prints the text of an <c>echo</c> command.</param>
    public FakeSolver(string body)
    {
        Path = System.IO.Path.Combine(folder, "z3");
        Write($$"""
            #!/bin/sh
            HERE={{folder}}
            mark() { rest="${1#*\"}"; echo "${rest%\"*}"; }
            if [ "$1" = --version ]; then echo 'Z3 version 0.0.1'; exit 0; fi
            {{body}}

            """);
    }

    /// <summary>Takes 400 MB and keeps running, so that even a slow watchdog does not exhaust the machine.</summary>
    public const string Hungry = "mkfifo $HERE/zeros; cat /dev/zero >$HERE/zeros & exec tail -c 400000000 $HERE/zeros";

    public string Path { get; }

    public SolverProgram Program => SolverProgram.At(SolverKind.Z3, Path);

    /// <summary>A fake solver that answers every query with the given text.</summary>
    public static string Answering(string reply) =>
        $"while read line; do case $line in *check-sat*) {reply};; *echo*) mark \"$line\";; esac; done";

    /// <summary>Replaces the script.</summary>
    public void Write(string script)
    {
        // A shell writes the file: a concurrent test that starts a process would inherit a file that this process has
        // open for writing, and such a file cannot be executed.
        var start = new ProcessStartInfo("sh", ["-c", "cat >\"$0\" && chmod +x \"$0\"", Path]) { RedirectStandardInput = true };
        using var writer = Process.Start(start)!;
        writer.StandardInput.Write(script);
        writer.StandardInput.Close();
        writer.WaitForExit();
    }

    public ISolver Start(SolverLimits? limits = null) => StartUnder(TestContext.Current.CancellationToken, limits);

    public ISolver StartUnder(CancellationToken cancellation, SolverLimits? limits = null) =>
        Program.Start(1, limits ?? new SolverLimits(Seconds: 60), cancellation);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

/// <summary>The solvers of this machine, for tests that need one.</summary>
internal static class RealSolver
{
    private static readonly ISolverSource[] All =
        [new LazySolver(SolverKind.Z3), new LazySolver(SolverKind.Cvc5), Tool.HostedZ3(), new MicrosoftZ3InProcess()];

    private static readonly Lazy<SolverProgram> Z3Found = new(() => SolverProgram.Find(SolverKind.Z3));
    private static readonly Lazy<SolverProgram> Cvc5Found = new(() => SolverProgram.Find(SolverKind.Cvc5));

    /// <summary>The solver; skips the test with the reason if it is missing.</summary>
    public static SolverProgram OrSkip(SolverKind kind = SolverKind.Z3)
    {
        var program = kind == SolverKind.Z3 ? Z3Found.Value : Cvc5Found.Value;
        Assert.SkipWhen(program.Unavailable is not null, program.Unavailable ?? "");
        return program;
    }

    /// <summary>The solver of a name; skips the test with the reason if it is missing.</summary>
    public static ISolverSource OrSkip(string name)
    {
        var source = All.Single(source => source.Name == name);
        Assert.SkipWhen(source.Unavailable is not null, source.Unavailable ?? "");
        return source;
    }
}
