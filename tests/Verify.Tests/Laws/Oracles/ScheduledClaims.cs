using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Scheduling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.Laws.Oracles;

/// <summary>
/// The expected results of schedule engines on claims: some strategy refutes every refutable claim, and no strategy
/// reports more than "holds up to" for the others.
/// </summary>
/// <remarks>
/// A claim is small if a search is fast. By default a sample of the claims is checked; SCHEDULE_CLAIMS=all checks all
/// of them.
/// </remarks>
internal static class ScheduledClaims
{
    /// <summary>The number of schedules within which every violation of a small claim must be found.</summary>
    public const int Enough = 10_000;

    // Violations that so many schedules do not reach: a search finds them.
    private static readonly string[] Deep = ["FK-NOTINCACHE-W3:I-ISO"];

    private const int MaxSteps = 200;
    private const int Small = 70_000; // maximum number of states of the instance

    /// <summary>The claims for schedule engines, or a fraction of them.</summary>
    public static IEnumerable<Claim> Sampled(string verdict, int every) =>
        Product.Claims
            .Where(claim => claim.Expected.Word == verdict)
            .Where((_, i) => i % (IsWhole ? 1 : every) == 0)
            .Where(claim => Asked(claim).Property is Property.Always or Property.NoDeadlock);

    /// <summary>
    /// Checks that some strategy refutes each claim, and that the trace is a violation in the interpreter.
    /// </summary>
    /// <returns>One line per claim: the number of schedules by strategy.</returns>
    public static ImmutableArray<string> AreRefuted(IScheduleEngine engine, int every)
    {
        var told = ImmutableArray.CreateBuilder<string>();
        var missed = new List<string>();
        foreach (var claim in Sampled("refuted", every))
        {
            var (instance, property) = Asked(claim);
            if (IsLarge(instance, property))
            {
                continue;
            }

            var (strategy, report) = engine.Strategies
                .Select(strategy => (strategy, Report.Decide(engine.With(strategy, Enough), instance, property, Steps)))
                .FirstOrDefault(pair => pair.Item2.Verdict is Verdict.Refuted);
            if (report is null)
            {
                missed.Add(claim.Id);
                continue;
            }

            Assert.Null(Replay.WhyNot(new Interpreter(instance.Model), report.Trace!));
            Assert.InRange(report.Verdict.Evidence.Schedules!.Value, 1, Enough);
            told.Add(string.Create(CultureInfo.InvariantCulture, $"{claim.Id} {strategy} {report.Verdict.Evidence.Schedules}"));
        }

        Assert.Empty(missed.Except(Deep));
        return told.ToImmutable();
    }

    /// <summary>
    /// Checks that each claim holds up to the drawn schedules, for every strategy, and that some were drawn.
    /// </summary>
    /// <returns>The number of claims.</returns>
    public static int HoldUpTo(IScheduleEngine engine, int schedules, int every)
    {
        var count = 0;
        foreach (var claim in Sampled("proved", every))
        {
            var (instance, property) = Asked(claim);
            foreach (var strategy in engine.Strategies)
            {
                var verdict = Report.Decide(engine.With(strategy, schedules), instance, property, Steps).Verdict;
                var bound = Assert.IsType<Verdict.HoldsUpTo>(verdict).Bound;
                Assert.Equal(
                    string.Create(CultureInfo.InvariantCulture, $"{schedules:N0} schedules of at most {MaxSteps} steps ({strategy})"),
                    bound.Cause);
                Assert.Equal((0, EvidenceKind.Sampled), (bound.Depth, verdict.Evidence.Kind));
                Assert.True(verdict.Evidence is { States: > 1, RulePairs: > 0 } evidence && evidence.Schedules == schedules, claim.Id);
            }

            count++;
        }

        return count;
    }

    private static bool IsWhole => Environment.GetEnvironmentVariable("SCHEDULE_CLAIMS") == "all";

    private static EngineOptions Steps => new(new Budget(Depth: MaxSteps));

    private static (Instance Instance, Property Property) Asked(Claim claim)
    {
        var instance = new Instance(claim.Family, claim.Choices);
        return (instance, instance.Model.Property(claim.Property));
    }

    private static bool IsLarge(Instance instance, Property property) =>
        new ExplicitEngine().Decide(instance.Model, property, new EngineOptions(new Budget(States: Small))) is not Verdict.Refuted;
}
