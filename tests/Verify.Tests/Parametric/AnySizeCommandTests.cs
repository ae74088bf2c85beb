using System.Collections.Immutable;
using System.Text.Json;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Tests.Cli;
using Verify.Tests.Solvers;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Parametric;

/// <summary><c>prove --any-size</c>: its output as text and JSON, including failures.</summary>
public sealed class AnySizeCommandTests
{
    [Fact]
    public void The_result_of_a_search_is_reported_as_data_with_the_invariant()
    {
        var run = Run([RealSolver.OrSkip(), RealSolver.OrSkip(SolverKind.Cvc5)], "prove", "TURNS", "--any-size", "--find", "--json");
        Assert.Equal(0, run.ExitCode);
        var result = Result(run);
        Assert.Equal(("proved", "proved", "any-size", "turns for every number of cpu"),
            (Word(result, "verdict"), Word(result, "expected"), Word(result, "engine"), Word(result, "instance")));
        Assert.True(result.GetProperty("asExpected").GetBoolean());
        Assert.Equal("inductive", Word(result.GetProperty("evidence"), "kind"));
        Assert.Matches("^z3 [^;]+, seed 1; z3 [^;]+, seed 7; z3 [^;]+, seed 42; cvc5 [^;]+, seed 1$",
            Word(result.GetProperty("evidence"), "solver"));
        Assert.Contains("i.Add(\"never token[c1] and token[c2]\",", Word(result, "invariant"), StringComparison.Ordinal);
    }

    // An invariant that is not inductive does not refute the claim.
    [Fact]
    public void An_invariant_that_does_not_stay_leaves_it_open()
    {
        var run = Run([RealSolver.OrSkip()], "prove", "TURNS", "--any-size", "--json");
        Assert.Equal(1, run.ExitCode);
        var result = Result(run);
        Assert.Equal("unknown", Word(result, "verdict"));
        Assert.False(result.GetProperty("asExpected").GetBoolean());
        Assert.Equal(JsonValueKind.Null, result.GetProperty("evidence").GetProperty("certificate").ValueKind);
        Assert.Contains("stays: enter: apart: does not hold",
            Word(result.GetProperty("evidence").GetProperty("bound"), "cause"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_that_the_instance_refutes_is_refuted_with_its_trace()
    {
        var run = Run([RealSolver.OrSkip()], "prove", "TURNS-PUSHED", "--any-size", "--json");
        Assert.Equal(1, run.ExitCode);
        var result = Result(run);
        Assert.Equal(("refuted", "turns cpu=2 fault:pushing"), (Word(result, "verdict"), Word(result, "instance")));
        Assert.Equal(2, result.GetProperty("trace").GetProperty("steps").GetArrayLength());
    }

    [Fact]
    public void A_proof_by_one_solver_alone_is_said_to_be()
    {
        var run = Run([RealSolver.OrSkip(), SolverProgram.At(SolverKind.Cvc5, "no/such/cvc5")], "prove", "TURNS", "--any-size", "--find");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"\d+ obligations: z3 .+; no second opinion: .*no/such/cvc5", run.Out.Replace("\n    ", " "));
    }

    [Theory]
    [InlineData("exit 3", "exit code 3")]
    [InlineData("while read line; do case $line in *check-sat*) kill -9 $$;; esac; done", "ended")]
    [InlineData("while read line; do case $line in *check-sat*) echo perhaps;; *echo*) mark \"$line\";; esac; done", "perhaps")]
    [InlineData("while read line; do case $line in *check-sat*) printf '(error \"out of memory\")\\n';; esac; done", "out of memory")]
    public void Trouble_with_a_solver_leaves_it_open(string script, string reason)
    {
        using var fake = new FakeSolver(script);
        foreach (var more in (string[][])[["--find"], []])
        {
            var run = Run([fake.Program], ["prove", "TURNS", "--any-size", .. more]);
            Assert.Equal(2, run.ExitCode);
            Assert.Contains("TURNS  not proved for every", run.Out, StringComparison.Ordinal);
            Assert.Contains(reason, run.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_interrupt_leaves_it_open()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var run = ToolRun.Until(Catalogue, new ExplicitEngine(), ["prove", "TURNS", "--any-size", "--find"], stop.Token,
            new SolverChoice([RealSolver.OrSkip()]));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("interrupted", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TURNS-END")]
    [InlineData("TURNS-WITNESS")]
    public void A_property_of_runs_needs_more_than_an_invariant(string claim)
    {
        foreach (var more in (string[][])[["--find"], []])
        {
            var run = Run([RealSolver.OrSkip()], ["prove", claim, "--any-size", .. more]);
            Assert.Equal((3, ""), (run.ExitCode, run.Out));
            Assert.Contains($"VRF307: '{Claims[claim].Property}' of {claim} is not an Always property", run.Error,
                StringComparison.Ordinal);
        }
    }

    // The search for an invariant uses sizes that have a model.
    [Theory]
    [InlineData(2, 6, 2, "for one size only; cpu=2 (the family has no model for cpu=3)")]
    [InlineData(3, 9, 3, "for one size only; cpu=3 (the family has no model for cpu=4)")]
    [InlineData(4, 6, 1, "for every number of cpu (from 4)")]
    [InlineData(1, 2, 1, "for one size only; cpu=2")]
    public void A_family_need_not_offer_two_and_three_of_a_thing(int low, int high, int step, string sizes)
    {
        var claim = Claim("TURNS", Choices.Default) with { Family = new Turns(low, high, step) };
        var run = ToolRun.Asking([RealSolver.OrSkip(), RealSolver.OrSkip(SolverKind.Cvc5)],
            new Catalogue(() => [claim.Family], () => [claim]), _ => [new ExplicitEngine()], ["prove", "TURNS", "--any-size", "--find"]);
        Assert.DoesNotContain("VRF", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"TURNS  proved {sizes}\n", run.Out.Replace("\n  ", " ").Replace("\n    ", " ")
            .Replace(" Two are", "\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_proof_for_every_size_prints_what_it_does_not_cover_and_no_long_line()
    {
        var claim = Claims["TURNS"] with
        {
            Finding = "The token is one.",
            NotCovered = ["a token that is lost"],
            Sources = [Source.Mail("A. Reviewer", "2018-05-15", "<20180515@example.org>")],
        };
        var catalogue = new Catalogue(() => [claim.Family], () => [claim]);
        ISolverSource[] solvers = [RealSolver.OrSkip(), RealSolver.OrSkip(SolverKind.Cvc5)];
        var run = ToolRun.Asking(solvers, catalogue, _ => [new ExplicitEngine()], "prove", "TURNS", "--any-size", "--find");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("  does not cover:\n    - weaker memory orders", run.Out, StringComparison.Ordinal);
        Assert.Contains("    - a token that is lost\n  finding: The token is one.\n  claimed or disputed:\n    - A. Reviewer", run.Out,
            StringComparison.Ordinal);
        Assert.DoesNotContain("--sizes", run.Out, StringComparison.Ordinal);
        Assert.All(run.Out.Split("\n\n")[0].Split('\n'), line => Assert.InRange(line.Length, 0, Verify.Rendering.TextWrap.Width));
        var json = ToolRun.Asking(solvers, catalogue, _ => [new ExplicitEngine()], "prove", "TURNS", "--any-size", "--find", "--json");
        Assert.Equal(["a token that is lost"], Result(json).GetProperty("limits").EnumerateArray().Select(one => one.GetString())
            .Where(line => !line!.StartsWith("weaker", StringComparison.Ordinal)));
    }

    private static Dictionary<string, Claim> Claims { get; } = new Claim[]
    {
        Claim("TURNS", Choices.Default), Claim("TURNS-PUSHED", Choices.Default.With(Turns.Pushing)),
        Claim("TURNS-END", Choices.Default) with { Property = "ends" },
        Claim("TURNS-WITNESS", Choices.Default) with { Property = "someone is inside" },
    }.ToDictionary(claim => claim.Id);

    private static Catalogue Catalogue { get; } = new(
        () => [new Turns()],
        () => Claims.Values,
        () => [new Apart()]);

    private static ToolRun Run(IReadOnlyList<ISolverSource> solvers, params string[] arguments) =>
        ToolRun.Asking(solvers, Catalogue, _ => [new ExplicitEngine()], arguments);

    private static JsonElement Result(ToolRun run) =>
        JsonDocument.Parse(run.Out).RootElement.GetProperty("results").EnumerateArray().Single();

    private static string? Word(JsonElement of, string name) => of.GetProperty(name).GetString();

    private static Claim Claim(string id, Choices choices) => new()
    {
        Id = id,
        Sentence = "Two are never inside.",
        Family = new Turns(),
        Choices = choices,
        Property = "apart",
        Expected = new Expectation.Proved(),
        Sources = [],
    };

    private sealed class Turns(int low = 1, int high = 3, int step = 1) : ModelFamily
    {
        public static readonly Fault Pushing = new("pushing", "processors do not wait for their turn");

        public override string Name => "turns";

        public override string Summary => "a token, and who has it may go in";

        public override ImmutableArray<SizeParameter> Sizes => [new("cpu", Math.Max(low, 2), low, high, "processors")];

        public override ImmutableArray<Fault> Faults => [Pushing];

        protected override void Describe(ModelBuilder m)
        {
            if ((m.Size("cpu") - low) % step != 0)
            {
                throw UserErrorException.At(null, ErrorCodes.BadSize, "this number of processors is not allowed");
            }

            var cpu = m.ScalarSet("cpu", m.Size("cpu"));
            var (token, inside) = (m.Map("token", cpu, Sort.Bool), m.Map("inside", cpu, Sort.Bool));
            var isTaken = m.Var("taken", Sort.Bool);
            m.Rule("take", cpu, (s, c) => s.When(!isTaken).Set(isTaken, true).Set(token[c], true));
            m.Rule("enter", cpu, (s, c) => s.When(m.Has(Pushing) ? !inside[c] : token[c] & !inside[c]).Set(inside[c], true));
            m.Rule("leave", cpu, (s, c) => s.When(inside[c] & token[c]).Set(inside[c], false).Set(token[c], false).Set(isTaken, false));
            m.Always("apart", ForAll(cpu, cpu, (c, d) => (c == d) | !(inside[c] & inside[d])));
            m.Reachable("someone is inside", Exists(cpu, c => inside[c]));
            m.LeadsTo("ends", isTaken, !isTaken, "the holder of the token gives it back");
        }
    }

    // A true statement that is not inductive.
    private sealed class Apart : Invariant
    {
        public override ImmutableArray<string> Claims => ["TURNS", "TURNS-PUSHED"];

        protected override void Describe(InvariantBuilder i) =>
            i.Add("apart", ForAll(i.Sort("cpu"), i.Sort("cpu"), (c, d) => (c == d) | !(i["inside"][c] & i["inside"][d])));
    }
}
