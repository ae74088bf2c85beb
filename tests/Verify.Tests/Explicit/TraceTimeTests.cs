using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Disk;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Explicit.Storage;
using Verify.Traces;

namespace Verify.Tests.Explicit;

/// <summary>
/// A violation is shown if there is time to find its trace; otherwise the verdict is unknown, not refuted.
/// </summary>
public sealed class TraceTimeTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromHours(1);
    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1);

    // The budget is used up before the first state.
    private static readonly EngineOptions Spent = Plain with { Budget = new Budget(Seconds: 1e-9) };

    [Fact]
    public void A_spent_budget_leaves_a_violation_undecided()
    {
        var model = Switch();
        foreach (var (property, what) in new[] { ("off", "violated"), ("on", "reached") })
        {
            var verdict = Decide(model, property, Spent, TimeSpan.Zero);
            var unknown = Assert.IsType<Verdict.Unknown>(verdict);
            Assert.Equal($"{what} at depth 1; no trace: stopped by the time budget of 1E-09 s", unknown.Reason);
        }
    }

    [Fact]
    public void Little_more_than_the_budget_is_enough_to_show_it()
    {
        var model = Switch();
        var trace = Assert.IsType<Verdict.Refuted>(Decide(model, "off", Spent, Ample)).Trace!;
        Assert.True(Replay.Decides(new Interpreter(model), model.Property("off"), trace));
        Assert.Equal(1, Assert.IsType<Verdict.Proved>(Decide(model, "on", Spent, Ample)).Witness!.Length);
    }

    [Fact]
    public void A_budget_that_is_not_spent_changes_nothing()
    {
        var model = Switch();
        var never = Plain with { Budget = new Budget(Seconds: 8e18) };
        var expected = Verdicts.TextOf(model, Decide(model, "off", Plain, TimeSpan.Zero));
        Assert.Contains("refuted", expected);
        Assert.Equal(expected, Verdicts.TextOf(model, Decide(model, "off", never, TimeSpan.Zero)));
        var hour = Plain with { Budget = new Budget(Seconds: 3600) };
        Assert.Equal(expected, Verdicts.TextOf(model, Decide(model, "off", hour, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_interrupt_at_any_change_on_the_disk_stops_the_trace_or_leaves_it_whole(bool hasTime)
    {
        var model = DiskTests.Shootdown(2, 2, 2);
        var property = model.Properties.OfType<Property.Reachable>().First();
        var whole = Verdicts.TextOf(model, Decide(model, property.Name, Plain, TimeSpan.Zero));
        var (searched, lost, told, fewest) = (0, 0, 0, int.MaxValue);
        for (var at = 1; ; at++)
        {
            using var stop = new CancellationTokenSource();
            var changes = 0;
            var tuning = new StorageTuning
            {
                MaxHeld = 10,
                MinCapacity = 64,
                BeforeChange = _ => { if (++changes == at) { stop.Cancel(); } },
            };
            var engine = new ExplicitEngine { Tuning = tuning, Grace = hasTime ? Ample : TimeSpan.Zero };
            var verdict = engine.Decide(model, property, Plain with { Cancellation = stop.Token });
            if (verdict is Verdict.Unknown unknown)
            {
                var isLost = unknown.Reason.EndsWith("no trace: stopped by an interrupt", StringComparison.Ordinal);
                Assert.True(isLost || unknown.Reason.StartsWith("stopped by an interrupt", StringComparison.Ordinal), unknown.Reason);
                (searched, lost) = (searched + (isLost ? 0 : 1), lost + (isLost ? 1 : 0));
                fewest = isLost ? Math.Min(fewest, changes) : fewest;
                continue;
            }

            Assert.Equal(whole, Verdicts.TextOf(model, verdict));
            told++;
            if (changes < at)
            {
                // The last round was not interrupted. Those that were did not compute all levels.
                Assert.True(searched > 2 && (hasTime ? lost == 0 && told > 2 : lost > 2 && fewest < changes),
                    $"{searched} {lost} {told}, {fewest} of {changes}");
                return;
            }
        }
    }

    private static Verdict Decide(Model model, string property, EngineOptions run, TimeSpan grace) =>
        new ExplicitEngine { Grace = grace }.Decide(model, model.Property(property), run);

    private static Model Switch()
    {
        var m = new ModelBuilder("switch");
        var isOn = m.Var("on", Sort.Bool);
        m.Rule("press", s => s.Set(isOn, !isOn));
        m.Always("off", !isOn);
        m.Reachable("on", isOn);
        return m.Build();
    }
}
