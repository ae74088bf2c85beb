using System.Text.Json;
using Json.Schema;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Explicit;
using Verify.Tests.Cli;

namespace Verify.Tests.Explain;

/// <summary><c>explain CLAIM</c> as a user sees it.</summary>
public sealed class ExplainCommandTests
{
    private static readonly Lazy<JsonSchema> Schema = new(() => JsonSchema.FromText(Repository.Text("src/docs/explanation.schema.json")));

    [Fact]
    public void A_proof_names_what_it_needs_and_what_it_does_not()
    {
        var text = Explain("VL-PERCPU-PT:I-ENTRY").Out;
        Assert.Contains("A-PIN: always", text, StringComparison.Ordinal);
        Assert.Contains("A-NOREUSE: never", text, StringComparison.Ordinal);
        Assert.Contains("A-TRUST: changes nothing here", text, StringComparison.Ordinal);
        Assert.Contains("zt.ptep_get_and_clear", text, StringComparison.Ordinal);
        Assert.Contains("NEAREST MISS", text, StringComparison.Ordinal);
        Assert.DoesNotContain("WHAT WOULD HAVE PREVENTED IT", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_violation_names_what_would_have_prevented_it()
    {
        var run = Explain("VL-1CPU-BEFORE:I-ENTRY");
        Assert.Contains("WHAT WOULD HAVE PREVENTED IT", run.Out, StringComparison.Ordinal);
        Assert.Contains("3. mm_cpumask (CPU0); no violation unless before step 4", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("STEPS: ", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.AsExpected, run.ExitCode);
    }

    [Theory]
    [InlineData("VL-PERCPU-PT:I-ENTRY")]
    [InlineData("VL-MARK:I-USE")]
    public void Json_fits_its_schema_and_markdown_has_whole_tables(string claim)
    {
        using var document = JsonDocument.Parse(Explain(claim, "--json").Out);
        Assert.True(Schema.Value.Evaluate(document.RootElement).IsValid);
        var widths = Explain(claim, "--markdown").Out.Split('\n').Where(line => line.StartsWith('|'))
            .Select(line => line.Replace("\\|", "", StringComparison.Ordinal).Count(c => c == '|')).ToList();
        Assert.True(widths.Count > 6);
        Assert.All(widths, width => Assert.InRange(width, 3, 5));
    }

    // The claim has 105 states, and some changes leave more.
    [Fact]
    public void A_step_whose_change_is_not_decided_is_not_called_superfluous()
    {
        var lines = Explain("VL-PERCPU-PT:I-ENTRY", "--markdown", "--budget", "states=110").Out.Split('\n');
        Assert.Contains(lines, line => line.StartsWith("Not decided for some change: `zt.insert_pfn`", StringComparison.Ordinal));
        Assert.DoesNotContain("alloc_pages", lines.Single(line => line.StartsWith("No change of these", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("VRF301", "VL-MARK")]
    [InlineData("VRF304", "VL-MARK:I-USE", "--json", "--markdown")]
    [InlineData("VRF301", "VL-MRAK:I-USE")]
    public void What_cannot_be_explained_is_refused(string code, params string[] arguments)
    {
        var run = Explain(arguments[0], arguments[1..]);
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
    }

    private static ToolRun Explain(string claim, params string[] options) =>
        ToolRun.On(Catalogue.Load(), new ExplicitEngine(), ["explain", claim, .. options]);
}
