using System.Diagnostics;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Explicit;
using Verify.Tests.Explicit.Storage;
using Verify.Tests.Solvers;

namespace Verify.Tests.Cli;

/// <summary>
/// Ctrl-C: the first one prints the results so far, the second one ends the tool; no process or file is left behind.
/// </summary>
public sealed class InterruptTests
{
    [Fact]
    public void The_first_stops_the_work_and_the_second_ends_the_process()
    {
        var clock = new Clock();
        using var interrupt = new Interrupt(clock);
        Assert.False(interrupt.Token.IsCancellationRequested);
        Assert.True(interrupt.Heed());
        Assert.True(interrupt.Token.IsCancellationRequested);
        Assert.True(interrupt.Heed(), "a signal to a process and one to its group are one");
        clock.Milliseconds += 800;
        Assert.False(interrupt.Heed());
    }

    [Fact]
    public async Task One_that_comes_while_work_is_being_stopped_waits_for_that()
    {
        using var interrupt = new Interrupt(TimeProvider.System);
        using var isStopping = new ManualResetEventSlim();
        var isStopped = false;
        using var slow = interrupt.Token.Register(() =>
        {
            isStopping.Set();
            Thread.Sleep(300);
            Volatile.Write(ref isStopped, true);
        });
        var first = Task.Run(interrupt.Heed, TestContext.Current.CancellationToken);
        isStopping.Wait(TestContext.Current.CancellationToken);
        interrupt.Heed();
        Assert.True(Volatile.Read(ref isStopped));
        Assert.True(await first);
    }

    [Fact]
    public void The_code_of_a_model_that_does_not_end_is_ended_by_the_first()
    {
        using var folder = new TestDirectory();
        var hasBegun = Path.Combine(folder.Path, "begun");
        File.WriteAllText(Path.Combine(folder.Path, "Endless.cs"), $$"""
            using Verify.Modelling;

            public sealed class Endless() : ModelFamily("endless", "a model that is never described")
            {
                protected override void Describe(ModelBuilder m)
                {
                    File.WriteAllText("{{hasBegun}}", "");
                    for (; ; ) { }
                }
            }
            """);
        using var run = ToolProcess.StartWithMine(folder.Path, "check", "endless");
        Assert.True(SpinWait.SpinUntil(() => File.Exists(hasBegun), 60_000));
        run.Interrupt();
        Assert.True(run.Ends(30_000));
        Assert.Equal((ExitCode.Undecided, "verify: interrupted; the code that describes a model does not end\n"),
            (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("INT", 1)]
    [InlineData("INT", 2)]
    [InlineData("TERM", 2)]
    public void An_interrupted_proof_is_reported_and_leaves_no_solver_behind(string signal, int times)
    {
        using var folder = new TestDirectory();
        using var fake = Hanging(folder);
        using var run = ToolProcess.StartWithZ3(fake.Path, "prove", "TLB-SHOOTDOWN", "--engine", "pdr");
        var solver = WhoHangs(folder);
        run.Interrupt(signal, times);

        Assert.True(run.Ends(60_000));
        Assert.Equal(ExitCode.Undecided, run.ExitCode);
        Assert.Contains("interrupted", run.Out, StringComparison.Ordinal);
        Assert.True(Within(TimeSpan.FromMinutes(1), () => !IsAlive(solver)), "the solver is still there");
    }

    [Theory]
    [InlineData("gate")]
    [InlineData("certify")]
    [InlineData("certify", true)]
    public void A_gate_that_is_interrupted_at_its_certificates_is_not_a_success(string command, bool isOfFiles = false)
    {
        using var folder = new TestDirectory();
        using var files = new TestDirectory();
        using var fake = Hanging(folder);
        if (isOfFiles)
        {
            Assert.Equal(0, ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", "--write", files.Path).ExitCode);
        }

        using var run = ToolProcess.StartWithZ3(fake.Path, isOfFiles ? [command, files.Path] : [command]);
        WhoHangs(folder);
        run.Interrupt("INT", 1);

        Assert.True(run.Ends(60_000));
        Assert.Equal(ExitCode.Undecided, run.ExitCode);
        Assert.Matches("^verify: interrupted; [0-9]+ of [0-9]+ certificates were not checked\n$", run.Error);
    }

    private static FakeSolver Hanging(TestDirectory folder) =>
        new($"echo $$ > {folder.Path}/new; mv {folder.Path}/new {folder.Path}/id; exec sleep 1000");

    private static string WhoHangs(TestDirectory folder)
    {
        var id = Path.Combine(folder.Path, "id");
        Within(TimeSpan.FromMinutes(5), () => File.Exists(id)); // a gate decides all claims before
        return File.ReadAllText(id).Trim();
    }

    // The system may list a killed process until its new parent has collected it.
    private static bool IsAlive(string process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/stat");
            return status[status.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false; // the process has ended
        }
    }

    private static bool Within(TimeSpan limit, Func<bool> isSo)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < limit; Thread.Sleep(20))
        {
            if (isSo())
            {
                return true;
            }
        }

        return isSo();
    }

    private sealed class Clock : TimeProvider
    {
        public long Milliseconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;
    }
}
