using Verify.Claims;
using Verify.Cli;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Tests.Laws;

/// <summary>Every reduction, alone and together, against the search without any.</summary>
public sealed class ReductionLaws
{
    private static readonly Run Plain = new(Budget.Unlimited, Threads: 1);

    /// <summary>Every way to reduce that there is.</summary>
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

    internal static bool IsAlone => Environment.GetEnvironmentVariable("LAW_SEED") is not null;

    [Fact]
    public void Reductions_together_keep_the_verdict()
    {
        var (decided, refused) = (0, 0);
        Law.Holds(400, toy =>
        {
            if (toy.Errors.Count > 0)
            {
                return;
            }

            foreach (var property in toy.Interpreter.Model.Properties.Where(p => p is not Property.LeadsTo))
            {
                if (Oracle.Of(toy, property).Errors.IsEmpty)
                {
                    var whole = new ExplicitEngine().Decide(toy.Interpreter.Model, property, Plain);
                    foreach (var reductions in Combinations)
                    {
                        var found = Attempt(toy.Interpreter.Model, property, Plain with { Reductions = reductions }, whole);
                        (decided, refused) = found is null ? (decided, refused + 1) : (decided + 1, refused);
                        Compare(toy.Interpreter, property, reductions, whole, found, toy.Nodes.Count);
                        CompareOrbits(toy.Interpreter.Model, property, Plain with { Reductions = reductions }, found);
                    }
                }
            }
        });
        Assert.True(IsAlone || decided > 1200, $"{decided} decided, {refused} refused");
    }

    [Fact]
    public void Reductions_together_do_the_same_on_any_number_of_threads() => Law.Holds(60, toy =>
    {
        foreach (var property in toy.Interpreter.Model.Properties.Where(p => p is not Property.LeadsTo && toy.Errors.Count == 0))
        {
            foreach (var reductions in Combinations.Where(_ => Oracle.Of(toy, property).Errors.IsEmpty))
            {
                var whole = new ExplicitEngine().Decide(toy.Interpreter.Model, property, Plain);
                if (Attempt(toy.Interpreter.Model, property, Plain with { Reductions = reductions }, whole) is { } one)
                {
                    var two = new ExplicitEngine().Decide(
                        toy.Interpreter.Model, property, Plain with { Reductions = reductions, Threads = 2 });
                    Assert.Equal((one.Word, one.Evidence.States), (two.Word, two.Evidence.States));
                    Assert.Equal(one.Evidence.Transitions, two.Evidence.Transitions);
                    Assert.Equal(one.Evidence.RuleCounts.AsEnumerable(), two.Evidence.RuleCounts);
                    Assert.Equal(one.Evidence.Witnesses.AsEnumerable(), two.Evidence.Witnesses);
                    Assert.Equal(TraceOf(one)?.Steps.AsEnumerable(), TraceOf(two)?.Steps.AsEnumerable());
                }
            }
        }
    });

    // The whole search meets what is undefined: a reduction that does not must not call the rest proved.
    [Fact]
    public void What_is_undefined_is_not_proved_away()
    {
        var met = 0;
        Law.Holds(500, toy =>
        {
            foreach (var property in toy.Interpreter.Model.Properties.OfType<Property.Always>())
            {
                if (!IsUndefined(toy.Interpreter.Model, property, Plain))
                {
                    continue;
                }

                foreach (var reductions in Combinations)
                {
                    var isTold = IsUndefined(toy.Interpreter.Model, property, Plain with { Reductions = reductions });
                    Assert.True(isTold, $"{reductions}, {property.Name}");
                    met++;
                }
            }
        }, careless: 4);
        Assert.True(IsAlone || met > 100, $"{met} met");
    }

    [Fact]
    public void No_claim_comes_to_another_verdict_when_it_is_reduced()
    {
        foreach (var claim in Catalogue.Load().Claims.Where(claim => claim.Expected is not Expectation.Pending))
        {
            var model = new Instance(claim.Family, claim.Choices).Model;
            var property = model.Property(claim.Property);
            var run = new Run(new Budget(States: 25_000));
            var whole = new ExplicitEngine().Decide(model, property, run);
            if (whole is not (Verdict.Proved or Verdict.Refuted))
            {
                continue;
            }

            foreach (var reductions in Combinations)
            {
                // Partial order may go a longer way to a violation, past what was enough without it.
                var reduced = new Run(new Budget(States: 250_000), Reductions: reductions);
                var found = Attempt(model, property, reduced, whole);
                Compare(new Interpreter(model), property, reductions, whole, found, long.MaxValue);
                CompareOrbits(model, property, reduced, found);
            }
        }
    }

    /// <summary>What a reduction says of witnesses and rules is true of the whole model.</summary>
    internal static void CompareCoverage(Model model, Verdict whole, Verdict found)
    {
        foreach (var (rule, count) in found.Evidence.RuleCounts.Index())
        {
            // A search that is cut by what it looks for has no duty to have met everything.
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

    private static bool IsUndefined(Model model, Property property, Run run)
    {
        try
        {
            _ = new ExplicitEngine().Decide(model, property, run);
            return false;
        }
        catch (ModelException)
        {
            return true;
        }
    }

    // Null if it is refused, or if an error is met on a longer way to what the whole search found before it.
    private static Verdict? Attempt(Model model, Property property, Run run, Verdict whole)
    {
        try
        {
            return new ExplicitEngine().Decide(model, property, run);
        }
        catch (ModelException error) when (error.Diagnostic.Code == Codes.BadReduction
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

    // Only what is left after the other reductions can be counted by orbits.
    private static void CompareOrbits(Model model, Property property, Run run, Verdict? found)
    {
        if (found?.Evidence.StatesStoodFor is { } all)
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
