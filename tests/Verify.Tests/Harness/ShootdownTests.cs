using Verify.Coyote;
using Verify.Engines;
using Verify.Harness;
using Verify.Harness.Examples;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.Harness;

/// <summary>The example: a TLB shootdown in C#, correct and wrong, against its model, correct and wrong.</summary>
public sealed class ShootdownTests
{
    private const int Schedules = 400;
    private static readonly EngineOptions Short = new(new Budget(Depth: 200));

    /// <summary>
    /// Every explorer with each of its strategies; tests of an explorer that is not built in are skipped.
    /// </summary>
    public static TheoryData<string, string> Ways =>
    [
        .. new IScheduleExplorer[] { new ScheduleExplorer(), new CoyoteExplorer() }
            .SelectMany(explorer => explorer.Strategies.Select(strategy => (explorer.Name, strategy))),
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Invalidating_only_at_home_is_refuted_by_a_run_of_the_model(string explorer, string strategy)
    {
        var experiment = Of(Shootdown.Flaw.LocalOnly, TlbShootdown.LocalOnly);
        var finding = Named(explorer).Explore(experiment, strategy, Schedules, Short);
        var trace = Assert.IsType<Verdict.Refuted>(finding.Verdict).Trace!;
        var interpreter = new Interpreter(experiment.Model);
        Assert.Null(Replay.WhyNot(interpreter, trace));
        Assert.True(Replay.Decides(interpreter, experiment.Property, trace));
        Assert.InRange(finding.Verdict.Evidence.Schedules!.Value, 1, Schedules);
        var text = finding.Text(experiment);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Assert.Matches(@"CPU0 +CPU1", text);
        Assert.Contains("<- stale", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_code_as_it_should_be_holds_up_to_what_was_drawn(string explorer, string strategy)
    {
        var finding = Named(explorer).Explore(Of(Shootdown.Flaw.None), strategy, 100, Short);
        var held = Assert.IsType<Verdict.HoldsUpTo>(finding.Verdict);
        Assert.Null(finding.Deviation);
        Assert.Equal($"100 schedules of at most 200 turns ({strategy})", held.Bound.Cause);
        Assert.True(held.Evidence is { States: > 100, RulePairs: > 20, Depth: > 10 }, $"{held.Evidence}");
        Assert.All(held.Evidence.RuleCounts, count => Assert.True(count > 0));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Code_that_diverges_from_its_model_is_reported_with_the_place(string explorer, string strategy)
    {
        // A step that the model cannot take: freeing a frame before all processors have acknowledged.
        var skips = Named(explorer).Explore(Of(Shootdown.Flaw.LocalOnly), strategy, Schedules, Short);
        Assert.Matches(@"^CPU\d: the code does free\(CPU\d\), but the model cannot take this step here$", skips.Deviation!.Reason);
        Assert.Contains(skips.Deviation.Reason, Assert.IsType<Verdict.Unknown>(skips.Verdict).Reason, StringComparison.Ordinal);
        Assert.Null(Replay.WhyNot(new Interpreter(Of(Shootdown.Flaw.None).Model), skips.Trace!));

        // A reported step that the code has not done: the entry still exists, or only the acknowledgement is there.
        var early = Named(explorer).Explore(Of(Shootdown.Flaw.AcknowledgeFirst), strategy, Schedules, Short);
        Assert.Matches(@"(tlb is \[.*f\d.*\]|scheduling point, where \S+ is .*) in the code but .* in the model$", early.Deviation!.Reason);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_seed_gives_the_same_bytes_again(string explorer, string strategy)
    {
        string Told(ulong seed)
        {
            var experiment = Of(Shootdown.Flaw.LocalOnly, TlbShootdown.LocalOnly);
            return Named(explorer).Explore(experiment, strategy, Schedules, Short with { Seed = seed }).Text(experiment);
        }

        var first = Told(3);
        Assert.Equal(first, Told(3));
        Assert.Contains(Enumerable.Range(4, 5), seed => Told((ulong)seed) != first);
    }

    private static ConformanceTest Of(Shootdown.Flaw flaw, params Fault[] faults)
    {
        var choices = faults.Aggregate(Choices.Default.Size("cpu", 2).Size("page", 2).Size("frame", 2), (all, one) => all.With(one));
        var model = new TlbShootdown().Build(choices);
        return new ConformanceTest(new Shootdown(cpus: 2, pages: 2, frames: 2, flaw), model, (Property.Always)model.Property("I-ENTRY"));
    }

    private static IScheduleExplorer Named(string name) => name == "coyote" ? new CoyoteExplorer() : new ScheduleExplorer();
}
