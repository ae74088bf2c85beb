using Verify.Tests.Explicit.Storage;

namespace Verify.Tests.Cli;

/// <summary>The options for disk storage and checkpoints, and interruptions of the tool while it uses them.</summary>
public sealed class StorageTests
{
    private const string Whole = "681,436 states, 5,573,552 transitions, depth 12";
    private static readonly string[] Question = ["check", "TLB-SHOOTDOWN", "--size", "frame=2"];

    [Theory]
    [InlineData(11UL, "--memory", "1GB", "--threads", "1")]
    [InlineData(12UL, "--memory", "1MB", "--threads", "2")]
    [InlineData(13UL, "--memory", "1MB", "--threads", "2", "--size", "cpu=3,page=3", "--reduce", "partial-order,cone")]
    public void A_run_killed_at_any_moment_resumes_with_the_same_result(ulong seed, params string[] more)
    {
        using var directory = new TestDirectory();
        string[] arguments = [.. Question, .. more.Contains("--size") ? more : [.. more, "--size", "cpu=4,page=3"]];
        using var undisturbed = ToolProcess.Start(arguments);
        arguments = [.. arguments, "--checkpoint", directory.Path, "--checkpoint-every", "0s"];
        var random = new Prng(seed);
        // A run may end before its checkpoint is seen; such a round only compares the counts.
        for (var round = 1; ; round++)
        {
            var resumed = Killed(arguments, directory.Path, random, out var counts);
            Assert.Equal(undisturbed.Ended().Counts, counts);
            if (resumed > 1)
            {
                return;
            }

            Assert.True(round < 20, $"{round} rounds, and never two kills in one that left a checkpoint");
        }
    }

    // The table reserves half of the free addresses unless a limit prevents it; the runtime uses many as well.
    [Theory]
    [InlineData(1_800_000)]
    [InlineData(1_950_000)]
    [InlineData(3_000_000)]
    public void Where_addresses_are_scarce_some_are_left_for_threads(int kilobytes)
    {
        using var run = ToolProcess.StartWithFewAddresses(kilobytes, [.. Question, "--size", "cpu=4,page=3", "--threads", "2"]);
        var taken = 0L;
        while (!run.Ends(5))
        {
            taken = Math.Max(taken, run.Addresses);
        }

        Assert.Equal((0, ""), (run.Ended().ExitCode, run.Error));
        Assert.Equal(Whole, run.Counts);
        Assert.InRange(taken, 1, (long)(kilobytes * 1024.0 * 0.9));
    }

    [Fact]
    public void An_interrupt_leaves_a_checkpoint_to_go_on_from()
    {
        using var directory = new TestDirectory();
        string[] arguments = [.. Question, "--size", "cpu=4,page=3", "--threads", "1",
            "--checkpoint", directory.Path, "--checkpoint-every", "1h"];
        // A run may end before the interrupt arrives.
        for (var attempt = 1; !IsInterrupted(arguments, directory.Path); attempt++)
        {
            Assert.True(attempt < 20, "no interrupt was heeded");
        }

        var checkpoint = Assert.Single(Checkpoints(directory.Path));
        File.Copy(checkpoint, checkpoint + ".copy");
        Assert.Equal(Whole, ToolProcess.Start(arguments).Ended().Counts);
        Assert.Empty(Checkpoints(directory.Path));

        // Restores the checkpoint without its state files.
        File.Move(checkpoint + ".copy", checkpoint);
        using var last = ToolProcess.Start(arguments);
        Assert.Equal((3, ""), (last.Ended().ExitCode, last.Out));
        Assert.Matches("^verify: error VRF406: TLB-SHOOTDOWN on .*: the checkpoint in ", last.Error);
        Assert.Contains("\nhint: delete the directory to start again\n", last.Error);
    }

    [Fact]
    public void A_disk_that_takes_no_more_ends_it_with_what_was_covered()
    {
        using var directory = new TestDirectory();
        using var run = ToolProcess.StartWithSmallFiles(1000,
            [.. Question, "--size", "cpu=4,page=3", "--memory", "1MB", "--spill", directory.Path]);
        Assert.Equal((2, ""), (run.Ended().ExitCode, run.Error));
        Assert.Contains("stopped by the disk (VRF407: ", run.Out);
        Assert.Contains("no violation within ", run.Out);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    // Kills a run repeatedly until one completes; returns the number of kills that left a checkpoint.
    private static int Killed(string[] arguments, string directory, Prng random, out string counts)
    {
        var resumed = 0;
        for (var kills = 0; ; kills++)
        {
            // Some kills come early, possibly before any checkpoint; the others during or after a checkpoint of their
            // run.
            using var run = ToolProcess.Start(arguments);
            var ends = kills > 6
                || (kills % 3 == 0 ? run.Ends(random.Below(250)) : !WritesOne(run, directory) || run.Ends(random.Below(30)));
            if (ends)
            {
                Assert.Equal((0, ""), (run.Ended().ExitCode, run.Error));
                counts = run.Counts;
                return resumed;
            }

            run.Kill();
            resumed += Checkpoints(directory).Any() ? 1 : 0;
        }
    }

    // Interrupts a run during its search; returns false if it ended before.
    private static bool IsInterrupted(string[] arguments, string directory)
    {
        using var run = ToolProcess.Start(arguments);
        while (!Directory.EnumerateFiles(directory, "lock", SearchOption.AllDirectories).Any() && !run.Ends(5))
        {
        }

        if (!run.Ends(50))
        {
            run.Interrupt();
        }

        if (run.Ended().ExitCode == 0)
        {
            Assert.Equal(Whole, run.Counts);
            return false;
        }

        Assert.Equal((2, ""), (run.ExitCode, run.Error));
        Assert.Contains("stopped by an interrupt", run.Out);
        Assert.NotEqual(Whole, run.Counts);
        return true;
    }

    private static IEnumerable<string> Checkpoints(string directory) =>
        Directory.EnumerateFiles(directory, "checkpoint", SearchOption.AllDirectories);

    // Waits for a checkpoint of a process; returns false if it ends before.
    private static bool WritesOne(ToolProcess run, string directory)
    {
        DateTime Last() => Checkpoints(directory).Select(File.GetLastWriteTimeUtc).DefaultIfEmpty().Max();
        var before = Last();
        while (Last() is var now && (now == before || now == default))
        {
            if (run.Ends(1))
            {
                return false;
            }
        }

        return true;
    }
}
