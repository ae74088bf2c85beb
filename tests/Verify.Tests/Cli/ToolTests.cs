using System.Text.Json;
using System.Text.RegularExpressions;
using Verify.Tests.Snapshots;
using Verify.Tests.TraceTexts;

namespace Verify.Tests.Cli;

public sealed partial class ToolTests
{
    [Theory]
    [InlineData("check-refuted", "check", "SD-LOCAL")]
    [InlineData("check-proved-if", "check", "sd-quiet:i-entry")]
    [InlineData("check-proved", "check", "SD-FULL:I-ENTRY")]
    [InlineData("check-other-instance", "check", "SD-FULL", "--fault", "local-flush", "--size", "cpu=3")]
    [InlineData("check-cut", "check", "SD-FULL", "--budget", "states=3")]
    [InlineData("check-several", "check", "SD-LATER", "SD-WITNESS")]
    [InlineData("check-json", "check", "SD-QUIET", "SD-LATER", "--json")]
    [InlineData("gate", "gate")]
    [InlineData("list", "list")]
    [InlineData("list-json", "list", "--json")]
    public void Output_is_as_before(string snapshot, params string[] arguments) =>
        Snapshot.Matches($"cli-{snapshot}", Stable(ToolRun.Of(arguments).Out));

    [Theory]
    [InlineData(0, "check", "SD-FULL")]
    [InlineData(0, "check", "SD-LOCAL")]
    [InlineData(0, "check", "SD-QUIET")]
    [InlineData(0, "check", "SD-FULL", "SD-LOCAL", "SD-WITNESS")]
    [InlineData(2, "check", "SD-LATER")]
    [InlineData(2, "check", "SD-FULL", "--budget", "states=3")]
    [InlineData(2, "check", "SD-QUIET", "--budget", "states=7")]
    [InlineData(1, "check", "SD-LOCAL", "--size", "cpu=3")]
    [InlineData(0, "check", "SD-LOCAL", "--drop", "local-flush")]
    [InlineData(0, "check", "SD-LOCAL", "--size", "cpu=1")]
    [InlineData(0, "gate")]
    [InlineData(0, "gate", "--shard", "2/3")]
    [InlineData(0, "gate", "--shard", "5/5")]
    [InlineData(0, "list")]
    [InlineData(0, "--help")]
    [InlineData(0, "check", "--help")]
    [InlineData(0, "--version")]
    public void The_exit_code_reflects_the_outcome(int expected, params string[] arguments)
    {
        var run = ToolRun.Of(arguments);
        Assert.Equal("", run.Error);
        Assert.Equal(expected, run.ExitCode);
    }

    [Theory]
    [InlineData("list", "VL-MARK", ">/dev/full")]
    [InlineData("list", "VL-MARK", ">&-")]
    [InlineData("list", "VL-MARK", "--json >/dev/full")]
    [InlineData("check", "VL-MARK:I-USE", "--json >/dev/full 2>&1")]
    [InlineData("check", "VL-MARK:I-USE", ">/dev/full")]
    [InlineData("export", "VL-MARK:I-USE", "--to promela >/dev/full")]
    [InlineData("prove", "VL-MARK:I-USE", "--engine bmc >/dev/full")]
    [InlineData("check", "VL-MARC", ">&- 2>&-")]
    public void Output_that_cannot_be_written_is_an_error_with_one_exit_code(params string[] words)
    {
        using var run = ToolProcess.StartInShell($"\"$0\" {string.Join(' ', words)}").Ended();
        Assert.Equal(3, run.ExitCode);
        Assert.DoesNotContain("Unhandled", run.Error);
        Assert.True(words[^1].Contains("2>", StringComparison.Ordinal)
            || run.Error.StartsWith("verify: error VRF402: standard output cannot be written: ", StringComparison.Ordinal), run.Error);
    }

    [Theory]
    [InlineData("export", "VL-MARK:I-USE", "--to tla")]
    [InlineData("check", "VL-MARK:I-USE", "VL-MARC")]
    public void Notes_that_cannot_be_written_change_no_result(params string[] words)
    {
        using var plain = ToolProcess.StartInShell($"\"$0\" {string.Join(' ', words)}").Ended();
        using var lost = ToolProcess.StartInShell($"\"$0\" {string.Join(' ', words)} 2>/dev/full").Ended();
        Assert.Equal((plain.ExitCode, plain.Out), (lost.ExitCode, lost.Out));
        Assert.NotEqual("", plain.Error);
    }

    [Fact]
    public void A_claim_that_turns_out_otherwise_is_a_problem_with_a_command_to_repeat_it()
    {
        var run = ToolRun.On(TestClaims.Of(TestClaims.Wrong, TestClaims.Full), new Bfs(), "gate");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("PROBLEM SD-WRONG", run.Out);
        Assert.Contains("expected refuted, found proved", run.Out);
        Assert.Contains("repeat: ./verify check SD-WRONG", run.Out);
        Assert.Contains("2 claims: 1 as expected, 1 not", run.Out);
    }

    // Without its options, the repeated command would decide something else.
    [Theory]
    [InlineData("--engine", "bfs")]
    [InlineData("--budget", "states=1M", "--budget", "depth=30", "--seed", "7")]
    [InlineData("--engine", "schedules", "--strategy", "pct", "--schedules", "20", "--steps", "30", "--threads", "1", "--seed", "5")]
    public void The_command_that_repeats_a_problem_has_the_options_of_the_gate(params string[] options)
    {
        var catalogue = TestClaims.Of(TestClaims.Wrong);
        var run = ToolRun.On(catalogue, new Bfs(), ["gate", .. options]);
        var command = run.Out[run.Out.IndexOf("./verify check", StringComparison.Ordinal)..].Split("\n\n")[0];
        var words = command.Replace("\\\n", "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < options.Length; i += 2)
        {
            Assert.Contains(options[i + 1], words.SkipWhile(word => word != options[i]));
        }

        var again = ToolRun.On(catalogue, new Bfs(), [.. words.Skip(1)]);
        Assert.Equal((run.ExitCode, ""), (again.ExitCode, again.Error));
    }

    [Fact]
    public void The_need_for_an_assumption_is_shown_with_the_options_of_the_run()
    {
        var run = ToolRun.On(TestClaims.Good, new Bfs(), "check", "SD-QUIET", "--budget", "states=100k");
        var text = string.Join(' ', run.Out.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("--drop A-NOSPEC --budget states=100k)", text);
    }

    [Fact]
    public void A_replay_line_shows_the_same_trace_again()
    {
        var check = ToolRun.Of("check", "SD-LOCAL", "--size", "cpu=3");
        var command = check.Out[check.Out.IndexOf("./verify replay", StringComparison.Ordinal)..].Split("\n\n")[0];
        var words = command.Replace("\\\n", "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var replay = ToolRun.Of([.. words.Skip(1)]);
        Assert.Equal(1, replay.ExitCode);
        Assert.Contains(replay.Out.Trim(), check.Out);
    }

    [Theory]
    [InlineData("--assume", "A-NOREUSE", true)]
    [InlineData("--assume", "A-NOSPEC", false)]
    [InlineData("--fault", "local-flush", false)]
    public void A_choice_without_effect_is_reported(string option, string name, bool isIdle)
    {
        Assert.Equal(isIdle, ToolRun.Of("check", "SD-FULL", option, name).Out.Contains($"{name} changes nothing"));
        Assert.Equal(isIdle, ToolRun.Of("check", "SD-FULL", option, name, "--json").Out.Contains("\"changesNothing\": ["));
    }

    [Fact]
    public void A_prefix_of_a_trace_decides_nothing()
    {
        var digest = new Shootdown().Build(TestClaims.Local.Choices).Digest;
        var run = ToolRun.Of("replay", "SD-LOCAL", "--trace", $"{digest}:0.0");
        Assert.Contains("run of 1 step", run.Out);
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public void Json_is_one_object_whatever_happens()
    {
        string[][] runs =
        [
            ["check", "SD-FULL", "--budget", "states=3", "--json"], ["gate", "--json"], ["check", "SD-LOCAL", "--json"],
        ];
        foreach (var arguments in runs)
        {
            using var json = JsonDocument.Parse(ToolRun.Of(arguments).Out);
            Assert.Equal(arguments[0] == "gate" ? ["tool", "schema", "results", "certificates", "gate"] : ["tool", "schema", "results"],
                json.RootElement.EnumerateObject().Select(p => p.Name));
            foreach (var result in json.RootElement.GetProperty("results").EnumerateArray())
            {
                Assert.Equal(
                    ["claim", "instance", "property", "expected", "verdict", "asExpected", "problems", "sentence", "sources", "finding",
                        "limits", "engine", "evidence", "rules", "witnesses", "premises", "assumptions", "trace", "error", "seconds"],
                    result.EnumerateObject().Select(p => p.Name));
                Assert.Equal(
                    ["kind", "states", "transitions", "depth", "identity", "bound", "checked", "certificate", "solver", "selection"],
                    result.GetProperty("evidence").EnumerateObject().Select(p => p.Name));
            }
        }
    }

    [Fact]
    public void An_interrupt_leaves_what_is_done_and_exit_code_2()
    {
        using var interrupt = new CancellationTokenSource();
        interrupt.Cancel();
        var check = ToolRun.Until(TestClaims.Good, new Bfs(), ["check", "SD-FULL", "SD-LOCAL"], interrupt.Token);
        Assert.Contains("interrupted", check.Out);
        Assert.Contains("1 of 2 claims were not decided", check.Error);
        Assert.Equal(2, check.ExitCode);
        var gate = ToolRun.Until(TestClaims.Good, new Bfs(), ["gate"], interrupt.Token);
        Assert.Contains("5 of 5 claims were not decided", gate.Error);
        Assert.Equal(2, gate.ExitCode);
    }

    [Fact]
    public void Nothing_that_was_built_is_needed_to_list()
    {
        var catalogue = TestClaims.Of(TestClaims.Full with { Choices = TestClaims.Full.Choices.Size("cpu", 99) });
        Assert.Equal(0, ToolRun.On(catalogue, new Bfs(), "list", "--json").ExitCode);
    }

    [Fact]
    public void The_catalogue_of_the_product_can_be_read() => Assert.NotNull(Verify.Cli.Hosting.Catalogue.Load().Claims.ToString());

    /// <summary>Removes times, digests and the version.</summary>
    private static string Stable(string text) =>
        Volatile().Replace(text, match => match.Groups["keep"].Value + "#");

    [GeneratedRegex(
        """(?<keep>, |\(|checked in )\d+\.\d+ s|(?<keep>"seconds": )[\d.E-]+|(?<keep>--trace )[0-9a-f]{12}|"""
        + """(?<=[\d ]  +)\d+\.\d\d(?=  )|(?<keep>verify )\d+\.\d+\.\d+""")]
    private static partial Regex Volatile();

    [Theory]
    [InlineData("murphi", "ruleset")]
    [InlineData("promela", "active proctype")]
    [InlineData("tla", "MODULE")]
    public void An_export_is_the_model_on_standard_output(string format, string contains)
    {
        var run = ToolRun.Of("export", "SD-FULL", "--to", format);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(contains, run.Out);
        Assert.Contains("flush_tlb", run.Out);
    }
}
