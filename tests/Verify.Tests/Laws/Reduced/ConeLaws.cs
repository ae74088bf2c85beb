using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Reduced;

/// <summary>The cone of influence of a property against the whole model.</summary>
public sealed class ConeLaws
{
    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1);
    private static readonly EngineOptions Reduced = Plain with { Reductions = Reductions.ConeOfInfluence };

    internal static readonly Law Keeps = new(
        typeof(ConeLaws), nameof(A_cone_keeps_verdict_errors_and_the_length_of_traces), 5, (sample, tally) =>
        {
            foreach (var property in sample.OfStates.Where(p => p is not Property.NoDeadlock))
            {
                tally.Compare();
                var expected = sample.OracleOf(property);
                if (!expected.Errors.IsEmpty)
                {
                    // A witness that cannot be undefined may be left out, but an error must not be.
                    var error = EngineLaws.Undefined(sample, () => Decide(sample.Model, property, Reduced));
                    Assert.Contains(error.Diagnostic.Code.Id, expected.Errors);
                    tally.Note("undefined");
                    continue;
                }

                var whole = sample.Whole(property);
                var found = Decide(sample.Model, property, Reduced);
                Compare(sample.Toy, property, whole, found);
                if (found is Verdict.Proved { Witness: null } && found.Evidence.IsOpen(sample.Model))
                {
                    var complete = new ExplicitEngine().Decide(sample.Model, property, Reduced);
                    Assert.False(complete.Evidence.IsOpen(sample.Model));
                    Compare(sample.Toy, property, whole, complete);
                }

                tally.Note("fewer", found.Evidence.States < whole.Evidence.States);
                tally.Note("witnesses left out", found.Evidence.NotLookedFor.Length);
                tally.Note("traces", ReductionLaws.TraceOf(found) is not null);
            }
        });

    [Fact]
    public void A_cone_keeps_verdict_errors_and_the_length_of_traces()
    {
        var tally = Law.Holds(Keeps, 2000);
        Assert.True(Law.IsAlone || (tally["fewer"] > 100 && tally["witnesses left out"] > 50 && tally["traces"] > 100), $"{tally}");
    }

    [Fact]
    public void Leaves_outside_of_the_cone_take_no_space()
    {
        var m = new ModelBuilder("aside");
        var page = m.ScalarSet("page", 5);
        var (seen, noise) = (m.Var("seen", Sort.Range(0, 3)), m.Map("noise", page, Sort.Bool));
        m.Rule("count", s => s.When(seen < 3).Set(seen, seen + 1));
        m.Rule("turn", page, (s, p) => s.Set(noise[p], !noise[p]));
        m.Rule("never", page, (s, p) => s.When(seen == 3 & seen == 2).Set(noise[p], true));
        m.Always("in range", seen <= 3);
        m.Reachable("loud", ForAll(page, p => noise[p]));
        m.Reachable("far", seen == 3);
        var model = m.Build();

        var found = Decide(model, model.Property("in range"), Reduced).Evidence;

        Assert.Equal(4, found.States);
        Assert.Equal([3, Evidence.NotCounted, Evidence.NotCounted], found.RuleCounts);
        Assert.Equal([new Witness("far", 3)], found.Witnesses);
        Assert.Equal(["loud"], found.NotLookedFor);
        Assert.Equal("exact states of 1 of 6 parts (cone of influence)", found.Identity);
    }

    [Fact]
    public void An_error_outside_of_the_cone_is_still_found()
    {
        var m = new ModelBuilder("error aside");
        var (seen, noise) = (m.Var("seen", Sort.Bool), m.Var("noise", Sort.Range(0, 3)));
        m.Rule("flip", s => s.Set(seen, !seen));
        m.Rule("count", s => s.Set(noise, noise + 1));
        m.Always("either", seen | !seen);
        var model = m.Build();
        var error = Assert.Throws<UndefinedException>(() => Decide(model, model.Properties[0], Reduced));
        Assert.Equal("VRF121", error.Diagnostic.Code.Id);
    }

    [Fact]
    public void A_property_that_depends_on_every_step_is_rejected()
    {
        var m = new ModelBuilder("steps");
        var seen = m.Var("seen", Sort.Bool);
        m.Rule("flip", s => s.Set(seen, !seen));
        m.NoDeadlock("goes on");
        m.LeadsTo("comes", !seen, seen);
        var model = m.Build();
        foreach (var property in model.Properties)
        {
            var error = Assert.Throws<UserErrorException>(() => Decide(model, property, Reduced));
            Assert.Equal("VRF203", error.Diagnostic.Code.Id);
        }
    }

    private static void Compare(Toy toy, Property property, Verdict whole, Verdict found)
    {
        Assert.Equal(whole.Word, found.Word);
        Assert.True(found.Evidence.States <= whole.Evidence.States);
        ReductionLaws.CompareCoverage(toy.Interpreter.Model, whole, found);
        foreach (var witness in found.Evidence.Witnesses)
        {
            Assert.Contains(witness, whole.Evidence.Witnesses);
        }

        if (ReductionLaws.TraceOf(found) is { } trace)
        {
            Assert.Null(Replay.WhyNot(toy.Interpreter, trace));
            Assert.True(Replay.Decides(toy.Interpreter, property, trace));
            Assert.Equal(ReductionLaws.TraceOf(whole)!.Length, trace.Length);
            Assert.Equal(Switches.Of(toy.Interpreter, ReductionLaws.TraceOf(whole)!), Switches.Of(toy.Interpreter, trace));
        }
    }

    // Without a second search, so that left-out parts stay so.
    private static Verdict Decide(Model model, Property property, EngineOptions run) =>
        new ExplicitEngine { MaxStatesForTheRest = 0 }.Decide(model, property, run);
}
