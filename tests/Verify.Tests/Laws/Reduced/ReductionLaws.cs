using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;

namespace Verify.Tests.Laws.Reduced;

/// <summary>Every combination of reductions against the full search.</summary>
public sealed class ReductionLaws
{
    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1);

    /// <summary>All combinations of reductions.</summary>
    public static IEnumerable<Reductions> Combinations
    {
        get
        {
            var all = Enum.GetValues<Reductions>().Aggregate((a, b) => a | b);
            for (var some = 1; some <= (int)all; some++)
            {
                yield return (Reductions)some;
            }
        }
    }

    internal static readonly Law Keep = new(typeof(ReductionLaws), nameof(Reductions_together_keep_the_verdict), 30, (sample, tally) =>
    {
        foreach (var (property, _) in sample.Decided)
        {
            var whole = sample.Whole(property);
            foreach (var reductions in Combinations)
            {
                var run = Plain with { Reductions = reductions };
                var found = Attempt(sample.Model, property, run, whole);
                tally.Note("refused", found is null);
                tally.Compare(found is null ? 0 : 1);
                Compare(sample.Interpreter, property, reductions, whole, found, sample.Toy.Nodes.Count);
                CompareOrbits(sample.Model, property, run, found);
            }
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law SameOnThreads = new(
        typeof(ReductionLaws), nameof(Reductions_together_do_the_same_on_any_number_of_threads), 60, (sample, tally) =>
        {
            foreach (var (property, _) in sample.Decided)
            {
                foreach (var reductions in Combinations)
                {
                    var run = Plain with { Reductions = reductions };
                    if (Attempt(sample.Model, property, run, sample.Whole(property)) is not { } one)
                    {
                        tally.Note("refused");
                        continue;
                    }

                    CompareThreads(one, new ExplicitEngine().Decide(sample.Model, property, run with { Threads = 2 }));
                    tally.Compare();
                }
            }
        })
    { IsOfUndefined = false };

    // If the full search finds an undefined state, a reduced search that misses it must not report a proof.
    internal static readonly Law Undefined = new(typeof(ReductionLaws), nameof(An_undefined_model_is_not_proved), 6, (sample, tally) =>
    {
        foreach (var property in sample.Model.Properties.OfType<Property.Always>())
        {
            if (!IsUndefined(sample.Model, property, Plain, out _))
            {
                continue;
            }

            foreach (var reductions in Combinations)
            {
                // A reduced search may reach a violation first on another path, and report it.
                var isTold = IsUndefined(sample.Model, property, Plain with { Reductions = reductions }, out var verdict);
                Assert.True(isTold || verdict is Verdict.Refuted { Trace: not null }, $"{reductions}, {property.Name}");
                tally.Compare();
            }
        }
    })
    { Source = ModelSource.Careless };

    [Fact]
    public void Reductions_together_keep_the_verdict()
    {
        var tally = Law.Holds(Keep, 400);
        Assert.True(Law.IsAlone || tally.Compared > 1200, $"{tally.Compared} decided, {tally}");
    }

    [Fact]
    public void Reductions_together_do_the_same_on_any_number_of_threads() => Law.Holds(SameOnThreads, 60);

    [Fact]
    public void An_undefined_model_is_not_proved()
    {
        var tally = Law.Holds(Undefined, 500);
        Assert.True(Law.IsAlone || tally.Compared > 100, $"{tally.Compared} compared");
    }

    [Fact]
    public void No_claim_comes_to_another_verdict_when_it_is_reduced()
    {
        foreach (var claim in Catalogue.Load().Claims.Where(claim => claim.Expected is not Expectation.Pending))
        {
            var model = new Instance(claim.Family, claim.Choices).Model;
            var property = model.Property(claim.Property);
            var run = new EngineOptions(new Budget(States: 25_000));
            var whole = new ExplicitEngine().Decide(model, property, run);
            if (whole is not (Verdict.Proved or Verdict.Refuted))
            {
                continue;
            }

            foreach (var reductions in Combinations)
            {
                // Partial-order reduction may find a violation on a longer path, beyond the budget of the full search.
                var reduced = new EngineOptions(new Budget(States: 250_000), Reductions: reductions);
                var found = Attempt(model, property, reduced, whole);
                Compare(new Interpreter(model), property, reductions, whole, found, long.MaxValue);
                CompareOrbits(model, property, reduced, found);
            }
        }
    }

    /// <summary>Compares the witnesses and rules that a reduced search reports with the whole model.</summary>
    internal static void CompareCoverage(Model model, Verdict whole, Verdict found)
    {
        foreach (var (rule, count) in found.Evidence.RuleCounts.Index())
        {
            // A search that ends at a target may not have found everything else.
            var isMet = whole.Evidence.RuleCounts[rule] > 0;
            Assert.False(count > 0 && whole.Evidence.Kind == EvidenceKind.Exhaustive && !isMet, model.Rules[rule].Name);
            Assert.False(count == 0 && found.Evidence.Kind == EvidenceKind.Exhaustive && isMet, model.Rules[rule].Name);
        }

        string[] watched = [.. whole.Evidence.Witnesses.Select(witness => witness.Property)];
        Assert.Equal(watched.Order(), found.Evidence.Witnesses.Select(witness => witness.Property)
            .Concat(found.Evidence.NotLookedFor).Order());
        foreach (var witness in found.Evidence.Witnesses.Where(_ => found.Evidence.Kind == EvidenceKind.Exhaustive))
        {
            Assert.Equal(
                whole.Evidence.Witnesses.Single(other => other.Property == witness.Property).Depth is null,
                witness.Depth is null);
        }
    }

    private static void CompareThreads(Verdict one, Verdict two)
    {
        Assert.Equal((one.Word, one.Evidence.States), (two.Word, two.Evidence.States));
        Assert.Equal(one.Evidence.Transitions, two.Evidence.Transitions);
        Assert.Equal(one.Evidence.RuleCounts.AsEnumerable(), two.Evidence.RuleCounts);
        Assert.Equal(one.Evidence.Witnesses.AsEnumerable(), two.Evidence.Witnesses);
        Assert.Equal(TraceOf(one)?.Steps.AsEnumerable(), TraceOf(two)?.Steps.AsEnumerable());
    }

    private static bool IsUndefined(Model model, Property property, EngineOptions run, out Verdict? verdict)
    {
        verdict = null;
        try
        {
            verdict = new ExplicitEngine().Decide(model, property, run);
            return false;
        }
        catch (UserErrorException)
        {
            return true;
        }
    }

    // Null if the reduction is rejected, or if the search finds an error on a longer path to the target of the full
    // search.
    private static Verdict? Attempt(Model model, Property property, EngineOptions run, Verdict whole)
    {
        try
        {
            return new ExplicitEngine().Decide(model, property, run);
        }
        catch (UserErrorException error) when (error.Diagnostic.Code == ErrorCodes.BadReduction
            || (run.Reductions.HasFlag(Reductions.PartialOrder) && whole.Evidence.Kind == EvidenceKind.Partial))
        {
            return null;
        }
    }

    internal static Traces.Trace? TraceOf(Verdict verdict) => verdict switch
    {
        Verdict.Refuted refuted => refuted.Trace,
        Verdict.Proved proved => proved.Witness,
        _ => null,
    };

    // Orbits are counted among the states that the other reductions keep.
    private static void CompareOrbits(Model model, Property property, EngineOptions run, Verdict? found)
    {
        if (found?.Evidence.StatesRepresented is { } all)
        {
            var each = new ExplicitEngine().Decide(model, property, run with { Reductions = run.Reductions & ~Reductions.Symmetry });
            Assert.Equal(each.Evidence.States, all);
        }
    }

    private static void Compare(
        Interpreter interpreter, Property property, Reductions reductions, Verdict whole, Verdict? found, long states)
    {
        if (found is null)
        {
            return;
        }

        Assert.Equal((property.Name, reductions, whole.Word), (property.Name, reductions, found.Word));
        Assert.True(found.Evidence.States <= states);
        Assert.False(whole.Evidence.Kind == EvidenceKind.Exhaustive && found.Evidence.States > whole.Evidence.States,
            $"'{property.Name}' of '{interpreter.Model.Name}' under {reductions}: "
                + $"{found.Evidence.States} for {whole.Evidence.States} states");
        CompareCoverage(interpreter.Model, whole, found);
        Assert.Equal(TraceOf(whole) is null, TraceOf(found) is null);
        if (TraceOf(found) is { } trace)
        {
            Assert.Null(Replay.WhyNot(interpreter, trace));
            Assert.True(Replay.Decides(interpreter, property, trace));
        }
    }
}
