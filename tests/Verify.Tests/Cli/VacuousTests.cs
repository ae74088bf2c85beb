using System.Collections.Immutable;
using Verify.Claims;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Scheduling;

namespace Verify.Tests.Cli;

/// <summary>A vacuous proof is reported in the headline.</summary>
public sealed class VacuousTests
{
    private static readonly Claim Claimed = new()
    {
        Id = "VACUOUS",
        Sentence = "Nothing goes wrong.",
        Family = new Idle(),
        Choices = Choices.Default,
        Property = "fine",
        Expected = new Expectation.Proved(),
        Sources = [],
    };

    [Theory]
    [InlineData(Idle.Kind.NoWitness, "the model has no Reachable")]
    [InlineData(Idle.Kind.Unmet, "'far' is not reachable")]
    [InlineData(Idle.Kind.IdleRule, "rule 'never' never fires")]
    public void The_headline_reports_a_vacuous_proof_and_problems_are_a_section(Idle.Kind kind, string problem)
    {
        var run = ToolRun.On(TestClaims.Of(Claimed with { Family = new Idle(kind) }), new ExplicitEngine(), "check", "VACUOUS");
        Assert.StartsWith("VACUOUS  proved, but vacuous: it shows nothing\n", run.Out);
        var head = run.Out[..run.Out.IndexOf("does not cover", StringComparison.Ordinal)];
        Assert.Contains($"  not as expected:\n    - PROBLEM vacuous: {problem}", head, StringComparison.Ordinal);
        Assert.Equal(kind == Idle.Kind.IdleRule, head.Contains("hint: if that cannot happen here", StringComparison.Ordinal));
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Another_instance_is_reported_as_well()
    {
        var run = ToolRun.On(TestClaims.Of(Claimed), new ExplicitEngine(), "check", "VACUOUS", "--size", "n=2");
        Assert.StartsWith("VACUOUS  proved, but vacuous: it shows nothing\n", run.Out);
        Assert.Contains("  problems:\n    - PROBLEM vacuous: the model has no Reachable property", run.Out, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void The_last_line_does_not_count_a_vacuous_answer_as_a_proof()
    {
        var claims = TestClaims.Of(Claimed, Claimed with { Id = "ANOTHER" });
        var run = ToolRun.On(claims, new ExplicitEngine(), "check", "VACUOUS", "ANOTHER", "--size", "n=2");
        Assert.EndsWith("2 claims: 2 proved but vacuous\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    // A rule that fires although it must not has nothing to do with vacuity.
    [Fact]
    public void A_rule_that_shall_never_fire_is_a_problem_of_another_instance_too()
    {
        var claim = Claimed with { Family = new Idle(Idle.Kind.DeclaredInVain) };
        var run = ToolRun.On(TestClaims.Of(claim), new ExplicitEngine(), "check", "VACUOUS", "--size", "n=2");
        Assert.StartsWith("VACUOUS  proved, with a problem\n", run.Out);
        Assert.Contains("  problems:\n    - PROBLEM rule 'never' fires", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proof_that_was_not_expected_is_reported_as_vacuous_with_the_reason()
    {
        var wrong = Claimed with { Expected = new Expectation.Refuted() };
        var run = ToolRun.On(TestClaims.Of(wrong), new ExplicitEngine(), "check", "VACUOUS");
        Assert.StartsWith("VACUOUS  proved, but vacuous: it shows nothing\n", run.Out);
        Assert.Contains("    - PROBLEM expected refuted, found proved\n    - PROBLEM vacuous: the model has no Reachable property",
            run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Idle.Kind.Declared, 0)]
    [InlineData(Idle.Kind.DeclaredInVain, 1)]
    public void A_rule_declared_never_to_fire_is_not_vacuous_and_fails_if_it_fires(Idle.Kind kind, int code)
    {
        var run = ToolRun.On(TestClaims.Of(Claimed with { Family = new Idle(kind) }), new ExplicitEngine(), "gate");
        Assert.Equal(code, run.ExitCode);
        Assert.DoesNotContain("vacuous", run.Out, StringComparison.Ordinal);
        Assert.Equal(code == 1, run.Out.Contains("rule 'never' fires although it is declared never to: the fix", StringComparison.Ordinal));
    }

    // A proof by an invariant counts no rules; a bounded search checks which of them fire, and open questions are
    // reported.
    [Theory]
    [InlineData(Idle.Kind.Declared, 0, "")]
    [InlineData(Idle.Kind.DeclaredInVain, 1, "rule 'never' fires although it is declared never to: the fix")]
    [InlineData(Idle.Kind.DeclaredFarOff, 0, "not judged: whether rule 'never' never fires (the fix)")]
    public void A_rule_that_shall_never_fire_is_judged_by_solvers_too(Idle.Kind kind, int code, string said)
    {
        var engine = new Verify.Symbolic.PdrEngine(Verify.Tests.Solvers.RealSolver.OrSkip());
        var catalogue = TestClaims.Of(Claimed with { Family = new Idle(kind) });
        foreach (var command in (string[][])[["check", "VACUOUS"], ["check", "VACUOUS", "--json"], ["gate"]])
        {
            var run = ToolRun.OnAll(catalogue, [engine], command, TestContext.Current.CancellationToken);
            Assert.Equal((code, ""), (run.ExitCode, run.Error));
            var isOfGate = command[0] == "gate" && kind == Idle.Kind.DeclaredFarOff;
            var isInProblems = command.Length == 3 && kind == Idle.Kind.DeclaredInVain;
            Assert.Contains(isOfGate ? "ok, rules not judged" : isInProblems ? "\"asExpected\": false" : said,
                run.Out.Replace("\n      ", " "), StringComparison.Ordinal);
            Assert.Equal(kind == Idle.Kind.DeclaredFarOff, run.Out.Contains("not judged", StringComparison.Ordinal));
        }
    }

    // The rule is outside of the cone; the second search then continues up to its limit.
    [Fact]
    public void A_rule_that_a_reduction_leaves_out_is_judged_or_said_not_to_be()
    {
        var catalogue = TestClaims.Of(Claimed with { Family = new Idle(Idle.Kind.DeclaredFarOff) });
        string[] command = ["check", "VACUOUS", "--reduce", "cone"];
        var whole = ToolRun.On(catalogue, new ExplicitEngine(), command);
        Assert.Equal((0, false), (whole.ExitCode, whole.Out.Contains("not judged", StringComparison.Ordinal)));
        var cut = ToolRun.On(catalogue, new ExplicitEngine(), [.. command, "--budget", "states=50"]);
        Assert.Equal(2, cut.ExitCode);
        Assert.Contains("PROBLEM not judged: whether rule 'never' never fires", cut.Out.Replace("\n      ", " "), StringComparison.Ordinal);
    }

    // The verdict is unexpected, whatever a second search would find.
    [Fact]
    public void An_unexpected_proof_is_not_an_open_question()
    {
        var claim = Claimed with { Family = new Idle(Idle.Kind.DeclaredFarOff), Expected = new Expectation.Refuted() };
        string[] cut = ["--reduce", "cone", "--budget", "depth=5"];
        var run = ToolRun.On(TestClaims.Of(claim), new ExplicitEngine(), ["check", "VACUOUS", .. cut]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("expected refuted, found proved", run.Out, StringComparison.Ordinal);
        Assert.Equal(2, ToolRun.On(TestClaims.Of(claim with { Expected = new Expectation.Proved() }), new ExplicitEngine(),
            ["check", "VACUOUS", .. cut]).ExitCode);
    }

    [Fact]
    public void An_arm_that_a_fix_makes_impossible_can_be_declared()
    {
        var m = new ModelBuilder("arms");
        var n = m.Var("n", Sort.Range(0, 3));
        m.Thread("t", repeats: true, t => t.Either(
            () => t.Step("up", s => s.When(n < 3).Set(n, n + 1)),
            () => t.Step("lost", s => s.When(n > 3).Never("n is never above 3"))));
        m.Always("fine", n <= 3);
        Assert.Equal("n is never above 3", m.Build().Rules.Single(rule => rule.Step == "lost").Never);
    }

    [Fact]
    public void A_family_with_store_buffers_is_not_reported_to_lack_them()
    {
        var buffered = Claimed with { Family = new Buffered() };
        Assert.Contains("no store buffers", ToolRun.On(TestClaims.Of(Claimed), new ExplicitEngine(), "check", "VACUOUS").Out);
        Assert.DoesNotContain("store buffers", ToolRun.On(TestClaims.Of(buffered), new ExplicitEngine(), "check", "VACUOUS").Out);
    }

    [Fact]
    public void One_of_a_thing_is_not_several()
    {
        var out1 = ToolRun.On(TestClaims.Of(Claimed), new ExplicitEngine(), "check", "VACUOUS").Out;
        Assert.Contains("2 states, 1 transition, depth 1", out1, StringComparison.Ordinal);
    }

    [Fact]
    public void A_budget_of_states_names_when_it_is_checked()
    {
        var cut = ToolRun.On(TestClaims.Of(Claimed), new ExplicitEngine(), "check", "VACUOUS", "--budget", "states=1");
        Assert.Contains("stopped by a budget of 1 state, checked at the end of each level",
            cut.Out.Replace("\n    ", " "), StringComparison.Ordinal);
        Assert.Contains("no violation within 0 steps; 1 state, 0 transitions", cut.Out.Replace("\n    ", " "), StringComparison.Ordinal);
    }

    [Fact]
    public void States_that_were_not_counted_are_given_no_number()
    {
        var walks = ToolRun.OnAll(TestClaims.Of(Claimed), [new RandomEngine(long.MaxValue / 4)],
            ["check", "VACUOUS", "--budget", "seconds=0.1"], TestContext.Current.CancellationToken).Out;
        Assert.Contains("states not counted", walks.Replace("\n    ", " "), StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 states", walks, StringComparison.Ordinal);
    }

    private sealed class Buffered() : Idle(Kind.Declared)
    {
        public override string? OtherMemoryOrders => null;
    }

    public class Idle(Idle.Kind kind = Idle.Kind.NoWitness) : ModelFamily
    {
        public enum Kind
        {
            NoWitness,
            Unmet,
            IdleRule,
            Declared,
            DeclaredInVain,
            DeclaredFarOff,
        }

        public override string Name => "idle";

        public override string Summary => "nothing happens";

        public override ImmutableArray<SizeParameter> Sizes => [new("n", 1, 1, 3, "what is counted to")];

        protected override void Describe(ModelBuilder m)
        {
            var n = m.Var("n", Sort.Range(0, 3));
            m.Rule("up", s => s.When(n < m.Size("n")).Set(n, n + 1));
            m.Always("fine", n <= 3);
            if (kind == Kind.IdleRule)
            {
                m.Rule("never", s => s.When(n > 3).Set(n, 0));
            }

            if (kind is Kind.Declared or Kind.DeclaredInVain)
            {
                m.Rule("never", s => s.When(kind == Kind.Declared ? n > 3 : n == 1).Set(n, 0).Never("the fix"));
            }

            if (kind == Kind.DeclaredFarOff)
            {
                var aside = m.Var("aside", Sort.Range(0, 100));
                m.Rule("on", Sort.Range(0, 98), (s, i) => s.When(aside == i).Set(aside, i + 1));
                m.Rule("never", s => s.When(aside == 100).Set(aside, 0).Never("the fix"));
            }

            if (kind != Kind.NoWitness)
            {
                m.Reachable("far", n == (kind == Kind.Unmet ? 3 : 1));
            }
        }
    }
}
