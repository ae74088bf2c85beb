using Verify.Engines;
using Verify.Explain.Asking;
using Verify.Explain.Blame;
using Verify.Explain.Danger;
using Verify.Explain.Mutations;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;

namespace Verify.Tests.Explain;

/// <summary>Steps, near misses and violations of generated models, compared with the whole graph.</summary>
public sealed class ExplainLaws
{
    private const int MaxChanges = 12;

    internal static readonly Law Steps = new(
        typeof(ExplainLaws), nameof(A_changed_step_has_the_verdict_of_its_own_graph), 8, (sample, tally) =>
    {
        foreach (var property in Decided(sample).Where(property => sample.Toy.Decisive(property) is null))
        {
            foreach (var one in StepReport.Of(sample.Model, property, Ask()).SelectMany(step => step.Answers).Take(MaxChanges))
            {
                var toy = new Toy(one.Mutation.In(sample.Model)!, Law.Cap);
                if (toy.IsCut || toy.Errors.Count > 0 || one.Answer.Kind is AnswerKind.Undefined or AnswerKind.Open)
                {
                    continue;
                }

                if (!Oracle.Of(toy, property).Errors.IsEmpty)
                {
                    continue;
                }

                var violation = toy.Decisive(property);
                Assert.Equal(violation is null ? AnswerKind.Proved : AnswerKind.Refuted, one.Answer.Kind);
                Assert.Equal(violation?.Level, one.Answer.Trace?.Trace.Length);
                tally.Compare();
                tally.Note(one.Mutation.GetType().Name);
            }
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law Misses = new(typeof(ExplainLaws), nameof(A_near_miss_is_the_nearest), 6, (sample, tally) =>
    {
        foreach (var property in Decided(sample).Where(property => sample.Toy.Decisive(property) is null))
        {
            var violations = Violation.Of(property.Holds).ToList();
            if (violations.Count > 12 || violations.Any(one => one.Conditions.Length is < 2 or > 8))
            {
                continue;
            }

            var miss = NearestMiss.Of(sample.Model, property, Ask());
            var (fewest, isPartial) = ((int?)null, false);
            foreach (var node in sample.Toy.Nodes)
            {
                foreach (var one in violations)
                {
                    for (var set = 1; set < (1 << one.Conditions.Length) - 1; set++)
                    {
                        int[] left = [.. Enumerable.Range(0, one.Conditions.Length).Where(i => (set & (1 << i)) != 0)];
                        var holds = Holds(sample.Interpreter, node.State, one.Except(left));
                        isPartial |= holds is null;
                        fewest = holds == true && !(fewest <= left.Length) ? left.Length : fewest;
                    }
                }
            }

            // Conditions that are not defined everywhere are tried one by one, and some are left out.
            Assert.True(isPartial ? miss is null || miss.Missing.Length >= fewest : miss?.Missing.Length == fewest);
            tally.Compare();
            tally.Note(miss is null ? "none" : "a miss");
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law Blames = new(
        typeof(ExplainLaws), nameof(A_step_that_would_have_prevented_a_violation_does), 4, (sample, tally) =>
    {
        foreach (var property in Decided(sample))
        {
            if (sample.Toy.Decisive(property) is not { Level: > 0 } node
                || CheckedTrace.Check(sample.Interpreter, property, node.Trace, out _) is not { IsDecisive: true } run)
            {
                continue;
            }

            var blame = TraceBlame.Of(run);
            Assert.Equal(run.Trace.Length, blame.Steps.Length);
            Assert.All(blame.Steps, (step, i) => Assert.InRange(i + 1, step.Earliest, step.Latest));
            Assert.DoesNotContain(blame.Steps, step => step.IsIdle); // the run is a shortest one
            Assert.Equal(blame.Rescues.Any(one => one.IsRestPossible), blame.Safe is not null);
            if (blame.Safe is { } safe)
            {
                Assert.Null(Replay.WhyNot(sample.Interpreter, safe.Trace));
                Assert.All(safe.Trace.States, state => Assert.True(sample.Interpreter.Holds(state, property.Holds, property.Where)));
                Assert.InRange(safe.Trace.Length, run.Trace.Length, run.Trace.Length + 1);
            }

            tally.Compare();
            tally.Note(blame.Safe is null ? "no safe run" : "a safe run");
        }
    })
    { IsOfUndefined = false };

    [Fact]
    public void A_changed_step_has_the_verdict_of_its_own_graph()
    {
        var tally = Law.Holds(Steps, 250);
        Assert.All(["DroppedPart", "IdleStep", "SwappedSteps", "ForcedWay"], kind => Assert.True(Law.IsAlone || tally[kind] > 0, kind));
    }

    [Fact]
    public void A_near_miss_is_the_nearest() => Assert.True(Law.Holds(Misses, 400)["a miss"] > 0 || Law.IsAlone);

    [Fact]
    public void A_step_that_would_have_prevented_a_violation_does() =>
        Assert.True(Law.Holds(Blames, 600)["a safe run"] > 0 || Law.IsAlone);

    private static IEnumerable<Property.Always> Decided(Sample sample) =>
        sample.Decided.Select(pair => pair.Property).OfType<Property.Always>();

    private static Questions Ask() => new(new ExplicitEngine(), EngineOptions.Default with { Threads = 1 });

    private static bool? Holds(Interpreter interpreter, State state, Expr holds)
    {
        try
        {
            return interpreter.Holds(state, holds, interpreter.Model.Rules[0].Where);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }
}
