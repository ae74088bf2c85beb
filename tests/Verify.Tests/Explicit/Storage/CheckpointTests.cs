using System.Text;
using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Disk;
using Verify.Modelling;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Explicit.Storage;

/// <summary>A search that was killed resumes from its checkpoint with the same result.</summary>
public sealed class CheckpointTests
{
    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1);

    // Simulates the end of the process on disk: from some change on, nothing is written or removed.
    private sealed class Crash : Exception;

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(40)]
    public void A_search_killed_before_any_change_on_disk_resumes(long maxHeld)
    {
        var model = DiskTests.Shootdown(1, 2, 2);
        var property = model.Properties.First(p => p is Property.Always);
        var expected = Verdicts.TextOf(model, new ExplicitEngine().Decide(model, property, Plain));
        for (var changes = 1; ; changes += 1 + (changes / 8))
        {
            using var directory = new TestDirectory();
            var run = Plain with { CheckpointDirectory = directory.Path };
            var (verdict, crashes) = Finish(model, property, run, maxHeld, _ => changes);
            Assert.Equal(expected, Verdicts.TextOf(model, verdict));
            Assert.Equal(["lock"], Directory.EnumerateFiles(directory.Path).Select(Path.GetFileName));
            if (crashes == 0)
            {
                Assert.True(changes > 20, $"there were but {changes} changes");
                return;
            }
        }
    }

    [Theory]
    [InlineData(Reductions.None)]
    [InlineData(Reductions.Symmetry)]
    [InlineData(Reductions.PartialOrder)]
    public void A_search_killed_repeatedly_gives_the_same_result(Reductions reductions)
    {
        var crashes = 0;
        Law.Holds(25, toy =>
        {
            var model = toy.Interpreter.Model;
            var random = new Prng((ulong)toy.Nodes.Count);
            foreach (var property in model.Properties.Where(p => p is not Property.LeadsTo))
            {
                var plain = Plain with { Reductions = reductions, Threads = 1 + random.Below(2) };
                var expected = Verdicts.TextOf(model, () => new ExplicitEngine().Decide(model, property, plain));
                using var directory = new TestDirectory();
                var run = plain with { CheckpointDirectory = directory.Path };
                var maxHeld = random.OneIn(2) ? long.MaxValue : 1 + random.Below(1 + toy.Nodes.Count);
                Assert.Equal(expected, Verdicts.TextOf(model, () =>
                {
                    // Each life is longer than the last; otherwise a life too short for a checkpoint would repeat
                    // without end.
                    var (verdict, some) = Finish(model, property, run, maxHeld, life => 5 + random.Below(10 + (5 * life)));
                    crashes += some;
                    return verdict;
                }));
            }
        });
        Assert.True(crashes > 50 || Environment.GetEnvironmentVariable("LAW_SEED") is not null, $"there were but {crashes} crashes");
    }

    // Levels of several blocks: the rest of a level consists of parts of several threads.
    [Theory]
    [InlineData(2, long.MaxValue)]
    [InlineData(3, 9_000)]
    public void Threads_killed_in_the_middle_of_large_levels_go_on(int threads, long maxHeld)
    {
        var model = DiskTests.Shootdown(2, 3, 3);
        var property = model.Properties.First(p => p is Property.Always);
        var expected = Verdicts.TextOf(model, new ExplicitEngine().Decide(model, property, Plain));
        using var directory = new TestDirectory();
        var run = Plain with { Threads = threads, CheckpointDirectory = directory.Path };
        var random = new Prng((ulong)threads);
        var (verdict, crashes) = Finish(model, property, run, maxHeld, _ => 150 + random.Below(300));
        Assert.Equal(expected, Verdicts.TextOf(model, verdict));
        Assert.True(crashes > 3, $"there were but {crashes} crashes");
    }

    [Fact]
    public void A_search_resumes_after_an_interrupt_and_with_a_larger_budget()
    {
        using var directory = new TestDirectory();
        var model = DiskTests.Shootdown(2, 2, 2);
        var property = model.Properties.First(p => p is Property.Always);
        var expected = Verdicts.TextOf(model, new ExplicitEngine().Decide(model, property, Plain));
        var run = Plain with { CheckpointDirectory = directory.Path };
        for (var depth = 1; depth <= 8; depth += 3)
        {
            var cut = run with { Budget = new Budget(Depth: depth) };
            Assert.Equal(depth, Assert.IsType<Verdict.HoldsUpTo>(new ExplicitEngine().Decide(model, property, cut)).Bound.Depth);
            // A second run resumes from the same place and gives the same verdict.
            Assert.Equal(depth, Assert.IsType<Verdict.HoldsUpTo>(new ExplicitEngine().Decide(model, property, cut)).Bound.Depth);
        }

        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.IsType<Verdict.Unknown>(new ExplicitEngine().Decide(model, property, run with { Cancellation = cancellation.Token }));
        Assert.Equal(expected, Verdicts.TextOf(model, new ExplicitEngine().Decide(model, property, run)));
    }

    [Fact]
    public void A_search_on_disk_resumes_with_more_memory_and_one_in_memory_with_less()
    {
        var model = DiskTests.Shootdown(2, 2, 2);
        var property = model.Properties.First(p => p is Property.Always);
        var expected = Verdicts.TextOf(model, new ExplicitEngine().Decide(model, property, Plain));
        foreach (var (first, second) in new[] { (50L, long.MaxValue), (long.MaxValue, 50L) })
        {
            using var directory = new TestDirectory();
            var run = Plain with { CheckpointDirectory = directory.Path };
            var cut = run with { Budget = new Budget(Depth: 6) };
            new ExplicitEngine { Tuning = new StorageTuning { MaxHeld = first } }.Decide(model, property, cut);
            var engine = new ExplicitEngine { Tuning = new StorageTuning { MaxHeld = second } };
            Assert.Equal(expected, Verdicts.TextOf(model, engine.Decide(model, property, run)));
        }
    }

    [Fact]
    [Provokes("VRF406")]
    public void A_checkpoint_of_another_search_is_refused()
    {
        using var directory = new TestDirectory();
        var model = DiskTests.Shootdown(2, 2, 2);
        var property = model.Properties.First(p => p is Property.Always);
        var run = Plain with { CheckpointDirectory = directory.Path };
        Leave(model, property, run);
        var other = DiskTests.Shootdown(2, 2, 1);
        Refuses(other, other.Properties.First(p => p is Property.Always), run, "another search");
        Refuses(model, model.Properties.First(p => p is Property.Reachable), run, "another search");
        Refuses(model, property, run with { Reductions = Reductions.Symmetry }, "another search");
        Assert.IsType<Verdict.Proved>(new ExplicitEngine().Decide(model, property, run));
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_and_left_as_it_is()
    {
        using var directory = new TestDirectory();
        var model = DiskTests.Shootdown(2, 2, 2);
        var property = model.Properties.First(p => p is Property.Always);
        var run = Plain with { CheckpointDirectory = directory.Path };
        Leave(model, property, run);
        var files = Directory.EnumerateFiles(directory.Path).Where(path => !path.EndsWith("lock", StringComparison.Ordinal)).ToList();
        Assert.True(files.Count > 1);
        foreach (var path in files)
        {
            var content = File.ReadAllBytes(path);
            foreach (var position in new[] { 0, content.Length / 2, content.Length - 1 })
            {
                var damaged = (byte[])content.Clone();
                damaged[position] ^= 1;
                File.WriteAllBytes(path, damaged);
                Refuses(model, property, run, "damaged");
            }

            File.WriteAllBytes(path, content[..^1]);
            Refuses(model, property, run, "damaged");
            File.WriteAllBytes(path, []);
            Refuses(model, property, run, "damaged");
            if (!path.EndsWith("checkpoint", StringComparison.Ordinal))
            {
                File.Delete(path);
                Refuses(model, property, run, "damaged");
            }

            File.WriteAllBytes(path, content);
        }

        Assert.IsType<Verdict.Proved>(new ExplicitEngine().Decide(model, property, run));
    }

    [Fact]
    public void A_directory_that_cannot_be_used_is_refused()
    {
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "file");
        File.WriteAllText(file, "");
        var model = DiskTests.Shootdown(2, 2, 2);
        var property = model.Properties.First(p => p is Property.Always);
        var error = Assert.Throws<UserErrorException>(() =>
            new ExplicitEngine().Decide(model, property, Plain with { CheckpointDirectory = file }));
        Assert.Equal(ErrorCodes.BadFile, error.Diagnostic.Code);

        var busy = Path.Combine(directory.Path, "busy");
        using var other = StateDirectory.Lasting(busy, StorageTuning.Default);
        error = Assert.Throws<UserErrorException>(() =>
            new ExplicitEngine().Decide(model, property, Plain with { CheckpointDirectory = busy }));
        Assert.Contains("another run", error.Message);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_ends_the_search_and_keeps_the_last_one()
    {
        using var directory = new TestDirectory();
        var model = DiskTests.Shootdown(2, 2, 2);
        var property = model.Properties.First(p => p is Property.Always);
        var expected = Verdicts.TextOf(model, new ExplicitEngine().Decide(model, property, Plain));
        var run = Plain with { CheckpointDirectory = directory.Path };
        var writes = 0;
        var tuning = new StorageTuning
        {
            AlwaysCheckpoints = true,
            BeforeChange = what => { if (what == "write" && ++writes > 20) { throw new IOException("No space left"); } },
        };
        var cut = new ExplicitEngine { Tuning = tuning }.Decide(model, property, run);
        Assert.Contains("No space left", Assert.IsType<Verdict.HoldsUpTo>(cut).Bound.Cause);
        Assert.True(File.Exists(Path.Combine(directory.Path, "checkpoint")));
        Assert.Equal(expected, Verdicts.TextOf(model, new ExplicitEngine().Decide(model, property, run)));
    }

    // Runs repeatedly, with crashes after some changes on disk, until the search is complete.
    private static (Verdict Verdict, int Crashes) Finish(
        Model model, Property property, EngineOptions run, long maxHeld, Func<int, int> changesInLife)
    {
        for (var crashes = 0; ; crashes++)
        {
            var left = crashes > 60 ? int.MaxValue : changesInLife(crashes);
            var tuning = new StorageTuning
            {
                MaxHeld = maxHeld,
                MinCapacity = 64,
                MaxRuns = 3,
                BufferStates = 8,
                AlwaysCheckpoints = true,
                BeforeChange = _ => { if (--left < 0) { throw new Crash(); } },
            };
            try
            {
                return (new ExplicitEngine { Tuning = tuning }.Decide(model, property, run), crashes);
            }
            catch (Crash)
            {
            }
        }
    }

    private static void Leave(Model model, Property property, EngineOptions run) =>
        Assert.IsType<Verdict.HoldsUpTo>(new ExplicitEngine().Decide(model, property, run with { Budget = new Budget(Depth: 5) }));

    private static void Refuses(Model model, Property property, EngineOptions run, string why)
    {
        var before = Listing(run.CheckpointDirectory!);
        var error = Assert.Throws<UserErrorException>(() => new ExplicitEngine().Decide(model, property, run));
        Assert.Equal(ErrorCodes.BadCheckpoint, error.Diagnostic.Code);
        Assert.Contains(why, error.Message);
        Assert.Equal(before, Listing(run.CheckpointDirectory!));
    }

    private static string Listing(string directory)
    {
        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            text.AppendLine($"{path} {new FileInfo(path).Length}");
        }

        return text.ToString();
    }
}
