using System.Diagnostics;
using System.Globalization;
using Verify.Cli;
using Verify.Tests.Explicit;
using Verify.Tests.Symbolic;

namespace Verify.Tests.Cli;

/// <summary>Ctrl-C: once for what there is, twice for the end, and nothing of it is left behind.</summary>
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

    [Theory]
    [InlineData("INT", 1)]
    [InlineData("INT", 2)]
    [InlineData("TERM", 2)]
    public void A_proof_that_is_interrupted_says_so_and_leaves_no_solver_behind(string signal, int times)
    {
        using var folder = new TestDirectory();
        using var fake = Hanging(folder);
        using var run = ToolProcess.StartWithZ3(fake.Path, "prove", "TLB-SHOOTDOWN", "--engine", "pdr");
        var solver = WhoHangs(folder);
        run.Interrupt(signal, times);

        Assert.True(run.Ends(60_000));
        Assert.Equal(ExitCode.Undecided, run.ExitCode);
        Assert.Contains("interrupted", run.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{solver}")), "the solver is still there");
    }

    [Theory]
    [InlineData("gate")]
    [InlineData("certify")]
    [InlineData("certify", "proofs/Hardware", "proofs/TlbShootdown")]
    public void What_is_interrupted_at_its_certificates_is_not_green(params string[] arguments)
    {
        using var folder = new TestDirectory();
        using var fake = Hanging(folder);
        var paths = arguments.Skip(1).Select(path => Path.Combine(Repository.Root, path));
        using var run = ToolProcess.StartWithZ3(fake.Path, [arguments[0], .. paths]);
        WhoHangs(folder);
        run.Interrupt("INT", 1);

        Assert.True(run.Ends(60_000));
        Assert.Equal(ExitCode.Undecided, run.ExitCode);
        Assert.Matches("^verify: interrupted; [0-9]+ of [0-9]+ certificates were not looked at\n$", run.Error);
    }

    private static FakeSolver Hanging(TestDirectory folder) =>
        new($"echo $$ > {folder.Path}/new; mv {folder.Path}/new {folder.Path}/id; exec sleep 1000");

    private static string WhoHangs(TestDirectory folder)
    {
        var id = Path.Combine(folder.Path, "id");
        for (var clock = Stopwatch.StartNew(); !File.Exists(id) && clock.Elapsed < TimeSpan.FromMinutes(1);)
        {
            Thread.Sleep(20);
        }

        return File.ReadAllText(id).Trim();
    }

    private sealed class Clock : TimeProvider
    {
        public long Milliseconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;
    }
}
