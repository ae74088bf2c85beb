using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.Cli;

/// <summary>A replayed run is compared with the same expectation as a decision.</summary>
public sealed class ReplayTests
{
    [Theory]
    [InlineData(2, "refuted in 2", ExitCode.AsExpected)]
    [InlineData(4, "refuted in 2", ExitCode.AsExpected)] // longer than a shortest one, and a violation
    [InlineData(2, "refuted in 3", ExitCode.Otherwise)] // there is none so short, it is claimed
    [InlineData(2, "refuted", ExitCode.AsExpected)]
    [InlineData(2, "proved", ExitCode.Otherwise)]
    [InlineData(1, "refuted", ExitCode.Undecided)]
    public void A_violation_is_compared_with_what_is_expected(int steps, string expected, int code)
    {
        Expectation expectation = expected switch
        {
            "refuted in 2" => new Expectation.Refuted(2),
            "refuted in 3" => new Expectation.Refuted(3),
            "refuted" => new Expectation.Refuted(),
            _ => new Expectation.Proved(),
        };
        Assert.Equal(code, Replayed("below", steps, expectation).ExitCode);
    }

    // A question expects nothing: a run that shows what was asked for is as it should be.
    [Fact]
    public void A_question_about_what_is_reached_is_answered_by_a_run() =>
        Assert.Equal(ExitCode.AsExpected, Replayed("two", 2, new Expectation.Open()).ExitCode);

    [Fact]
    public void A_rule_that_shall_never_fire_and_does_is_told() =>
        Assert.Equal(ExitCode.Otherwise, Replayed("below", 3, new Expectation.Refuted(), forbids: true).ExitCode);

    // The search ends at the violation, before it takes a step from there.
    [Fact]
    public void A_violation_counts_where_a_step_that_follows_is_undefined() =>
        Assert.Equal(ExitCode.AsExpected, Replayed("below", 2, new Expectation.Refuted(2), slips: true).ExitCode);

    private static ToolRun Replayed(string property, int steps, Expectation expected, bool forbids = false, bool slips = false)
    {
        var family = new Counting(forbids, slips);
        var claim = new Claim
        {
            Id = "COUNTS",
            Sentence = "It stays below two.",
            Family = family,
            Choices = Choices.Default,
            Property = property,
            Expected = expected,
            Sources = [],
        };
        var interpreter = new Interpreter(family.Build(Choices.Default));
        var rules = Enumerable.Range(0, steps).Select(at => at == 2 ? 1 : 0); // up, up, down, up, …
        var trace = Traces.Trace.Along(interpreter, interpreter.InitialStates().First(), rules.Select(rule => new Step(rule, [])));
        return ToolRun.On(new Catalogue(() => [family], () => [claim]), new ExplicitEngine(),
            "replay", "COUNTS", "--trace", Replay.Encode(interpreter, trace));
    }

    private sealed class Counting(bool forbids, bool slips) : ModelFamily
    {
        public override string Name => "counting";

        public override string Summary => "a counter";

        protected override void Describe(ModelBuilder m)
        {
            var n = m.Var("n", Sort.Range(0, 3));
            m.Rule("up", s => s.When(n < 3).Set(n, n + 1));
            m.Rule("down", s => s.When(n > 0).Set(n, n - 1).Never("no way back", forbids));
            if (slips)
            {
                m.Rule("slip", s => s.When(n == 2).Set(n, n + 2));
            }

            m.Always("below", n < 2);
            m.Reachable("two", n == 2);
        }
    }
}
