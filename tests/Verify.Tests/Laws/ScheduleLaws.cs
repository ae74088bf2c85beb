using Verify.Engines;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Scheduling;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws;

/// <summary>Schedules of actors on claims, and on models that distinguish strategies.</summary>
public sealed class ScheduleLaws
{
    [Fact]
    public void A_claim_that_is_small_and_wrong_is_refuted() =>
        Assert.NotEmpty(ScheduledClaims.AreRefuted(new ScheduleEngine(), every: 1));

    [Fact]
    public void A_claim_that_holds_holds_up_to_what_was_drawn() =>
        Assert.True(ScheduledClaims.HoldUpTo(new ScheduleEngine(), schedules: 100, every: 6) > 10);

    [Fact]
    public void Priorities_meet_a_long_run_of_one_actor_that_chance_does_not()
    {
        var model = Countdown(others: 6, length: 24);
        Verdict Of(string strategy) =>
            new ScheduleEngine(strategy, 2000).Decide(model, model.Properties[0], new EngineOptions(new Budget(Depth: 200)));
        Assert.IsType<Verdict.Refuted>(Of(ScheduleEngine.PriorityChanges));
        Assert.IsType<Verdict.Refuted>(Of(ScheduleEngine.Portfolio));
        Assert.IsType<Verdict.HoldsUpTo>(Of(ScheduleEngine.AnyActor));
    }

    // A change of priority beyond the end of a run changes nothing.
    [Fact]
    public void Changes_are_spread_over_the_length_that_runs_have()
    {
        var model = Relay(threads: 8);
        long Needed(int? maxSteps) => new ScheduleEngine(ScheduleEngine.PriorityChanges, 100_000)
            .Decide(model, model.Properties[0], new EngineOptions(new Budget(Depth: maxSteps))).Evidence.Schedules!.Value;
        Assert.Equal(Needed(12), Needed(null));
        Assert.True(Needed(null) > 64, "chance alone meets it");
    }

    [Fact]
    public void An_actor_in_an_endless_cycle_does_not_starve_the_others()
    {
        var m = new ModelBuilder("round");
        var (light, done) = (m.Var("light", Sort.Bool), m.Var("done", Sort.Bool));
        m.Rule("blink", s => s.Set(light, !light)).By("lamp");
        m.Rule("work", s => s.When(!done).Set(done, true)).By("worker");
        m.Always("never done", !done);
        var model = m.Build();
        var verdict = new ScheduleEngine(ScheduleEngine.PriorityChanges, 1).Decide(model, model.Properties[0], EngineOptions.Default);
        Assert.Single(Assert.IsType<Verdict.Refuted>(verdict).Trace!.Steps);
    }

    [Fact]
    public void Claims_that_are_too_large_to_search_are_still_tried()
    {
        var model = new TlbShootdown().Build(Choices.Default.Size("cpu", 5).Size("page", 4).Size("frame", 4));
        var verdict = new ScheduleEngine(schedules: 100).Decide(model, model.Property("I-ENTRY"),
            new EngineOptions(new Budget(Depth: 200)));
        var held = Assert.IsType<Verdict.HoldsUpTo>(verdict);
        Assert.Equal("100 schedules of at most 200 steps (portfolio)", held.Bound.Cause);
        Assert.Equal((20_000, 200, 100), (held.Evidence.Transitions, held.Evidence.Depth, held.Evidence.Schedules));
        Assert.All(held.Evidence.Witnesses, witness => Assert.NotNull(witness.Depth));
    }

    // Threads of two steps, which have to end in the reverse order of their declaration.
    private static Model Relay(int threads)
    {
        var m = new ModelBuilder("relay");
        var turn = m.Var("turn", Sort.Range(0, threads));
        for (var i = 0; i < threads; i++)
        {
            var mine = threads - 1 - i;
            m.Thread($"runner {i}", false, t =>
            {
                t.Step("warm up", _ => { });
                t.Step("run", s => s.SetIf(turn == mine, turn, turn + 1));
            });
        }

        m.Always("never all in order", turn < threads);
        return m.Build();
    }

    // One thread counts to the end only if no other thread moves in between, because that restarts it.
    private static Model Countdown(int others, int length)
    {
        var m = new ModelBuilder("countdown");
        var count = m.Var("count", Sort.Range(0, length));
        var other = m.Processors("cpu", others);
        var flips = m.Map("flips", other, Sort.Bool);
        m.Rule("count", s => s.When(count < length).Set(count, count + 1)).By("counter");
        m.Rule("disturb", other, (s, c) => s.Set(count, 0).Set(flips[c], !flips[c]));
        m.Always("never counted to the end", count < length);
        return m.Build();
    }
}
