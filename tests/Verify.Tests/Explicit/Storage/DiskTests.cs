using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Disk;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Explicit.Storage;

/// <summary>A search on disk gives the same result as one in memory.</summary>
public sealed class DiskTests
{
    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1);

    internal static Law SameUnder(Reductions reductions) => new(typeof(DiskTests), nameof(Disk_changes_nothing), 100, (sample, tally) =>
    {
        using var directory = new TestDirectory();
        var (model, states) = (sample.Model, sample.Toy.Nodes.Count);
        var spilled = 0;
        // The search moves to disk at once, after some states, or after more; files are small and few are merged at a
        // time.
        var tuning = new StorageTuning
        {
            MaxHeld = 1 + (states % 7 * states / 10),
            MinCapacity = 64,
            MaxRuns = 2 + (states % 5),
            BufferStates = 1 + (states % 3),
            BeforeChange = _ => Interlocked.Increment(ref spilled),
        };
        foreach (var property in sample.OfStates)
        {
            var run = Plain with { Reductions = reductions, SpillDirectory = directory.Path };
            var expected = Verdicts.TextOf(model, () => new ExplicitEngine().Decide(model, property, run));
            var disk = new ExplicitEngine { Tuning = tuning };
            Assert.Equal(expected, Verdicts.TextOf(model, () => disk.Decide(model, property, run)));
            Assert.Equal(expected, Verdicts.TextOf(model, () => disk.Decide(model, property, run with { Threads = 2 })));
            tally.Compare(2);
        }

        tally.Note("spilled", spilled);
    })
    { Kind = $"{reductions}" };

    [Theory]
    [InlineData(Reductions.None, 150)]
    [InlineData(Reductions.Symmetry, 60)]
    [InlineData(Reductions.PartialOrder, 60)]
    [InlineData(Reductions.ConeOfInfluence | Reductions.PartialOrder, 40)]
    [InlineData(Reductions.Symmetry | Reductions.PartialOrder, 40)]
    public void Disk_changes_nothing(Reductions reductions, int models)
    {
        var spilled = Law.Holds(SameUnder(reductions), models)["spilled"];
        Assert.True(spilled > models, $"the disk was used {spilled} times for {models} models");
    }

    [Fact]
    public void An_incomplete_search_reports_the_same_on_disk_as_in_memory() => Law.Holds(20, toy =>
    {
        using var directory = new TestDirectory();
        var model = toy.Interpreter.Model;
        foreach (var property in model.Properties.Where(p => p is not Property.LeadsTo))
        {
            foreach (var budget in new[] { new Budget(Depth: 1), new Budget(Depth: 3), new Budget(States: 5), new Budget(States: 60) })
            {
                var run = Plain with { Budget = budget, SpillDirectory = directory.Path };
                var small = new StorageTuning { MaxHeld = 9, MinCapacity = 64, MaxRuns = 3, BufferStates = 8 };
                var disk = new ExplicitEngine { Tuning = small };
                Assert.Equal(Verdicts.TextOf(model, () => new ExplicitEngine().Decide(model, property, run)),
                    Verdicts.TextOf(model, () => disk.Decide(model, property, run)));
            }
        }
    });

    [Theory]
    [InlineData(2, 2, 3, Reductions.None)]
    [InlineData(3, 2, 2, Reductions.None)]
    [InlineData(3, 2, 2, Reductions.Symmetry)]
    public void The_shootdown_has_as_many_states_on_disk(int cpus, int pages, int frames, Reductions reductions)
    {
        var model = Shootdown(cpus, pages, frames);
        var property = model.Properties.First(p => p is Property.Always);
        var run = Plain with { Reductions = reductions, Threads = 2 };
        var expected = Verdicts.TextOf(model, new ExplicitEngine().Decide(model, property, run));
        var disk = new ExplicitEngine { Tuning = new StorageTuning { MaxHeld = 500, MaxRuns = 4, BufferStates = 64 } };
        Assert.Equal(expected, Verdicts.TextOf(model, disk.Decide(model, property, run)));
        var limited = new ExplicitEngine().Decide(model, property, run with { MemoryBytes = 1 });
        Assert.Equal(expected, Verdicts.TextOf(model, limited));
    }

    [Fact]
    public void Nothing_is_left_in_the_spill_directory()
    {
        using var parent = new TestDirectory();
        var model = Shootdown(2, 2, 2);
        var run = Plain with { SpillDirectory = parent.Path };
        var property = model.Properties.First(p => p is Property.Always);
        var wasUsed = false;
        var tuning = new StorageTuning
        {
            MaxHeld = 100,
            BeforeChange = _ => wasUsed |= Directory.EnumerateDirectories(parent.Path).Any(),
        };
        new ExplicitEngine { Tuning = tuning }.Decide(model, property, run);
        Assert.True(wasUsed);
        Assert.Empty(Directory.EnumerateFileSystemEntries(parent.Path));

        using var cancellation = new CancellationTokenSource();
        var changes = 0;
        var cancelled = tuning with { BeforeChange = _ => { if (++changes == 20) { cancellation.Cancel(); } } };
        var verdict = new ExplicitEngine { Tuning = cancelled }.Decide(model, property, run with { Cancellation = cancellation.Token });
        Assert.IsType<Verdict.Unknown>(verdict);
        Assert.Empty(Directory.EnumerateFileSystemEntries(parent.Path));

        var broken = tuning with { BeforeChange = what => throw new InvalidOperationException(what) };
        Assert.Throws<InvalidOperationException>(() => new ExplicitEngine { Tuning = broken }.Decide(model, property, run));
        Assert.Empty(Directory.EnumerateFileSystemEntries(parent.Path));
    }

    [Fact]
    public void Leftovers_of_a_killed_run_are_removed_unless_in_use()
    {
        using var parent = new TestDirectory();
        using var live = StateDirectory.Temporary(parent.Path, StorageTuning.Default);
        var forsaken = Directory.CreateDirectory(Path.Combine(parent.Path, "verify-spill-1-0")).FullName;
        File.WriteAllText(Path.Combine(forsaken, "spill.lock"), "");
        File.WriteAllText(Path.Combine(forsaken, "7.states"), "");
        var unrelated = Directory.CreateDirectory(Path.Combine(parent.Path, "verify-spill-notes")).FullName;
        // A checkpoint directory that is not in use is not a leftover, whatever its name.
        var checkpoint = Directory.CreateDirectory(Path.Combine(parent.Path, "verify-spill-checkpoint")).FullName;
        StateDirectory.Lasting(checkpoint, StorageTuning.Default).Dispose();
        using var another = StateDirectory.Temporary(parent.Path, StorageTuning.Default);
        Assert.Equal(new[] { live.Path, another.Path, unrelated, checkpoint }.Order(),
            Directory.EnumerateDirectories(parent.Path).Order());
    }

    [Fact]
    public void Searches_that_begin_and_end_side_by_side_leave_each_other_alone()
    {
        using var parent = new TestDirectory();
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 200; i++)
            {
                using var directory = StateDirectory.Temporary(parent.Path, StorageTuning.Default);
                var (name, handle) = directory.Create();
                handle.Dispose();
                Assert.True(directory.Exists(name));
            }
        });
        Assert.Empty(Directory.EnumerateFileSystemEntries(parent.Path));
    }

    [Fact]
    [Provokes("VRF407")]
    public void A_full_disk_leaves_what_was_covered()
    {
        var model = Shootdown(2, 2, 3);
        var property = model.Properties.First(p => p is Property.Always);
        var whole = new ExplicitEngine().Decide(model, property, Plain).Evidence;
        var covered = new SortedSet<int>();
        for (var room = 0; room < 60; room += 3)
        {
            var writes = 0;
            var tuning = new StorageTuning
            {
                MaxHeld = 300,
                BeforeChange = what => { if (what == "write" && ++writes > room) { throw new IOException("No space left"); } },
            };
            var verdict = new ExplicitEngine { Tuning = tuning }.Decide(model, property, Plain);
            if (verdict is Verdict.HoldsUpTo cut)
            {
                Assert.Equal("the disk (VRF407: No space left)", cut.Bound.Cause);
                Assert.True(cut.Bound.Depth < whole.Depth && cut.Bound.States <= whole.States);
                covered.Add(cut.Bound.Depth);
            }
        }

        Assert.True(covered.Count > 3, string.Join(' ', covered));
    }

    [Fact]
    public void A_disk_that_fails_while_a_trace_is_made_leaves_it_undecided()
    {
        var model = Shootdown(2, 2, 2);
        var property = model.Properties.OfType<Property.Reachable>().First();
        var whole = new ExplicitEngine().Decide(model, property, Plain);
        var (lost, isToldAtLast) = (0, false);
        for (var changes = 0; changes < 400 && !isToldAtLast; changes++)
        {
            var left = changes;
            var tuning = new StorageTuning
            {
                MaxHeld = 10,
                MinCapacity = 64,
                BeforeChange = _ => { if (--left < 0) { throw new IOException("No space left"); } },
            };
            var verdict = new ExplicitEngine { Tuning = tuning }.Decide(model, property, Plain);
            isToldAtLast = verdict is Verdict.Proved;
            if (isToldAtLast)
            {
                Assert.Equal(Verdicts.TextOf(model, whole), Verdicts.TextOf(model, verdict));
            }
            else
            {
                var reason = Assert.IsType<Verdict.Unknown>(verdict).Reason;
                Assert.Contains("the disk (VRF407: No space left)", reason);
                lost += reason.Contains("no trace: stopped by", StringComparison.Ordinal) ? 1 : 0;
            }
        }

        Assert.True(isToldAtLast && lost > 2, $"lost {lost} times");
    }

    [Fact]
    public void A_directory_that_cannot_be_made_leaves_what_was_covered()
    {
        using var parent = new TestDirectory();
        var file = Path.Combine(parent.Path, "file");
        File.WriteAllText(file, "");
        var model = Shootdown(2, 2, 2);
        var engine = new ExplicitEngine { Tuning = new StorageTuning { MaxHeld = 100 } };
        var verdict = engine.Decide(model, model.Properties.First(p => p is Property.Always), Plain with { SpillDirectory = file });
        Assert.Contains(file, Assert.IsType<Verdict.HoldsUpTo>(verdict).Bound.Cause);
    }

    internal static Model Shootdown(int cpus, int pages, int frames) =>
        new TlbShootdown().Build(Choices.Default.Size("cpu", cpus).Size("page", pages).Size("frame", frames));
}
