using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Tests.Cli;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Core;

/// <summary>
/// A premise that never holds, or a way of a branch that is never taken, makes a proof vacuous unless it is declared.
/// </summary>
public sealed class PremiseTests
{
    // A counter that goes up to 3.
    [Theory]
    [InlineData("n == 4 -> n == 4", "n == 4")]
    [InlineData("n == 3 -> n <= 3", null)]
    [InlineData("n <= 3 & (n == 4 -> n == 4)", "n <= 3 & n == 4")]
    [InlineData("n == 2 -> (n == 4 -> n == 4)", "n == 2 & n == 4")]
    [InlineData("for all c: at[c] -> n == 4", "Exists c: c. at[c]")]
    [InlineData("for some c: at[c] -> n == 4", "Exists c: c. at[c]")]
    [InlineData("n <= 3", null)]
    [InlineData("n <= 3 | n == 5", null)]
    public void A_premise_that_never_holds_makes_a_proof_vacuous(string predicate, string? premise)
    {
        string[] expected = premise is null ? [] : [$"vacuous: the premise of 'P', {premise}, never holds"];
        Assert.Equal(expected, Counter(predicate, null).Vacuities());
    }

    [Fact]
    public void A_premise_that_is_declared_never_to_hold_is_not_vacuous_and_fails_if_it_holds()
    {
        var kept = Counter("n == 4 -> n == 4", "it ends at 3");
        Assert.Empty(kept.Vacuities().Concat(kept.Forbidden()));
        var broken = Counter("n == 3 -> n <= 3", "it ends at 3");
        Assert.Empty(broken.Vacuities());
        Assert.Equal(["the premise of 'P', n == 3, holds although it is declared never to: it ends at 3"], broken.Forbidden());
    }

    // Too far off for the interpreter's walk, so that the engine is asked.
    [Theory]
    [InlineData(90_000, 0)]
    [InlineData(90_001, 1)]
    public void A_premise_far_off_is_looked_for_by_the_engine(int at, int problems)
    {
        var report = Decide(m =>
        {
            var n = m.Var("n", Sort.Range(0, 90_001));
            m.Rule("up", s => s.When(n < 90_000).Set(n, n + 1));
            m.Always("P", (n == at).Implies(n >= at));
            m.Reachable("one", n == 1);
        });
        Assert.Equal(problems, report.Vacuities().Length);
        Assert.Empty(report.OpenVacuities());
    }

    // One question is about all that are left: the first two are met one after the other, and none of the others.
    [Fact]
    public void Premises_far_off_are_looked_for_together()
    {
        var engine = new Counting();
        var instance = new Instance(
            new Described(m =>
            {
                var n = m.Var("n", Sort.Range(0, 90_009));
                m.Rule("up", s => s.When(n < 90_000).Set(n, n + 1));
                Expr Premise(int at) => (n == at).Implies(n >= at);
                m.Always("P", Premise(90_001) & Premise(89_999) & Premise(90_002) & Premise(90_000) & Premise(90_003));
                m.Reachable("one", n == 1);
            }), Choices.Default);
        var report = Report.Decide(engine, instance, instance.Model.Property("P"), EngineOptions.Default);
        Assert.Equal([false, true, false, true, false], report.Premises.Select(one => one.IsMet == true));
        Assert.DoesNotContain(report.Premises, one => one.IsMet is null);
        Assert.Equal(4, engine.Asked);
    }

    private sealed class Counting : IEngine
    {
        private readonly ExplicitEngine inner = new();

        public int Asked { get; private set; }

        public string Name => "counting";

        public string Summary => "counts what it is asked";

        public string? Unavailable => null;

        public string? WhyNot(Model model, Property property) => inner.WhyNot(model, property);

        public Verdict Decide(Model model, Property property, EngineOptions run)
        {
            Asked++;
            return inner.Decide(model, property, run);
        }
    }

    // The look for premises reaches a state that an engine with a proof has missed, and must not pass over it.
    [Fact]
    public void An_engine_that_proves_too_much_hides_no_undefined_model()
    {
        var instance = new Instance(
            new Described(m =>
            {
                var (n, last) = (m.Var("n", Sort.Range(0, 9)), m.Var("last", Sort.Option(Sort.Range(0, 9)), Some(0)));
                m.Rule("up", s => s.When(n < 5).Set(n, n + 1));
                m.Rule("clear", s => s.When(n == 5).Set(last, None));
                m.Rule("read", s => s.When(last.Value == 1).Set(n, 0));
                m.Always("P", (n == 8).Implies(n > 7));
                m.Reachable("one", n == 1);
            }), Choices.Default);
        var thrown = Assert.Throws<UserErrorException>(() =>
            Report.Decide(Pretender.Optimist, instance, instance.Model.Property("P"), EngineOptions.Default));
        Assert.Equal(ErrorCodes.NoValue, thrown.Diagnostic.Code);
    }

    [Fact]
    public void A_premise_that_nobody_looked_for_is_an_open_question()
    {
        var report = Counter("n == 4 -> n == 4", null);
        report = report with { Premises = [.. report.Premises.Select(one => one with { IsMet = null })] };
        Assert.Empty(report.Vacuities());
        Assert.Equal(["may be vacuous: it is not known whether the premise of 'P', n == 4, holds"], report.OpenVacuities());
    }

    [Theory]
    [InlineData(2, "", "")]
    [InlineData(9, "", "vacuous: the way of step 'look' where 9 < n is true is never taken")]
    [InlineData(9, "it ends at 3", "")]
    [InlineData(2, "it ends at 3", "the way of step 'look' where 2 < n is true is taken although it is declared never to: it ends at 3")]
    public void Each_way_of_a_branch_is_taken_or_declared_not_to_be(int limit, string never, string problem)
    {
        var report = Decide(m =>
        {
            var n = m.Var("n", Sort.Range(0, 3));
            m.Thread("t", repeats: true, t =>
            {
                t.Step("up", s => s.SetIf(n < 3, n, n + 1));
                t.Branch("look", n > limit, () => t.Never(never, never.Length > 0));
            });
            m.Always("P", n <= 3);
            m.Reachable("one", n == 1);
        });
        Assert.Equal(problem.Length == 0 ? [] : [problem], report.Vacuities().Concat(report.Forbidden()));
    }

    // The steps of the way follow the declaration, as an arm of Either does.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_steps_of_a_way_that_is_never_taken_never_happen(bool isBranch)
    {
        var report = Decide(m =>
        {
            var n = m.Var("n", Sort.Range(0, 3));
            m.Thread("t", repeats: true, t =>
            {
                t.Step("up", s => s.SetIf(n < 3, n, n + 1));
                void Lost()
                {
                    t.Never("n is never above 3");
                    t.Step("lost", s => s.When(n > 3).Set(n, 0));
                }

                if (isBranch)
                {
                    t.Branch("look", n > 3, Lost);
                }
                else
                {
                    t.Either(Lost, () => t.Step("kept", _ => { }));
                }
            });
            m.Always("P", n <= 3);
            m.Reachable("one", n == 1);
        });
        Assert.Empty(report.Vacuities().Concat(report.Forbidden()));
        Assert.Equal("n is never above 3", report.Instance.Model.Rules.Single(rule => rule.Step == "lost").Never);
    }

    [Fact]
    [Provokes("VRF110")]
    public void Never_is_about_a_way()
    {
        var m = new ModelBuilder("ways");
        var thrown = Assert.Throws<UserErrorException>(() => m.Thread("t", repeats: true, t =>
        {
            t.Never("so");
            t.Step("up", _ => { });
        }));
        Assert.Equal(ErrorCodes.BadThread, thrown.Diagnostic.Code);
    }

    private static Report Counter(string predicate, string? never) => Decide(m =>
    {
        var c = m.ScalarSet("c", 2);
        var (n, at) = (m.Var("n", Sort.Range(0, 5)), m.Map("at", c, Sort.Bool));
        m.Rule("up", s => s.When(n < 3).Set(n, n + 1));
        m.Reachable("one", n == 1);
        m.Always("P", predicate switch
        {
            "n == 4 -> n == 4" => (n == 4).Implies(n == 4),
            "n == 3 -> n <= 3" => (n == 3).Implies(n <= 3),
            "n <= 3 & (n == 4 -> n == 4)" => (n <= 3) & (n == 4).Implies(n == 4),
            "n == 2 -> (n == 4 -> n == 4)" => (n == 2).Implies((n == 4).Implies(n == 4)),
            "for all c: at[c] -> n == 4" => ForAll(c, one => at[one].Implies(n == 4)),
            "for some c: at[c] -> n == 4" => Exists(c, one => at[one].Implies(n == 4)),
            "n <= 3 | n == 5" => n <= 3 | n == 5,
            _ => n <= 3,
        }, premiseNever: never);
    });

    private static Report Decide(Action<ModelBuilder> describe)
    {
        var instance = new Instance(new Described(describe), Choices.Default);
        var report = Report.Decide(new ExplicitEngine(), instance, instance.Model.Property("P"), EngineOptions.Default);
        Assert.IsType<Verdict.Proved>(report.Verdict);
        return report;
    }

    private sealed class Described(Action<ModelBuilder> describe) : ModelFamily("described", "what a test describes")
    {
        protected override void Describe(ModelBuilder m) => describe(m);
    }
}
