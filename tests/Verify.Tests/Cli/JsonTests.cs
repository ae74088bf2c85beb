using System.Text.Json;
using Json.Schema;
using Verify.Cli.Hosting;
using Verify.Tests.TraceTexts;

namespace Verify.Tests.Cli;

/// <summary><c>--json</c> says what the text says, in the form that the schema fixes.</summary>
public sealed class JsonTests
{
    private static readonly Lazy<JsonSchema> Schema = new(() => JsonSchema.FromText(Repository.Text("src/docs/results.schema.json")));

    [Theory]
    [InlineData("check", "SD-FULL", "--json")]
    [InlineData("check", "SD-LOCAL", "--json")]
    [InlineData("check", "SD-LOCAL", "--drop", "local-flush", "--json")]
    [InlineData("check", "SD-FULL", "--assume", "A-NOREUSE", "--json")]
    [InlineData("check", "SD-QUIET", "SD-LATER", "SD-WITNESS", "--json")]
    [InlineData("check", "SD-FULL", "--budget", "states=3", "--json")]
    [InlineData("check", "SD-FULL", "--sizes", "1s", "--json")]
    [InlineData("check", "no-such-claim", "--json")]
    [InlineData("check", "SD-FULL", "--budget", "bananas", "--json")]
    [InlineData("gate", "--json")]
    [InlineData("gate", "--shard", "1/2", "--json")]
    [InlineData("compare", "--engines", "bfs,schedules", "--budget", "states=1k,depth=9", "--json")]
    [InlineData("compare", "--engines", "bfs", "--budget", "states=3", "--json")]
    [InlineData("compare", "--engines", "none", "--json")]
    [InlineData("replay", "SD-LOCAL:I-ENTRY", "--trace", "x", "--json")]
    [InlineData("certify", "--json")]
    public void Every_document_fits_the_schema(params string[] arguments) => Fits(ToolRun.Of(arguments));

    [Theory]
    [InlineData("B-BATCH")]
    [InlineData("VL-MARK")]
    public void Claims_of_the_repository_fit_the_schema(string claim) =>
        Fits(ToolRun.On(Catalogue.Load(), new Bfs(), "check", claim, "--json"));

    [Fact]
    public void A_document_that_lacks_a_property_does_not_fit()
    {
        var text = ToolRun.Of("check", "SD-FULL", "--json").Out;
        Assert.False(IsFit(text.Replace("\"problems\"", "\"problem\"", StringComparison.Ordinal)));
        Assert.False(IsFit(text.Replace("\"schema\": 1", "\"schema\": 2", StringComparison.Ordinal)));
        Assert.False(IsFit(text.Replace("\"proved\"", "\"true\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_result_that_is_not_as_expected_says_why()
    {
        var run = ToolRun.On(TestClaims.Of(TestClaims.Wrong), new Bfs(), "check", TestClaims.Wrong.Id, "--json");
        var result = Result(run);
        Assert.False(result.GetProperty("asExpected").GetBoolean());
        Assert.Contains("expected refuted, found proved", result.GetProperty("problems").EnumerateArray().Single().GetString());
    }

    [Fact]
    public void A_pending_claim_is_neither_as_expected_nor_otherwise()
    {
        var run = ToolRun.Of("check", "SD-LATER", "--json");
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(JsonValueKind.Null, Result(run).GetProperty("asExpected").ValueKind);
        Assert.Equal(JsonValueKind.Null, Result(run).GetProperty("evidence").GetProperty("identity").ValueKind);
    }

    [Fact]
    public void A_result_has_what_the_text_has()
    {
        var text = ToolRun.Of("check", "SD-FULL").Out.ReplaceLineEndings(" ");
        var result = Result(ToolRun.Of("check", "SD-FULL", "--json"));
        Assert.Equal(TestClaims.Full.Sentence, result.GetProperty("sentence").GetString());
        Assert.NotEqual(0, result.GetProperty("limits").GetArrayLength());
        Assert.All(result.GetProperty("limits").EnumerateArray(), limit =>
            Assert.Contains(limit.GetString()!.Split(' ')[0], text, StringComparison.Ordinal));
        Assert.All(result.GetProperty("rules").EnumerateArray(), rule => Assert.True(rule.GetProperty("fired").GetInt64() > 0));
    }

    [Fact]
    public void A_command_that_has_no_result_has_an_error()
    {
        var run = ToolRun.Of("check", "no-such-claim", "--json");
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal("VRF301", document.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void A_comparison_says_in_JSON_what_its_table_says()
    {
        var run = ToolRun.OnAll(TestClaims.Of(TestClaims.Full, TestClaims.Local, TestClaims.Later,
            TestClaims.Full with { Id = "SD-BAD", Property = "I-NONE" }),
            [new Bfs(), Pretender.Optimist, new Pretender("absent", _ => throw new NotSupportedException(), "it is not installed"),
                new Pretender("broken", _ => throw new InvalidOperationException("upside down"))],
            ["compare", "--engines", "bfs,optimist,absent,broken", "--json"], TestContext.Current.CancellationToken);
        Fits(run);
        Assert.Equal(4, run.ExitCode);
        using var document = JsonDocument.Parse(run.Out);
        var rows = document.RootElement.GetProperty("comparisons");
        Assert.Equal(["proved", "proved", "-", "error"], Answers(rows[0]));
        Assert.Equal("bfs says refuted in 5, optimist says proved", rows[1].GetProperty("contradiction").GetString());
        Assert.Equal(5, rows[1].GetProperty("answers")[0].GetProperty("steps").GetInt32());
        Assert.StartsWith("pending: ", rows[2].GetProperty("leftOut").GetString());
        Assert.Equal("VRF113", rows[3].GetProperty("error").GetProperty("code").GetString());
        var summary = document.RootElement.GetProperty("summary");
        Assert.Equal((4, 2, 1, 1), (summary.GetProperty("exitCode").GetInt32(), summary.GetProperty("compared").GetInt32(),
            summary.GetProperty("decidedAlike").GetInt32(), summary.GetProperty("contradicted").GetInt32()));
        Assert.Equal("absent", summary.GetProperty("missing")[0].GetProperty("engine").GetString());
    }

    private static IEnumerable<string?> Answers(JsonElement row) =>
        row.GetProperty("answers").EnumerateArray().Select(answer => answer.GetProperty("answer").GetString());

    private static void Fits(ToolRun run)
    {
        using var document = JsonDocument.Parse(run.Out);
        var found = Schema.Value.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        var wrong = (found.Details ?? []).Where(detail => detail.Errors is { Count: > 0 })
            .Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}");
        Assert.True(found.IsValid, string.Join("\n", wrong));
    }

    private static bool IsFit(string text)
    {
        using var document = JsonDocument.Parse(text);
        return Schema.Value.Evaluate(document.RootElement).IsValid;
    }

    private static JsonElement Result(ToolRun run)
    {
        using var document = JsonDocument.Parse(run.Out);
        return document.RootElement.GetProperty("results")[0].Clone();
    }
}
