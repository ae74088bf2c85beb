using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Reduced;

/// <summary>Partial-order reduction against the full search.</summary>
public sealed class PartialOrderLaws
{
    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1);
    private static readonly EngineOptions Reduced = Plain with { Reductions = Reductions.PartialOrder };

    internal static readonly Law Keeps = new(
        typeof(PartialOrderLaws), nameof(Partial_order_keeps_verdict_witnesses_and_the_rules_that_fire), 5, (sample, tally) =>
        {
            foreach (var property in sample.OfStates)
            {
                var whole = Attempt(() => sample.Whole(property));
                var found = Attempt(() => new ExplicitEngine().Decide(sample.Model, property, Reduced));
                tally.Compare();
                if (found is null)
                {
                    // An error is found, though either search may find it only behind the deciding state.
                    Assert.True(whole is null || whole.Evidence.Kind == EvidenceKind.Partial);
                    tally.Note("undefined");
                    continue;
                }

                if (ReductionLaws.TraceOf(found) is { } trace)
                {
                    tally.Note("traces");
                    Assert.Null(Replay.WhyNot(sample.Interpreter, trace));
                    Assert.True(Replay.Decides(sample.Interpreter, property, trace));
                }

                Assert.False(whole is null && found.Evidence.Kind == EvidenceKind.Exhaustive, "an error is not found");
                Compare(sample.Model, property, whole, found);
                tally.Note("fewer", whole?.Evidence.Kind == EvidenceKind.Exhaustive && found.Evidence.States < whole.Evidence.States);
            }
        });

    internal static readonly Law InCrews = new(
        typeof(PartialOrderLaws), nameof(Threads_in_a_crew_are_reduced_and_nothing_is_lost), 20, (sample, tally) =>
        {
            foreach (var (property, _) in sample.Decided)
            {
                var whole = sample.Whole(property);
                foreach (var reductions in new[] { Reductions.PartialOrder, Reductions.PartialOrder | Reductions.ConeOfInfluence })
                {
                    if (property is not Property.NoDeadlock || !reductions.HasFlag(Reductions.ConeOfInfluence))
                    {
                        InCrew(sample, property, reductions, whole, tally);
                    }
                }
            }
        })
    { Source = ModelSource.Crew, IsOfUndefined = false };

    [Fact]
    public void Partial_order_keeps_verdict_witnesses_and_the_rules_that_fire()
    {
        var tally = Law.Holds(Keeps, 2500);
        Assert.True(Law.IsAlone || (tally["fewer"] > 200 && tally["traces"] > 1000 && tally["undefined"] > 100), $"{tally}");
    }

    [Fact]
    public void Threads_in_a_crew_are_reduced_and_nothing_is_lost()
    {
        var tally = Law.Holds(InCrews, 1500);
        Assert.True(Law.IsAlone || (tally["fewer"] > 1500 && tally["refuted"] > 500 && tally["met"] > 1000), $"{tally}");
    }

    [Fact]
    public void Threads_that_do_not_see_each_other_take_turns_in_one_way()
    {
        var model = Counters(threads: 4, most: 5, seesSum: false);
        var whole = Decide(model, "in range", Plain).Evidence;
        var found = Decide(model, "in range", Reduced).Evidence;
        Assert.Equal(1296, whole.States);
        Assert.Equal(21, found.States);
        Assert.Equal([20], found.RuleCounts);
    }

    [Fact]
    public void Threads_that_the_property_compares_take_turns_in_every_way()
    {
        var model = Counters(threads: 3, most: 3, seesSum: true);
        Assert.IsType<Verdict.Refuted>(Decide(model, "together", Plain));
        Assert.IsType<Verdict.Refuted>(Decide(model, "together", Reduced));
    }

    // The cycle of one thread is independent of the other thread, invisible and endless: taken alone, it would postpone
    // the other thread forever. It is a cycle, so its steps are not forward steps.
    [Fact]
    public void An_endless_cycle_does_not_postpone_the_other_steps()
    {
        var m = new ModelBuilder("ignoring");
        var (wheel, bad) = (m.Var("wheel", Sort.Bool), m.Var("bad", Sort.Range(0, 2)));
        m.Rule("turn", s => s.Set(wheel, !wheel));
        m.Rule("go", s => s.When(bad < 2).Set(bad, bad + 1));
        m.Always("good", bad < 2);
        var found = Assert.IsType<Verdict.Refuted>(Decide(m.Build(), "good", Reduced));
        Assert.Equal(2, found.Trace!.Length);
    }

    // Both orders of the two steps lead to the same state, and the violation lies between them in one order only.
    [Fact]
    public void A_step_that_can_end_a_violation_does_not_go_first()
    {
        var m = new ModelBuilder("visible");
        var (a, b) = (m.Var("a", Sort.Bool), m.Var("b", Sort.Bool));
        m.Rule("a first", s => s.When(!a).Set(a, true));
        m.Rule("b first", s => s.When(!b).Set(b, true));
        m.Always("never a alone", !(a & !b));
        m.Always("never b alone", !(b & !a));
        m.Always("never both", !(a & b));
        var model = m.Build();
        foreach (var property in model.Properties)
        {
            Assert.IsType<Verdict.Refuted>(Decide(model, property.Name, Reduced));
        }

        // The same for witnesses until they are reached.
        var m3 = new ModelBuilder("visible to witnesses");
        var (e, f) = (m3.Var("e", Sort.Bool), m3.Var("f", Sort.Bool));
        m3.Rule("e first", s => s.When(!e).Set(e, true));
        m3.Rule("f first", s => s.When(!f).Set(f, true));
        m3.Always("fine", true);
        m3.Reachable("e alone", e & !f);
        m3.Reachable("f alone", f & !e);
        Assert.All(Decide(m3.Build(), "fine", Reduced).Evidence.Witnesses, witness => Assert.Equal(1, witness.Depth));

        // A step that makes no goal false may go first although the property reads its target: three of the four states
        // remain.
        var m2 = new ModelBuilder("visible in one direction");
        var (c, d) = (m2.Var("c", Sort.Bool), m2.Var("d", Sort.Bool));
        m2.Rule("c", s => s.When(!c).Set(c, true));
        m2.Rule("d", s => s.When(!d).Set(d, true));
        m2.Reachable("both", c & d);
        m2.Always("fine", c | !c);
        var fine = Decide(m2.Build(), "fine", Reduced);
        Assert.Equal(3, fine.Evidence.States);
        Assert.Equal([new Witness("both", 2)], fine.Evidence.Witnesses);
    }

    [Fact]
    public void A_deadlock_is_found_and_an_order_of_locks_has_none()
    {
        Assert.IsType<Verdict.Refuted>(Decide(Locks(sameOrder: false), "no deadlock", Reduced));
        var whole = Decide(Locks(sameOrder: true), "no deadlock", Plain);
        var found = Decide(Locks(sameOrder: true), "no deadlock", Reduced);
        Assert.IsType<Verdict.Proved>(found);
        Assert.True(found.Evidence.States < whole.Evidence.States);
    }

    [Fact]
    public void A_cut_search_does_not_say_how_far_it_came()
    {
        var found = Decide(Counters(4, 5, seesSum: false), "in range", Reduced with { Budget = new Budget(Depth: 7) });
        Assert.Equal(0, Assert.IsType<Verdict.HoldsUpTo>(found).Bound.Depth);
    }

    [Fact]
    public void A_leads_to_is_rejected()
    {
        var m = new ModelBuilder("later");
        var seen = m.Var("seen", Sort.Bool);
        m.Rule("flip", s => s.Set(seen, !seen));
        m.LeadsTo("comes", !seen, seen);
        var error = Assert.Throws<UserErrorException>(() => Decide(m.Build(), "comes", Reduced));
        Assert.Equal("VRF203", error.Diagnostic.Code.Id);
    }

    private static Model Counters(int threads, int most, bool seesSum)
    {
        var m = new ModelBuilder("counters");
        var cpu = m.Processors("cpu", threads);
        var count = m.Map("count", cpu, Sort.Range(0, most));
        m.Rule("count", cpu, (s, c) => s.When(count[c] < most).Set(count[c], count[c] + 1));
        m.Always("in range", true);
        if (seesSum)
        {
            m.Always("together", !ForAll(cpu, c => count[c] == most - 1));
        }

        return m.Build();
    }

    private static Model Locks(bool sameOrder)
    {
        var m = new ModelBuilder("locks");
        var (a, b) = (m.Var("a", Sort.Bool), m.Var("b", Sort.Bool));
        void Add(string name, Expr first, Expr second) => m.Thread(name, repeats: false, t =>
        {
            t.Step("prepare", _ => { });
            t.Step("lock first", s => s.When(!first).Set(first, true));
            t.Step("lock second", s => s.When(!second).Set(second, true));
            t.Step("unlock", s => s.Set(first, false).Set(second, false));
        });
        Add("one", a, b);
        Add("other", sameOrder ? a : b, sameOrder ? b : a);
        m.NoDeadlock("no deadlock", !a & !b); // finished, or before the first lock, where some step is enabled anyway
        return m.Build();
    }

    private static Verdict Decide(Model model, string property, EngineOptions run) =>
        new ExplicitEngine().Decide(model, model.Property(property), run);

    private static void Compare(Model model, Property property, Verdict? whole, Verdict found)
    {
        if (whole is not null)
        {
            Assert.Equal((property.Name, whole.Word), (property.Name, found.Word));
            ReductionLaws.CompareCoverage(model, whole, found);
            Assert.Equal(found.Evidence.Transitions, found.Evidence.RuleCounts.Sum());
            Assert.True(whole.Evidence.Kind != EvidenceKind.Exhaustive || found.Evidence.States <= whole.Evidence.States);
        }
    }

    private static void InCrew(Sample sample, Property property, Reductions reductions, Verdict whole, Tally tally)
    {
        var found = new ExplicitEngine().Decide(sample.Model, property, Plain with { Reductions = reductions });
        Assert.Equal((property.Name, reductions, whole.Word), (property.Name, reductions, found.Word));
        ReductionLaws.CompareCoverage(sample.Model, whole, found);
        tally.Compare();
        tally.Note("refuted", found is Verdict.Refuted);
        tally.Note("met", found.Evidence.Witnesses.Count(witness => witness.Depth is not null));
        if (ReductionLaws.TraceOf(found) is { } trace)
        {
            Assert.Null(Replay.WhyNot(sample.Interpreter, trace));
            Assert.True(Replay.Decides(sample.Interpreter, property, trace));
        }
        else
        {
            Assert.True(found.Evidence.States <= whole.Evidence.States);
            tally.Note("fewer", found.Evidence.States < whole.Evidence.States);
        }
    }

    private static Verdict? Attempt(Func<Verdict> decide)
    {
        try
        {
            return decide();
        }
        catch (UserErrorException)
        {
            return null;
        }
    }
}
