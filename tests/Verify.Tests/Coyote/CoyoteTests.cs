using Verify.Coyote;
using Verify.Engines;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Scheduling;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;

namespace Verify.Tests.Coyote;

/// <summary>Schedules drawn by Microsoft.Coyote.</summary>
public sealed class CoyoteTests
{
    private static readonly EngineOptions Short = new(new Budget(Depth: 40));

    public static TheoryData<string> Strategies => [.. new CoyoteEngine().Strategies];

    [Fact]
    public void A_claim_that_is_small_and_wrong_is_refuted_as_by_our_own_schedules()
    {
        var coyote = ScheduledClaims.AreRefuted(new CoyoteEngine(schedules: 100), every: 9);
        var own = ScheduledClaims.AreRefuted(new ScheduleEngine(), every: 9);
        Assert.NotEmpty(coyote);
        Assert.Equal(own.Select(line => line.Split(' ')[0]), coyote.Select(line => line.Split(' ')[0]));
        coyote.ToList().ForEach(line => TestContext.Current.TestOutputHelper?.WriteLine(line));
    }

    [Fact]
    public void A_claim_that_holds_holds_up_to_what_was_drawn() =>
        Assert.True(ScheduledClaims.HoldUpTo(new CoyoteEngine(schedules: 100), schedules: 3, every: 12) > 5);

    [Theory]
    [MemberData(nameof(Strategies))]
    public void A_seed_gives_the_same_run_again(string strategy)
    {
        var model = TestShootdown();
        string Told(ulong seed)
        {
            var verdict = new CoyoteEngine(strategy, 500).Decide(model, model.Properties[0], Short with { Seed = seed });
            var refuted = Assert.IsType<Verdict.Refuted>(verdict);
            var evidence = refuted.Evidence;
            return $"{evidence.Schedules} {evidence.States} {evidence.Transitions} {evidence.RulePairs} {evidence.Depth} "
                + Replay.Encode(new Interpreter(model), refuted.Trace!);
        }

        var first = Told(3);
        Assert.Equal(first, Told(3));
        Assert.Contains(Enumerable.Range(4, 20), seed => Told((ulong)seed) != first);
    }

    [Fact]
    public void An_interrupt_and_budgets_end_it()
    {
        var model = new TlbShootdown().Build(Choices.Default);
        var asked = model.Property("I-ENTRY");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var unknown = new CoyoteEngine(schedules: 100).Decide(model, asked, Short with { Cancellation = cancelled.Token });
        Assert.Contains("stopped by an interrupt after 0 schedules",
            Assert.IsType<Verdict.Unknown>(unknown).Reason, StringComparison.Ordinal);
        var held = new CoyoteEngine(schedules: 1_000_000).Decide(model, asked, Short with { Budget = new Budget(Depth: 40, Seconds: 0.5) });
        Assert.EndsWith(", ended by a time budget of 0.5 s", Assert.IsType<Verdict.HoldsUpTo>(held).Bound.Cause);
        var full = new CoyoteEngine(schedules: 1_000).Decide(model, asked, Short with { Budget = new Budget(Depth: 40, Bytes: 1) });
        Assert.EndsWith(", ended by a memory budget", Assert.IsType<Verdict.HoldsUpTo>(full).Bound.Cause);
        var some = new CoyoteEngine(schedules: 1_000).Decide(model, asked, Short with { Budget = new Budget(Depth: 40, States: 100) });
        Assert.InRange(Assert.IsType<Verdict.HoldsUpTo>(some).Evidence.States, 100, 200);
    }

    [Fact]
    public void An_error_at_the_start_is_found_without_a_schedule()
    {
        var m = new ModelBuilder("start");
        var any = m.AnyOf("any", Sort.Range(0, 999));
        m.Rule("fall", s => s.When(any > 0).Set(any, any - 1));
        m.Always("not the last", any < 999);
        var model = m.Build();
        var refuted = Assert.IsType<Verdict.Refuted>(new CoyoteEngine(schedules: 1).Decide(model, model.Properties[0], Short));
        Assert.Equal((0, 0L), (refuted.Trace!.Length, refuted.Evidence.Schedules));
    }

    [Fact]
    public void A_deadlock_is_found_and_a_resting_state_is_not_one()
    {
        Verdict Of(bool mayRest)
        {
            var m = new ModelBuilder("rest");
            var left = m.Var("left", Sort.Range(0, 3), 3);
            m.Rule("work", s => s.When(left > 0).Set(left, left - 1)).By("worker");
            m.NoDeadlock("goes on", mayRest ? left == 0 : false);
            var model = m.Build();
            return new CoyoteEngine(schedules: 10).Decide(model, model.Properties[0], Short);
        }

        Assert.Equal(3, Assert.IsType<Verdict.Refuted>(Of(mayRest: false)).Trace!.Length);
        Assert.IsType<Verdict.HoldsUpTo>(Of(mayRest: true));
    }

    private static Model TestShootdown() => new Instance(Cli.TestClaims.Local.Family, Cli.TestClaims.Local.Choices).Model;
}
