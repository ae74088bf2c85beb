using System.Diagnostics;
using System.Globalization;
using Verify.Cli;
using Verify.Engines;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Solvers;
using Verify.Solvers.Library;
using Verify.Symbolic;
using Verify.Tests.Cli;

namespace Verify.Tests.Solvers;

/// <summary>
/// libz3 in a child process of the tool. If the child fails, the answer is "unknown" and no process remains.
/// </summary>
public sealed class SolverChildTests
{
    private static readonly SolverProgram NoProgram = new(SolverKind.Z3, "", "", "no z3 on PATH");

    // Every engine takes longer than the child lives.
    private static readonly Model Large = new TlbShootdown().Build(Choices.Default.Size("cpu", 4).Size("page", 4).Size("frame", 4));

    [Theory]
    [InlineData("KILL", "ended", 60)]
    [InlineData("SEGV", "ended", 60)]
    [InlineData("STOP", "time limit", 3)]
    public void A_child_that_is_killed_crashes_or_hangs_leaves_it_unknown(string signal, string reason, double seconds)
    {
        Available();
        var (program, arguments) = Command;
        // The signal is sent repeatedly, because the runtime ignores a first signal that no instruction has caused.
        using var host = new FakeSolver($"""
            ulimit -c 0
            echo $$ >>$HERE/children
            (sleep 0.5; while kill -{signal} $$; do sleep 0.2; done) 2>/dev/null &
            exec {program} {string.Join(' ', arguments)}
            """);
        foreach (var engine in EngineTroubleTests.Engines(new MicrosoftZ3(host.Path, [])))
        {
            var found = engine.Decide(Large, Large.Property("I-ENTRY"), new EngineOptions(new Budget(Seconds: seconds)));
            Assert.Contains(reason, Assert.IsType<Verdict.Unknown>(found).Reason, StringComparison.Ordinal);
        }

        var children = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(host.Path)!, "children"));
        Assert.True(children.Length >= 4, $"{children.Length}");
        Assert.All(children, child => Assert.True(IsGone(child), $"process {child} is still there"));
    }

    [Fact]
    public void A_child_that_answers_garbage_leaves_it_unknown()
    {
        Available();
        using var host = new FakeSolver(FakeSolver.Answering("echo perhaps"));
        foreach (var engine in EngineTroubleTests.Engines(new MicrosoftZ3(host.Path, [])))
        {
            var found = engine.Decide(Large, Large.Property("I-ENTRY"), new EngineOptions(new Budget(Seconds: 60)));
            Assert.Contains("perhaps", Assert.IsType<Verdict.Unknown>(found).Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_child_whose_tool_has_gone_ends_in_the_middle_of_a_question()
    {
        Available();
        var (program, arguments) = Command;
        using var child = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        child.StandardInput.Write($"(echo \"ready\")\n{TransportTests.Hard}\n(check-sat)\n");
        child.StandardInput.Flush();
        Assert.Equal("ready", child.StandardOutput.ReadLine());
        child.StandardInput.Close();
        var isEnded = child.WaitForExit(60_000);
        child.Kill();
        Assert.True(isEnded);
    }

    [Fact]
    public void A_child_without_commands_reports_it()
    {
        using var output = new StringWriter();
        Assert.NotEqual(0, Z3Host.Serve(new Z3Library(), new StringReader(")"), output));
        Assert.StartsWith("(error \"", output.ToString());
    }

    [Fact]
    public void A_library_replaces_a_missing_program()
    {
        Available();
        var small = new TlbShootdown().Build(Choices.Default.Size("cpu", 1).Size("page", 1).Size("frame", 1));
        var solvers = new SolverChoice([NoProgram, Tool.HostedZ3(), new MicrosoftZ3InProcess()]);
        var found = new PdrEngine(solvers).Decide(small, small.Property("I-ENTRY"), EngineOptions.Default);
        Assert.StartsWith("microsoft-z3 ", Assert.IsType<Verdict.Proved>(found).Evidence.Solver);
    }

    [Fact]
    public void Nothing_stands_in_for_what_was_named()
    {
        var named = new Named(NoProgram);
        Assert.Same(named, new SolverChoice([named, Tool.HostedZ3()]).Chosen);
        var chosen = new SolverChoice([Tool.HostedZ3(), NoProgram]);
        Assert.True(chosen.Choose("z3"));
        Assert.Equal("no z3 on PATH", chosen.Unavailable);
    }

    [Fact]
    public void A_library_that_cannot_be_loaded_is_named_with_its_setting()
    {
        using var run = ToolProcess.StartWithLibrary("/no/such/libz3.so", "list", "--json").Ended();
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("/no/such/libz3.so, which VERIFY_LIBZ3 names, cannot be loaded", run.Out, StringComparison.Ordinal);
    }

    private static (string Program, string[] Arguments) Command =>
        (Environment.ProcessPath!, [typeof(Tool).Assembly.Location, Z3Host.Argument]);

    private static void Available()
    {
        RealSolver.OrSkip("microsoft-z3");
        Assert.SkipWhen(Path.GetFileName(Environment.ProcessPath) != "dotnet", "the tests are not run by the command dotnet");
    }

    private static bool IsGone(string process) => SpinWait.SpinUntil(
        () => !Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}")), TimeSpan.FromSeconds(30));

    /// <summary>A solver that the environment names.</summary>
    private sealed class Named(ISolverSource source) : ISolverSource
    {
        public string Name => source.Name;

        public SolverKind Kind => source.Kind;

        public string Identity => source.Identity;

        public string? Unavailable => source.Unavailable;

        public bool IsNamed => true;

        public ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default) =>
            source.Start(seed, limits, cancellation);
    }
}
