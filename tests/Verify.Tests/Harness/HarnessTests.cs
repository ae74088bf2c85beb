using Verify.Engines;
using Verify.Harness;
using Verify.Harness.Hardware;
using Verify.Modelling;

namespace Verify.Tests.Harness;

/// <summary>The reports for code that deadlocks, throws, diverges from its model, or is not deterministic.</summary>
public sealed class HarnessTests
{
    private static readonly EngineOptions Short = new(new Budget(Depth: 50));

    [Fact]
    public void A_deadlock_in_code_is_reported_with_its_participants()
    {
        var finding = Explore(run =>
        {
            var (first, second) = (new Spinlock(run), new Spinlock(run));
            run.Start("CPU0", () => HoldBoth(first, second));
            run.Start("CPU1", () => HoldBoth(second, first));
        });
        Assert.Equal("deadlock: CPU0, CPU1 wait forever", finding.Deviation!.Reason);
    }

    [Fact]
    public void Code_that_throws_is_reported_with_the_exception()
    {
        var finding = Explore(run => run.Start("CPU0", () => throw new InvalidOperationException("no such page")));
        Assert.Equal("CPU0 throws InvalidOperationException: no such page", finding.Deviation!.Reason);
        Assert.IsType<Verdict.Unknown>(finding.Verdict);
        var waits = Explore(run => run.Start("CPU0", () => run.WaitUntil(() => throw new InvalidOperationException("no such page"))));
        Assert.Equal("the condition of CPU0 throws InvalidOperationException: no such page", waits.Deviation!.Reason);
        var late = Explore(run => run.Start("CPU0", () => run.Start("CPU1", run.Yield)));
        Assert.StartsWith("CPU0 throws InvalidOperationException: participants", late.Deviation!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schedule_that_is_not_repeatable_is_not_a_refutation()
    {
        var runs = 0;
        var finding = Explore(run => run.Start("CPU0", () =>
        {
            for (var left = 4 - (runs++ % 2); left > 0; left--)
            {
                run.Yield();
                run.Step("count");
            }
        }), most: 3);
        Assert.Contains("a repetition of the schedule behaved differently", finding.Deviation!.Reason, StringComparison.Ordinal);
        Assert.IsType<Verdict.Unknown>(finding.Verdict);
    }

    [Theory]
    [Provokes("VRF113")]
    [InlineData("add", 0)]
    [InlineData("count", 1)]
    [InlineData("set", 7)]
    public void Code_that_names_what_its_model_has_not_is_an_error(string rule, int argument)
    {
        int[] arguments = rule == "add" ? [] : [argument];
        var error = Assert.Throws<UserErrorException>(() => Explore(run => run.Start("CPU0", () => run.Step(rule, arguments))));
        Assert.Equal("VRF113", error.Diagnostic.Code.Id);
        Assert.Throws<UserErrorException>(() => Explore(run => run.Observe("page", () => [])));
    }

    [Fact]
    public void Observed_values_are_compared_at_the_start_after_every_step_and_at_the_end()
    {
        var before = Explore(run => run.Observe("n", () => [1]));
        Assert.Equal("at the start n is 1 in the code but 0 in the model", before.Deviation!.Reason);
        Assert.Empty(Assert.IsType<Verdict.Refuted>(Explore(run => run.Start("CPU0", run.Yield), most: -1).Verdict).Trace!.Steps);
        var during = Explore(run =>
        {
            run.Observe("n", () => [0]);
            run.Start("CPU0", () => run.Step("count"));
        });
        Assert.Equal("CPU0: n is 0 in the code but 1 in the model", during.Deviation!.Reason);
        var after = 0;
        var last = Explore(run =>
        {
            after = 0;
            run.Observe("n", () => [after]);
            run.Start("CPU0", () => after = 2);
        });
        Assert.Equal("CPU0 ends, and n is 2 in the code but 0 in the model", last.Deviation!.Reason);
    }

    [Fact]
    public void What_is_written_without_a_step_and_taken_back_is_seen_at_the_point_between()
    {
        var n = 0;
        var finding = Explore(run =>
        {
            n = 0;
            run.Observe("n", () => [n]);
            run.Start("CPU0", () =>
            {
                n = 2;
                run.Yield();
                n = 0;
            });
        });
        Assert.Equal("CPU0 reaches a scheduling point, where n is 2 in the code but 0 in the model", finding.Deviation!.Reason);
    }

    [Fact]
    public void An_interrupt_and_budgets_end_it()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        static void Idle(TestRun run) => run.Start("CPU0", run.Yield);
        var unknown = Explore(Idle, run: Short with { Cancellation = cancelled.Token });
        Assert.EndsWith(", ended by an interrupt", Assert.IsType<Verdict.Unknown>(unknown.Verdict).Reason);
        var late = Explore(Idle, run: Short with { Budget = new Budget(Depth: 50, Seconds: 0) });
        Assert.EndsWith(", ended by a time budget of 0 s", Assert.IsType<Verdict.HoldsUpTo>(late.Verdict).Bound.Cause);
        var full = Explore(Idle, run: Short with { Budget = new Budget(Depth: 50, States: 1) });
        Assert.Equal("1 schedule of at most 50 turns (random), ended by a budget of 1 state",
            Assert.IsType<Verdict.HoldsUpTo>(full.Verdict).Bound.Cause);
    }

    [Theory]
    [Provokes("VRF403")]
    [InlineData("luck", 10, 50, "has no strategy 'luck'")]
    [InlineData("random", 0, 50, "number of schedules")]
    [InlineData("random", 10, 0, "number of turns")]
    public void Zero_schedules_are_rejected(string strategy, int schedules, int turns, string said)
    {
        static void Idle(TestRun run) => run.Start("CPU0", run.Yield);
        var refused = Assert.Throws<UserErrorException>(() =>
            Explore(Idle, run: Short with { Budget = new Budget(Depth: turns) }, strategy: strategy, schedules: schedules));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_end_is_cut_and_who_serves_need_not_end()
    {
        var endless = Explore(run => run.Start("CPU0", () =>
        {
            while (true)
            {
                run.Yield();
            }
        }));
        Assert.IsType<Verdict.HoldsUpTo>(endless.Verdict);
        var served = Explore(run =>
        {
            var interrupts = new Interrupts(run);
            var handled = 0;
            run.Serve("interrupts", interrupts.Handle);
            run.Start("CPU0", () =>
            {
                interrupts.Send(() => handled++);
                run.WaitUntil(() => handled == 1);
                run.Step("count");
            });
        });
        Assert.Equal(10, Assert.IsType<Verdict.HoldsUpTo>(served.Verdict).Evidence.Transitions);
    }

    [Fact]
    public void A_call_from_a_thread_that_is_not_a_participant_is_a_divergence()
    {
        static void Aside(Action what)
        {
            var aside = new Thread(() => Record.Exception(what));
            aside.Start();
            aside.Join();
        }

        var done = Explore(run => run.Start("CPU0", () => Aside(() => run.Step("count"))));
        Assert.StartsWith("Step is called on a thread that is not a participant", done.Deviation!.Reason, StringComparison.Ordinal);
        Assert.Equal(0, Assert.IsType<Verdict.Unknown>(done.Verdict).Evidence.Transitions);
        var turn = Explore(run => run.Start("CPU0", () => Aside(run.Yield)));
        Assert.StartsWith("Yield is called on a thread that is not a participant", turn.Deviation!.Reason, StringComparison.Ordinal);
        var wait = Explore(run => run.Start("CPU0", () => Aside(() => run.WaitUntil(() => true))));
        Assert.StartsWith("WaitUntil is called on a thread", wait.Deviation!.Reason, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Explore(run => run.Step("count")));
        Assert.Throws<ArgumentException>(() => Explore(run => run.Start("CPU0", async () => await Task.Yield())));
    }

    [Fact]
    public void A_function_that_may_only_read_may_not_yield()
    {
        var waits = Explore(run =>
        {
            var table = new PageTable(run, 1);
            run.Start("CPU0", () => run.WaitUntil(() => table.Get(0) is null));
        });
        Assert.Equal("the condition of CPU0 throws InvalidOperationException: Yield is called by a function that may only read",
            waits.Deviation!.Reason);
        var shows = Explore(run =>
        {
            var table = new PageTable(run, 1);
            run.Observe("n", () => Enumerable.Range(0, 1).Select(page => (int?)(table.Get(page) ?? 0)));
            run.Start("CPU0", run.Yield);
        });
        Assert.Equal(
            "at the start the code's observer of n throws InvalidOperationException: Yield is called by a function that may only read",
            shows.Deviation!.Reason);
    }

    [Fact]
    public void A_value_outside_of_the_model_is_reported_as_the_code_has_it()
    {
        var outside = Explore(run => run.Observe("who", () => [7]));
        Assert.Equal("at the start who is 7 in the code but None in the model", outside.Deviation!.Reason);
        var more = Explore(run => run.Observe("n", () => [0, null]));
        Assert.Equal("at the start n is 0, nothing in the code but 0 in the model", more.Deviation!.Reason);
    }

    [Fact]
    public void Code_that_does_not_give_way_is_left_behind()
    {
        using var never = new ManualResetEventSlim();
        var stuck = Explore(run => run.Start("CPU0", () => never.Wait()), patience: 0.1);
        Assert.StartsWith("CPU0 did not reach a scheduling point", stuck.Deviation!.Reason, StringComparison.Ordinal);
        Assert.IsType<Verdict.Unknown>(stuck.Verdict);
        var deaf = Explore(run => run.Start("CPU0", () =>
        {
            while (!never.IsSet)
            {
                Record.Exception(run.Yield);
            }
        }), patience: 0.1);
        Assert.StartsWith("CPU0 did not reach a scheduling point", deaf.Deviation!.Reason, StringComparison.Ordinal);
        never.Set();
    }

    private static void HoldBoth(Spinlock one, Spinlock other)
    {
        using (one.Hold())
        {
            using (other.Hold())
            {
                // Unreachable while the other thread holds the resource that this one waits for.
            }
        }
    }

    private static ConformanceResult Explore(Action<TestRun> begin, int most = 9, EngineOptions? run = null, double patience = 30,
        string strategy = "random", int schedules = 10)
    {
        var m = new ModelBuilder("counter");
        var n = m.Var("n", Sort.Range(0, 9));
        m.Var("who", Sort.Option(m.Processors("cpu", 2)));
        m.Rule("count", s => s.When(n < 9).Set(n, n + 1));
        m.Rule("set", Sort.Range(1, 3), (s, to) => s.Set(n, to));
        m.Always("not many", n <= most);
        var model = m.Build();
        var experiment = new ConformanceTest(new Told(begin), model, (Property.Always)model.Properties[0]);
        var explorer = new ScheduleExplorer { Patience = TimeSpan.FromSeconds(patience) };
        return explorer.Explore(experiment, strategy, schedules, run ?? Short);
    }

    private sealed class Told(Action<TestRun> begin) : SystemUnderTest
    {
        public override string Name => "scripted";

        public override void Setup(TestRun run) => begin(run);
    }
}
