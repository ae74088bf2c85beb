using System.Text.Json;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Tests.Snapshots;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Cli;

/// <summary>The output for a model that is undefined in a reachable state: the steps that lead there.</summary>
public sealed class UndefinedTests
{
    private static readonly Claim Undefined = new()
    {
        Id = "UNDEFINED",
        Sentence = "No processor frees a page that is gone.",
        Family = new Pages(),
        Choices = Choices.Default.Assume(Pages.Alone),
        Property = "fine",
        Expected = new Expectation.ProvedIf(),
        Sources = [],
    };

    private static readonly Catalogue Catalogue = TestClaims.Of(Undefined);

    [Fact]
    public void The_run_is_shown_in_columns_with_the_step_that_is_undefined()
    {
        var run = ToolRun.On(Catalogue, new ExplicitEngine(), "check", "UNDEFINED");
        Assert.Equal(3, run.ExitCode);
        // The claim holds with its assumption; the model is undefined without it.
        Assert.Contains("error VRF120: UNDEFINED on pages cpu=2: ", run.Error, StringComparison.Ordinal);
        Snapshot.Matches("cli-check-undefined", Stable(run.Out));
    }

    [Fact]
    public void The_run_is_in_json()
    {
        using var json = JsonDocument.Parse(ToolRun.On(Catalogue, new ExplicitEngine(), "check", "UNDEFINED", "--json").Out);
        var result = Assert.Single(json.RootElement.GetProperty("results").EnumerateArray());
        Assert.Equal("pages cpu=2", result.GetProperty("instance").GetString());
        var error = result.GetProperty("error");
        Assert.Equal("VRF120", error.GetProperty("code").GetString());
        Assert.EndsWith("UndefinedTests.cs", error.GetProperty("file").GetString());
        var steps = error.GetProperty("trace").GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal(["look", "look", "free_page(0)", "free_page(?)"], steps.Select(step => step.GetProperty("step").GetString()));
        Assert.Equal([false, false, false, true], steps.Select(step => step.TryGetProperty("undefined", out _)));
    }

    [Fact]
    public void The_replay_line_shows_it_again()
    {
        var check = ToolRun.On(Catalogue, new ExplicitEngine(), "check", "UNDEFINED");
        var command = check.Out[check.Out.IndexOf("./verify replay", StringComparison.Ordinal)..].Split("\n\n")[0];
        var words = command.Replace("\\\n", "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var replay = ToolRun.On(Catalogue, new ExplicitEngine(), [.. words.Skip(1)]);
        Assert.Equal(check.Out, replay.Out);
        Assert.Equal(check.Error, replay.Error);
        Assert.Equal(3, replay.ExitCode);
    }

    [Fact]
    public void The_gate_counts_it()
    {
        var gate = ToolRun.On(Catalogue, new ExplicitEngine(), "gate");
        Assert.Contains("1 claim: 1 in error", gate.Out, StringComparison.Ordinal);
        Assert.Equal(3, gate.ExitCode);
    }

    private static string Stable(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text, @"--trace [0-9a-f]{12}|\S*/?UndefinedTests\.cs\([0-9]+\)", "#");

    private sealed class Pages : ModelFamily
    {
        public static readonly Assumption Alone = new("A-ALONE", "one processor frees", "no component");

        public override string Name => "pages";

        public override string Summary => "a page that two may free";

        public override System.Collections.Immutable.ImmutableArray<SizeParameter> Sizes => [new("cpu", 2, 1, 4, "processors")];

        public override System.Collections.Immutable.ImmutableArray<Assumption> Assumptions => [Alone];

        protected override void Describe(ModelBuilder m)
        {
            var cpu = m.Processors("cpu", m.Size("cpu"));
            var page = m.Var("page", Sort.Option(Sort.Range(0, 1)), Some(0));
            var owner = m.Var("owner", Sort.Option(cpu));
            m.Thread("free", cpu, repeats: false, (t, c) =>
            {
                t.Step("look", s => s.When(m.Assumes(Alone) ? page.HasValue & owner.IsNone : page.HasValue).Set(owner, c));
                t.Step("free_page", s => s.Shows(page.Value).Set(page, If(page.Value == 1, page, None)));
            });
            m.Always("fine", page.IsNone | (page == 0));
            m.Reachable("freed", page.IsNone);
        }
    }
}
