using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.TraceTexts;
using static Verify.Modelling.Dsl;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Tests.Core;

/// <summary>The interpreter detects every kind of wrong search result.</summary>
public sealed class SearchCheckTests
{
    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1) { Scrutiny = Scrutiny.Whole };
    private static readonly EngineOptions OfSample = Plain with { Scrutiny = new Scrutiny(2000) };

    [Fact]
    public void The_truth_passes()
    {
        var (model, evidence, states) = Honest();
        var whole = SearchCheck.Check(model, model.Properties[0], evidence, Plain, new StateList(states))!;
        Assert.Equal("the interpreter visited all 36 states and 94 transitions", whole.ToString());
        var run = Plain with { Scrutiny = new(80), Seed = 5 };
        var sample = SearchCheck.Check(model, model.Properties[0], evidence, run, new StateList(states))!;
        Assert.Matches("^[0-9]+ of 36 states and their successors, drawn by seed 5$", sample.ToString());
    }

    [Fact]
    public void The_check_of_a_leads_to_reports_that_it_does_not_cover_runs()
    {
        var m = new ModelBuilder("later");
        var at = m.Var("at", Sort.Range(0, 2));
        m.Rule("go", s => s.When(at < 2).Set(at, at + 1)).Fair();
        m.LeadsTo("comes", at == 0, at == 2);
        var model = m.Build();
        Assert.Equal("the interpreter visited all 3 states and 2 transitions; no infinite runs",
            new ExplicitEngine().Decide(model, model.Properties[0], Plain).Evidence.Checked!.ToString());
    }

    [Fact]
    public void Every_number_that_is_not_so_is_noticed()
    {
        var (model, honest, states) = Honest();
        foreach (var (lie, word) in new (Evidence, string)[]
        {
            (honest with { States = 35 }, "states"),
            (honest with { States = 37 }, "states"),
            (honest with { Transitions = 93 }, "transitions"),
            (honest with { Depth = 9 }, "levels"),
            (honest with { RuleCounts = honest.RuleCounts.SetItem(0, 0) }, "'up' (CPU0) fires"),
            (honest with { RuleCounts = honest.RuleCounts.SetItem(0, honest.RuleCounts[0] - 1) }, "steps of 'up'"),
            (honest with { RuleCounts = honest.RuleCounts.SetItem(2, 1) }, "steps of 'never'"),
            (honest with { Witnesses = [new("far", null), new("nowhere", null)] }, "'far' is reached"),
            (honest with { Witnesses = [new("far", 9), new("nowhere", null)] }, "steps to 'far'"),
            (honest with { Witnesses = [new("far", 10), new("nowhere", 3)] }, "'nowhere' is reported as reached"),
        })
        {
            Assert.Contains(word, Caught(model, lie, Plain, states), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Under_symmetry_the_states_stood_for_are_counted()
    {
        var (model, _, _) = Honest();
        var run = Plain with { Reductions = Reductions.Symmetry };
        var found = new ExplicitEngine().Decide(model, model.Properties[0], run).Evidence;
        Assert.Equal((21L, 36L, "the interpreter visited all 36 states and 94 transitions"),
            (found.States, found.StatesRepresented!.Value, found.Checked!.ToString()));
        foreach (var lie in new[] { found with { StatesRepresented = 35 }, found with { States = 20 }, found with { Depth = 11 } })
        {
            Assert.Throws<UnreachableException>(() => SearchCheck.Check(model, model.Properties[0], lie, run, new Orbits()));
        }

        Assert.NotNull(SearchCheck.Check(model, model.Properties[0], found, run, new Orbits()));
    }

    [Fact]
    public void A_lost_state_is_named_with_the_step_that_leads_there()
    {
        var (model, evidence, states) = Honest();
        foreach (var lost in states)
        {
            var message = Caught(model, evidence, Plain, [.. states.Where(state => state != lost)]);
            Assert.Contains("did not visit", message, StringComparison.Ordinal);
            Assert.Contains($"n=[{string.Join(", ", lost.Values[0].Items)}]", message, StringComparison.Ordinal);
        }

        // A large enough sample detects it as well.
        var few = Plain with { Scrutiny = new(600) };
        Assert.Contains("did not visit", Caught(model, evidence, few, states[..^20]), StringComparison.Ordinal);
    }

    [Fact]
    public void States_that_are_not_reachable_are_noticed()
    {
        var (model, evidence, states) = Honest();
        var more = Model(limit: 7);
        State[] many = [.. new ReachableWalk(new Interpreter(more)).NearestFirst().Select(visit => visit.State)];
        Assert.Contains("states", Caught(model, evidence with { States = many.Length }, Plain, many), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("low", "decides otherwise")]
    [InlineData("stuck", "decides otherwise")]
    [InlineData("partial", "is empty here")]
    public void A_property_that_does_not_hold_or_is_not_defined_is_noticed(string name, string word)
    {
        var (model, evidence, states) = Honest();
        foreach (var run in new[] { Plain, OfSample, Plain with { Reductions = Reductions.PartialOrder } })
        {
            var visited = new StateList(states, standsForAll: run.Reductions == Reductions.None);
            var error = Assert.Throws<UnreachableException>(() => SearchCheck.Check(model, model.Property(name), evidence, run, visited));
            Assert.Contains(word, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_undefined_step_is_noticed()
    {
        var model = Model(limit: 5, isCareless: true);
        var (_, evidence, states) = Honest();
        Assert.Contains("is empty here", Caught(model, evidence, Plain, states), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_takes_no_proof_by_search_that_was_not_checked()
    {
        var instance = new Instance(new Counters(), Choices.Default);
        var (model, property) = (instance.Model, instance.Model.Properties[0]);
        Report Decide(IEngine engine) => Report.Decide(engine, instance, property, new EngineOptions(Budget.Unlimited, Threads: 1));
        Assert.NotNull(Decide(new ExplicitEngine()).Verdict.Evidence.Checked);
        foreach (var lie in new Func<Evidence, Evidence>[]
        {
            evidence => evidence with { Checked = null },
            evidence => evidence with { Checked = new Checked(model, model.Property("low")) },
            evidence => evidence with { Checked = new Checked(Model(limit: 3), property) },
        })
        {
            var engine = new Altered(lie);
            var error = Assert.Throws<UnreachableException>(() => Decide(engine));
            Assert.Contains("without evidence", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_interrupt_in_the_middle_proves_nothing()
    {
        using var source = new CancellationTokenSource();
        var (model, _, states) = Honest();
        var run = Plain with { Cancellation = source.Token };
        var set = new Interrupting(new StateList(states), source);
        Assert.Null(SearchCheck.Check(model, model.Properties[0], Honest().Evidence, run, set));
    }

    private static string Caught(Model model, Evidence evidence, EngineOptions run, State[] states) =>
        Assert.Throws<UnreachableException>(
            () => SearchCheck.Check(model, model.Properties[0], evidence, run, new StateList(states))).Message;

    private static (Model Model, Evidence Evidence, State[] States) Honest()
    {
        var model = Model(limit: 5);
        var evidence = new ExplicitEngine().Decide(model, model.Properties[0], Plain with { Scrutiny = null }).Evidence;
        return (model, evidence, [.. new ReachableWalk(new Interpreter(model)).NearestFirst().Select(visit => visit.State)]);
    }

    // Two counters that move between 0 and a limit.
    private static Model Model(int limit, bool isCareless = false)
    {
        var m = new ModelBuilder("counters");
        Describe(m, limit, isCareless);
        return m.Build();
    }

    private static void Describe(ModelBuilder m, int limit, bool isCareless)
    {
        var cpu = m.Processors("cpu", 2);
        var n = m.Map("n", cpu, Sort.Range(0, 9));
        var none = m.Var("none", Sort.Option(Sort.Bool));
        m.Rule("up", cpu, (s, c) => s.When(n[c] < limit).Set(n[c], n[c] + 1));
        m.Rule("down", cpu, (s, c) => s.When(n[c] > 2 & Exists(cpu, d => n[d] < limit)).Set(n[c], n[c] - 1));
        m.Rule("never", s => s.When(isCareless ? none.Value : Exists(cpu, c => n[c] == 9)).Set(none, none));
        m.Always("high", ForAll(cpu, c => n[c] <= 5));
        m.Always("low", ForAll(cpu, c => n[c] < limit));
        m.Always("partial", !none.Value);
        m.NoDeadlock("stuck");
        m.Reachable("far", ForAll(cpu, c => n[c] == limit));
        m.Reachable("nowhere", ForAll(cpu, c => n[c] == 8));
    }

    private sealed class Counters : ModelFamily
    {
        public override string Name => "counters";

        public override string Summary => "two counters that go up and down";

        protected override void Describe(ModelBuilder m) => SearchCheckTests.Describe(m, 5, isCareless: false);
    }

    /// <summary>The states of two interchangeable counters.</summary>
    private sealed class Orbits : IStateSet
    {
        public bool StandsForAll => true;

        public long? Find(State state) => state.Values[0].Items.Select(item => item.Number).Order().Aggregate((a, b) => (a * 10) + b);
    }

    /// <summary>A state set that cancels the run when it is used.</summary>
    private sealed class Interrupting(IStateSet states, CancellationTokenSource source) : IStateSet
    {
        private int asked;

        public bool StandsForAll => true;

        public long? Find(State state)
        {
            if (++asked == 10)
            {
                source.Cancel();
            }

            return states.Find(state);
        }
    }

    /// <summary>A search whose evidence is changed.</summary>
    private sealed class Altered(Func<Evidence, Evidence> lie) : IEngine
    {
        private readonly ExplicitEngine inner = new();

        public string Name => "altered";

        public string Summary => "lies";

        public string? Unavailable => null;

        public string? WhyNot(Model model, Property property) => null;

        public Verdict Decide(Model model, Property property, EngineOptions run)
        {
            var verdict = inner.Decide(model, property, run);
            return verdict with { Evidence = lie(verdict.Evidence) };
        }
    }
}
