using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Exploration;
using Verify.Modelling;
using Verify.Traces;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Core;

/// <summary>Regression tests for former bugs.</summary>
public sealed class RegressionTests
{
    private static readonly ExplicitEngine Engine = new();
    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1);
    private static readonly EngineOptions Reduced = Plain with { Reductions = Reductions.Symmetry };

    private enum Phase
    {
        Idle,
        Busy,
        Done,
    }

    [Fact]
    public void Different_sizes_never_share_a_verdict()
    {
        var family = new Voters();
        var careful = new CachingEngine(Engine);
        Assert.Equal("proved", Ask(careful, family, 2));
        Assert.Equal("refuted", Ask(careful, family, 3));
    }

    [Fact]
    public void A_member_of_an_enum_reads_unlike_a_variable_of_that_name() =>
        Assert.NotEqual(Named(isMember: true).Digest, Named(isMember: false).Digest);

    [Fact]
    public void Each_over_a_sort_without_a_list_of_values_is_refused() => Assert.Throws<UserErrorException>(() => Model(m =>
    {
        var broken = m.Var("broken", Sort.Bool);
        m.Rule("break", s => s.Each(Sort.Map(Sort.Bool, Sort.Bool), _ => s.Set(broken, true)));
        m.Always("fine", !broken);
    }));

    [Fact]
    public void A_range_that_a_choice_of_options_leaves_is_reported()
    {
        var model = Model(m =>
        {
            var (narrow, wide) = (m.Var("narrow", Sort.Range(0, 1)), m.Var("wide", Sort.Range(0, 5)));
            var pick = m.Var("pick", Sort.Bool);
            var record = m.Record("r", new Field("f", Sort.Range(0, 1)));
            var stored = m.Var("stored", record);
            m.Rule("grow", s => s.When(wide < 5).Set(wide, wide + 1));
            m.Rule("flip", s => s.Set(pick, !pick));
            m.Rule("look", s => s
                .When(New(record, If(pick, Some(narrow), Some(wide)).Value) == stored)
                .Set(narrow, 1));
            m.Always("true", narrow <= 1);
        });
        Assert.NotEmpty(new Toy(model).Errors);
        Assert.Throws<UndefinedException>(() => Engine.Decide(model, model.Properties[0], Plain));
    }

    [Fact]
    public void Symmetry_counts_an_empty_option_of_a_record_once()
    {
        var model = Model(m =>
        {
            var set = m.ScalarSet("c", 2);
            var record = m.Record("r", new Field("who", set));
            var held = m.Var("held", Sort.Option(record));
            m.Rule("take", set, (s, c) => s.Set(held, New(record, c)));
            m.Rule("drop", s => s.Set(held, None));
            m.Always("true", held.IsNone | held.HasValue);
        });
        Assert.Equal(3, Engine.Decide(model, model.Properties[0], Plain).Evidence.States);
        Assert.Equal(3, Engine.Decide(model, model.Properties[0], Reduced).Evidence.StatesRepresented);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Symmetry_leaves_out_what_states_stand_for_when_no_number_holds_it(int threads)
    {
        // Once each processor has its place, a state stands for 33! others; the largest number is less than 20 times
        // that.
        const int Cpus = 33;
        const int Ticks = 31;
        var model = Model(m =>
        {
            var cpu = m.Processors("cpu", Cpus);
            var taken = m.Var("taken", Sort.Range(0, Cpus));
            var ticks = m.Var("ticks", Sort.Range(0, Ticks));
            var place = m.Map("place", cpu, Sort.Range(0, Cpus));
            m.Rule("take", cpu, (s, c) => s.When(place[c] == 0 & taken < Cpus).Set(place[c], taken + 1).Set(taken, taken + 1));
            m.Rule("tick", s => s.When(taken == Cpus & ticks < Ticks).Set(ticks, ticks + 1));
            m.Always("fits", taken <= Cpus);
        });
        var evidence = Assert.IsType<Verdict.Proved>(
            Engine.Decide(model, model.Properties[0], Reduced with { Threads = threads })).Evidence;
        Assert.Equal((Cpus + Ticks + 1L, null), (evidence.States, evidence.StatesRepresented));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(3, 4, 7)]
    [InlineData(-1, 0, -1)]
    [InlineData(-1, 1, -1)]
    [InlineData(-2, 1, -1)]
    [InlineData(-2, -2, -1)]
    public void The_largest_number_of_states_is_not_passed(int one, int other, int sum)
    {
        // Negative numbers count down from the largest one.
        static Int128 Counted(int number) => number < 0 ? Int128.MaxValue + number + 1 : number;
        Assert.Equal(Counted(sum), StateTally.Sum(Counted(one), Counted(other)));
        Assert.Equal(Counted(sum), StateTally.Sum(Counted(other), Counted(one)));
    }

    [Fact]
    public void Symmetry_hides_no_undefined_read()
    {
        var model = Model(m =>
        {
            var cpu = m.Processors("cpu", 2);
            var x = m.Map("x", cpu, Sort.Option(Sort.Bool));
            m.Rule("set", cpu, (s, c) => s.When(ForAll(cpu, d => x[d].IsNone)).Set(x[c], true));
            m.Always("some", ForAll(cpu, c => x[c].IsNone) | Exists(cpu, c => x[c].Value));
        });
        Assert.Throws<UndefinedException>(() => Engine.Decide(model, model.Properties[0], Plain));
        Assert.Throws<UserErrorException>(() => Engine.Decide(model, model.Properties[0], Reduced));
    }

    [Fact]
    public async Task Initial_states_beyond_the_budget_of_bytes_end_the_search()
    {
        var model = Model(m =>
        {
            var (a, b) = (m.AnyOf("a", Sort.Range(0, 511)), m.AnyOf("b", Sort.Range(0, 255)));
            m.Rule("grow", s => s.When(a < 511).Set(a, a + 1));
            m.Always("true", b <= 255);
        });
        var stop = TestContext.Current.CancellationToken;
        var search = Task.Run(() => Engine.Decide(model, model.Properties[0], Plain with { Budget = new Budget(Bytes: 1_000_000) }), stop);
        Assert.NotEqual("proved", (await search.WaitAsync(TimeSpan.FromSeconds(20), stop)).Word);
    }

    [Fact]
    public void A_trigger_that_is_unreachable_is_vacuous()
    {
        var family = new Inline(m =>
        {
            var a = m.Var("a", Sort.Range(0, 2));
            m.Rule("turn", s => s.Set(a, If(a == 1, 0, a + 1)));
            m.LeadsTo("p", a == 2, a == 0);
        });
        Assert.False(ClaimReport.Decide(Claim(family), Engine, Plain).IsAsExpected);
    }

    [Fact]
    public void A_witness_may_have_the_name_of_a_trigger()
    {
        var family = new Inline(m =>
        {
            var a = m.Var("a", Sort.Range(0, 2));
            m.Rule("turn", s => s.Set(a, If(a == 2, 0, a + 1))).Fair();
            m.LeadsTo("p", a == 2, a == 0);
            m.Reachable("trigger of p", a == 1);
        });
        Assert.Empty(ClaimReport.Decide(Claim(family), Engine, Plain).Problems);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_progress_property_that_is_undefined_somewhere_is_the_models_fault(bool isInGoal)
    {
        var model = Model(m =>
        {
            var (at, seen) = (m.Var("at", Sort.Range(0, 3)), m.Var("seen", Sort.Option(Sort.Bool)));
            m.Rule("go", s => s.When(at < 3).Set(at, at + 1).Set(seen, If(at == 1, None, Some(true))));
            m.LeadsTo("p", isInGoal ? at == 0 : (at > 0) & seen.Value, isInGoal ? (at > 0) & seen.Value & (at == 3) : at == 3);
        });
        var met = Assert.Throws<UndefinedException>(() => Engine.Decide(model, model.Properties[0], Plain));
        Assert.Equal(ErrorCodes.NoValue, met.Diagnostic.Code);
    }

    [Fact]
    public void A_step_that_cannot_be_come_to_is_not_left_out_in_silence()
    {
        var family = new Inline(m =>
        {
            var (a, bad) = (m.Var("a", Sort.Bool), m.Var("bad", Sort.Bool));
            m.Thread("t", repeats: true, t =>
            {
                t.Label("again");
                t.Step("turn", s => s.Set(a, !a));
                t.Goto("again");
                t.Step("free", s => s.Set(bad, true));
            });
            m.Always("p", !bad);
        });
        var isRefused = false;
        try
        {
            isRefused = !ClaimReport.Decide(Claim(family), Engine, Plain).IsAsExpected;
        }
        catch (UserErrorException)
        {
            isRefused = true;
        }

        Assert.True(isRefused);
    }

    [Fact]
    public void A_rule_and_a_thread_of_one_name_are_not_fair_together()
    {
        var model = Model(m =>
        {
            var (b, d, e) = (m.Var("b", Sort.Bool), m.Var("d", Sort.Bool), m.Var("e", Sort.Bool));
            m.Thread("clock", repeats: true, t => t.Step("turn", s => s.Set(b, !b)));
            m.Rule("x", s => s.When(b & !d).Set(d, true)).Fair();
            m.Thread("x", repeats: false, t => t.Step("step", s => s.When(!b & !e).Set(e, true)));
            m.LeadsTo("p", true, d | e);
        });
        Assert.Equal("refuted", Engine.Decide(model, model.Properties[0], Plain).Word);
    }

    [Fact]
    public void Leaving_a_program_resets_a_local_that_its_last_step_did_not_set()
    {
        var model = Model(m => m.Thread("t", repeats: true, t =>
        {
            var local = t.Local("local", Sort.Range(0, 2), 0);
            t.Step("first", s => s.When(local == 0).Set(local, 1));
            t.Step("last", Sort.Bool, (s, b) => s.SetIf(b, local, 2));
            m.NoDeadlock("p", local == 2);
        }));
        Assert.Equal("proved", Engine.Decide(model, model.Properties[0], Plain).Word);
    }

    [Fact, Provokes("VRF114")]
    public void An_exception_of_a_model_is_reported_at_its_own_line()
    {
        var error = Assert.Throws<UserErrorException>(() => new Thrower().Build(Choices.Default));
        Assert.Equal("VRF114", error.Diagnostic.Code.Id);
        Assert.EndsWith("RegressionTests.cs", error.Diagnostic.Where!.File);
    }

    [Fact]
    public void A_range_beyond_what_codes_can_be_made_of_is_refused()
    {
        var error = Assert.Throws<UserErrorException>(() => Sort.Range(int.MinValue, int.MinValue + 3));
        Assert.Equal("VRF103", error.Diagnostic.Code.Id);
    }

    [Fact]
    public void A_verdict_that_lacks_what_backs_it_is_our_mistake()
    {
        var instance = new Instance(new Voters(), Choices.Default);
        var property = instance.Model.Property("few");
        foreach (var verdict in new Verdict[]
        {
            new Verdict.Refuted(null, Evidence.Nothing),
            new Verdict.Proved(Evidence.Nothing),
            new Verdict.Proved(Evidence.Nothing with { Kind = EvidenceKind.Partial }),
        })
        {
            Assert.ThrowsAny<Exception>(() => Report.Decide(new Careless(verdict), instance, property, Plain));
        }
    }

    private static string Ask(IEngine engine, ModelFamily family, int voters)
    {
        var instance = new Instance(family, Choices.Default.Size("n", voters));
        return Report.Decide(engine, instance, instance.Model.Property("few"), Plain).Verdict.Word;
    }

    [Theory]
    [InlineData(Reductions.None)]
    [InlineData(Reductions.Symmetry)]
    public void A_step_without_a_defined_actor_is_a_step(Reductions reductions)
    {
        var model = Model(m =>
        {
            var cpu = m.Processors("cpu", 2);
            var who = m.Var("who", Sort.Option(cpu));
            var n = m.Var("n", Sort.Range(0, 3));
            m.Rule("count", s => s.By(who.Value).When(n < 2).Set(n, n + 1));
            m.Always("p", n < 2);
        });
        var verdict = Engine.Decide(model, model.Properties[0], Plain with { Reductions = reductions });
        Assert.Equal(2, Assert.IsType<Verdict.Refuted>(verdict).Trace!.Length);
    }

    private static Model Named(bool isMember) => Model(m =>
    {
        var phase = m.Var("phase", Sort.Enum<Phase>());
        var idle = m.Var("Idle", Sort.Enum<Phase>(), Phase.Done);
        m.Rule("start", s => s.When(phase == (isMember ? Phase.Idle : idle)).Set(phase, Phase.Busy));
        m.Always("idle", phase != Phase.Busy);
    });

    private static Model Model(Action<ModelBuilder> describe)
    {
        var m = new ModelBuilder("attack");
        describe(m);
        return m.Build();
    }

    private static Claim Claim(ModelFamily family) => new()
    {
        Id = "ATTACK",
        Sentence = "It is so.",
        Family = family,
        Choices = Choices.Default,
        Property = "p",
        Expected = new Expectation.Proved(),
        Sources = [],
    };

    private sealed class Inline(Action<ModelBuilder> describe) : ModelFamily
    {
        public override string Name => "attack";

        public override string Summary => "a model of a test";

        protected override void Describe(ModelBuilder m) => describe(m);
    }

    private sealed class Voters : ModelFamily
    {
        public override string Name => "voters";

        public override string Summary => "a scalar set that only a quantifier names";

        public override ImmutableArray<SizeParameter> Sizes => [new("n", 2, 1, 8, "voters")];

        protected override void Describe(ModelBuilder m)
        {
            var voter = m.ScalarSet("n", m.Size("n"));
            var votes = m.Var("votes", Sort.Range(0, 20));
            m.Rule("vote", s => s.When(votes < Count(voter, _ => true)).Set(votes, votes + 1));
            m.Always("few", votes < 3);
        }
    }

    private sealed class Careless(Verdict verdict) : IEngine
    {
        public string Name => "careless";

        public string Summary => "returns a given verdict";

        public string? Unavailable => null;

        public string? WhyNot(Model model, Property property) => null;

        public Verdict Decide(Model model, Property property, EngineOptions run) => verdict;
    }

    private sealed class Thrower : ModelFamily
    {
        public override string Name => "thrower";

        public override string Summary => "a model whose code throws";

        protected override void Describe(ModelBuilder m) => throw new InvalidOperationException("the model fails");
    }
}
