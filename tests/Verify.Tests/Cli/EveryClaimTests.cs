using System.Text.Json;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Tests.TraceTexts;

namespace Verify.Tests.Cli;

/// <summary>
/// A claim with an error is a result like any other: it is reported and counted, and does not stop the others.
/// </summary>
public sealed class EveryClaimTests
{
    private static readonly Claim Bad = TestClaims.Full with { Id = "SD-BAD", Property = "I-NONE" };
    private static readonly Catalogue WithBad = TestClaims.Of(TestClaims.Full, Bad, TestClaims.Local);

    [Fact]
    public void A_gate_counts_a_claim_in_error()
    {
        var run = ToolRun.On(WithBad, new Bfs(), "gate");
        Assert.Contains("3 claims: 2 as expected, 0 not, 1 in error", run.Out, StringComparison.Ordinal);
        Assert.Matches("\ngate: NOT as expected because of an error: 3 claims, 0 certificates \\([0-9.]+ s\\)\n$", run.Out);
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void A_gate_with_only_errors_reports_them_in_text_and_in_json()
    {
        var catalogue = TestClaims.Of(Bad);
        Assert.Contains("1 claim: 1 in error", ToolRun.On(catalogue, new Bfs(), "gate").Out, StringComparison.Ordinal);
        using var json = Json(ToolRun.On(catalogue, new Bfs(), "gate", "--json"));
        var result = Assert.Single(json.RootElement.GetProperty("results").EnumerateArray());
        Assert.Equal("VRF113", result.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(1, json.RootElement.GetProperty("gate").GetProperty("inError").GetInt32());
        Assert.Equal(3, json.RootElement.GetProperty("gate").GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public void Any_answer_to_an_open_claim_will_do()
    {
        var run = ToolRun.On(TestClaims.Of(TestClaims.Local with { Expected = new Expectation.Open() }), new Bfs(), "gate");
        Assert.Contains("\ngate: all as expected: 1 claim, 0 certificates", run.Out, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("300/1000")]
    [InlineData("6/6")]
    public void An_empty_shard_is_not_a_success(string shard)
    {
        var run = ToolRun.Of("gate", "--shard", shard);
        Assert.Contains($"shard {shard.Replace("/", " of ")} is empty: there are only 5 claims", run.Error, StringComparison.Ordinal);
        Assert.Contains("hint: use at most 5 shards", run.Error, StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void Check_continues_after_a_claim_in_error_and_reports_it_with_its_instance()
    {
        var run = ToolRun.On(WithBad, new Bfs(), "check", "SD-FULL", "SD-BAD", "SD-LOCAL");
        Assert.Contains("SD-FULL:I-ENTRY  proved, as expected", run.Out, StringComparison.Ordinal);
        Assert.Contains("SD-BAD  not decided because of an error in it", run.Out, StringComparison.Ordinal);
        Assert.Contains("SD-LOCAL:I-ENTRY  refuted, as expected", run.Out, StringComparison.Ordinal);
        Assert.Contains("3 claims: 2 as expected, 0 not, 1 in error", run.Out, StringComparison.Ordinal);
        Assert.Contains("error VRF113: SD-BAD on shootdown cpu=2,frame=1 x86: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void Json_of_check_has_every_claim()
    {
        using var json = Json(ToolRun.On(WithBad, new Bfs(), "check", "SD-FULL", "SD-BAD", "SD-LOCAL", "--json"));
        var results = json.RootElement.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["proved", "unknown", "refuted"], results.Select(result => result.GetProperty("verdict").GetString()));
        Assert.Equal([true, false, true], results.Select(result => result.GetProperty("asExpected").GetBoolean()));
        Assert.Equal([JsonValueKind.Null, JsonValueKind.Object, JsonValueKind.Null],
            results.Select(result => result.GetProperty("error").ValueKind));
    }

    [Fact]
    public void A_mistake_of_ours_in_one_claim_does_not_lose_the_others()
    {
        var run = ToolRun.On(WithBad, new FailsOnce(), "check", "SD-FULL", "SD-LOCAL");
        Assert.Contains("SD-FULL:I-ENTRY  not decided because of an internal error", run.Out, StringComparison.Ordinal);
        Assert.Contains("SD-LOCAL:I-ENTRY  refuted, as expected", run.Out, StringComparison.Ordinal);
        Assert.Equal(4, run.ExitCode);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("list", "--json")]
    public void Two_claims_with_one_id_are_listed_and_named(params string[] arguments)
    {
        var twice = TestClaims.Of(TestClaims.Full, TestClaims.Local with { Id = TestClaims.Full.Id }, TestClaims.Witness);
        var run = ToolRun.On(twice, new Bfs(), arguments);
        Assert.Contains("SD-WITNESS", run.Out, StringComparison.Ordinal);
        Assert.Contains("SOLVERS", run.Out.ToUpperInvariant(), StringComparison.Ordinal);
        Assert.Contains("TestClaims.cs(", run.Error, StringComparison.Ordinal);
        Assert.Contains("error VRF305: two claims have the identifier 'SD-FULL:I-ENTRY'", run.Error, StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void Two_claims_with_one_identifier_do_not_affect_the_others()
    {
        var twice = TestClaims.Of(TestClaims.Full, TestClaims.Local with { Id = TestClaims.Full.Id }, TestClaims.Witness);
        Assert.Equal(0, ToolRun.On(twice, new Bfs(), "check", "SD-WITNESS").ExitCode);
        var both = ToolRun.On(twice, new Bfs(), "check", "SD-FULL", "SD-WITNESS");
        Assert.Contains("3 claims: 1 as expected, 0 not, 2 in error", both.Out, StringComparison.Ordinal);
        Assert.Equal(3, both.ExitCode);
        var gate = ToolRun.On(twice, new Bfs(), "gate");
        Assert.Contains("3 claims: 1 as expected, 0 not, 2 in error", gate.Out, StringComparison.Ordinal);
        Assert.Equal(3, gate.ExitCode);
    }

    [Fact]
    public void A_list_that_throws_is_reported_at_its_line_and_the_others_are_read()
    {
        var catalogue = Catalogue.Of(() => [], () => [new Throwing(), new Sound()]);
        var list = ToolRun.On(catalogue, new Bfs(), "list");
        Assert.Contains("SD-FULL:I-ENTRY", list.Out, StringComparison.Ordinal);
        Assert.Matches(@"EveryClaimTests\.cs\([0-9]+\): error VRF305: the list 'Throwing' throws ArgumentException: no such", list.Error);
        Assert.Equal(3, list.ExitCode);
        var gate = ToolRun.On(catalogue, new Bfs(), "gate");
        Assert.Contains("SD-FULL:I-ENTRY  proved", gate.Out, StringComparison.Ordinal);
        Assert.Contains("error VRF305: the list 'Throwing'", gate.Error, StringComparison.Ordinal);
        Assert.Equal(3, gate.ExitCode);
        Assert.Equal(0, ToolRun.On(catalogue, new Bfs(), "check", "SD-FULL").ExitCode);
    }

    [Fact]
    public void A_mistake_in_a_claim_is_reported_at_the_line_of_the_claim()
    {
        var here = new Claim
        {
            Id = "HERE",
            Sentence = "",
            Family = TestClaims.Full.Family,
            Choices = TestClaims.Full.Choices.Size("cpu", 99),
            Property = "I-ENTRY",
            Expected = new Expectation.Proved(),
            Sources = [],
        };
        Assert.Equal("EveryClaimTests.cs", Path.GetFileName(here.Where.File));
        var run = ToolRun.On(TestClaims.Of(here), new Bfs(), "check", "HERE");
        Assert.StartsWith($"{here.Where}: error VRF302: HERE on ", run.Error);
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void Prove_continues_after_a_claim_in_error()
    {
        var run = ToolRun.On(WithBad, new Bfs(), "prove", "SD-BAD", "SD-FULL", "--any-size", "--json");
        using var json = Json(run);
        Assert.Equal(2, json.RootElement.GetProperty("results").GetArrayLength());
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void Compare_continues_after_a_claim_in_error()
    {
        var run = ToolRun.On(WithBad, new Bfs(), "compare", "--engines", "bfs");
        Assert.Contains("SD-LOCAL:I-ENTRY  refuted in 5", run.Out, StringComparison.Ordinal);
        Assert.Contains("error VRF113: SD-BAD on ", run.Error, StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);
    }

    private static JsonDocument Json(ToolRun run) => JsonDocument.Parse(run.Out);

    private sealed class Throwing : ClaimList
    {
        public override IEnumerable<Claim> Claims => throw new ArgumentException("no such thing");
    }

    private sealed class Sound : ClaimList
    {
        public override IEnumerable<Claim> Claims => [TestClaims.Full];
    }

    /// <summary>An engine that fails on its first call.</summary>
    private sealed class FailsOnce : Verify.Engines.IEngine
    {
        private readonly Bfs inner = new();
        private int asked;

        public string Name => "once";

        public string Summary => "fails once";

        public string? Unavailable => null;

        public string? WhyNot(Verify.Modelling.Model model, Verify.Modelling.Property property) => null;

        public Verdict Decide(Verify.Modelling.Model model, Verify.Modelling.Property property, Verify.Engines.EngineOptions run) =>
            asked++ == 0 ? throw new System.Diagnostics.UnreachableException("two and two is five") : inner.Decide(model, property, run);
    }
}
