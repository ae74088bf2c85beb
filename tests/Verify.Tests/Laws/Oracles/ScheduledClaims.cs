using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.Laws.Oracles;

/// <summary>
/// What engines that draw schedules have to come to on claims: some strategy refutes what can be refuted, and none says more
/// than "holds up to" of the rest.
/// </summary>
/// <remarks>
/// A claim is small if a search is soon through. A sample of the claims; SCHEDULE_CLAIMS=all looks at every one, as long as
/// it takes.
/// </remarks>
internal static class ScheduledClaims
{
    /// <summary>Within so many schedules every violation of a small claim is met.</summary>
    public const int Enough = 10_000;

    private const int MaxSteps = 200;
    private const int Small = 70_000; // states of the whole instance

    /// <summary>The claims that schedules are about, or every so many of them.</summary>
    public static IEnumerable<Claim> Sampled(string verdict, int every) =>
        typeof(Verify.Proofs.Shootdowns.Shootdown).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(ClaimList)))
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .SelectMany(type => ((ClaimList)Activator.CreateInstance(type)!).Claims)
            .Where(claim => claim.Expected.Word == verdict)
            .Where((_, i) => i % (IsWhole ? 1 : every) == 0)
            .Where(claim => Asked(claim).Property is Property.Always or Property.NoDeadlock);

    /// <summary>Some strategy refutes each, and its trace is a violation in the interpreter.</summary>
    /// <returns>How many were looked at, and a line for each: the schedules it took, by strategy.</returns>
    public static ImmutableArray<string> AreRefuted(IScheduleEngine engine, int every)
    {
        var told = ImmutableArray.CreateBuilder<string>();
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
            Assert.True(report is not null, $"{claim.Id}: no strategy of '{engine.Name}' refutes it");
            Assert.Null(Replay.WhyNot(new Interpreter(instance.Model), report.Trace!));
            Assert.InRange(report.Verdict.Evidence.Schedules!.Value, 1, Enough);
            told.Add(string.Create(CultureInfo.InvariantCulture, $"{claim.Id} {strategy} {report.Verdict.Evidence.Schedules}"));
        }

        return told.ToImmutable();
    }

    /// <summary>Each holds up to what was drawn, whatever the strategy, and something was drawn.</summary>
    /// <returns>How many were looked at.</returns>
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
