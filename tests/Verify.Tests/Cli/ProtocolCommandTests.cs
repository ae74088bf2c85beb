using System.Text.Json;
using Verify.Engines;
using Verify.Explicit;
using Verify.Tests.Explicit.Storage;

namespace Verify.Tests.Cli;

/// <summary>The commands that take protocol files, and what they say about wrong ones.</summary>
public sealed class ProtocolCommandTests : IDisposable
{
    private const string Text = """
        model pair "two flags"
        fault both "both flags are set at once"
        var a: bool, b: bool
        rule set_a { a = true }
        rule set_b unless fault both when !a { b = true }
        rule set_b with fault both { b = true }
        always ONE "one flag at most": !(a && b)
        reachable A: a
        claim P-ONE "One flag at most." expect ONE refuted in 2 steps
        claim P-BOTH "Both." with fault both expect ONE refuted in 2 steps

        """;

    private readonly TestDirectory folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_is_decided_listed_shown_exported_and_replayed()
    {
        var path = Write(Text);
        var check = Run("check", path);
        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        Assert.Contains($"{path}:P-ONE  refuted", check.Out, StringComparison.Ordinal);
        Assert.Contains("2 claims: 2 as expected, 0 not", check.Out, StringComparison.Ordinal);
        var trace = check.Out[(check.Out.IndexOf("--trace ", StringComparison.Ordinal) + 8)..].Split('\n')[0];
        Assert.Equal(0, Run("replay", $"{path}:P-ONE", "--trace", trace).ExitCode);
        Assert.Contains("both flags are set at once", Run("list", path).Out, StringComparison.Ordinal);
        Assert.Contains("rule set_b", Run("show", $"{path}:P-BOTH").Out, StringComparison.Ordinal);
        Assert.Equal(0, Run("export", $"{path}:P-ONE", "--to", "murphi").ExitCode);
        Assert.Equal(0, Run("gate", path).ExitCode);
        Assert.Equal(1, Run("check", $"{path}:ONE").ExitCode);
    }

    [Fact]
    public void All_mistakes_of_a_file_are_shown_with_their_lines()
    {
        var path = Write(Text.Replace("!(a && b)", "!(a && c)", StringComparison.Ordinal)
            .Replace("fault both {", "fault boht {", StringComparison.Ordinal));
        var run = Run("check", path);
        Assert.Equal((3, ""), (run.ExitCode, run.Out));
        Assert.Contains($"{path}(6,23): error VRF113: there is no fault 'boht'", run.Error, StringComparison.Ordinal);
        Assert.Contains("  rule set_b with fault boht { b = true }", run.Error, StringComparison.Ordinal);
        Assert.Contains("                        ^^^^\n", run.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("hint: did you mean both?", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{path}(7,39): error VRF113: there is no 'c' here", run.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Run("check", path, "--json").Out);
        Assert.Equal("VRF113", json.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public void A_file_that_asks_only_what_is_reachable_is_decided()
    {
        var path = Write("model up\nvar a: bool\nrule up { a = true }\nreachable A: a\nreachable B: !a\n");
        var run = Run("check", path);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("2 claims: 2 proved", run.Out, StringComparison.Ordinal);
        Assert.Equal(0, Run("show", path).ExitCode);
    }

    [Fact]
    public void A_mistake_of_one_instance_keeps_no_other_claim_from_its_answer()
    {
        var path = Write($"{Text}initially a with fault both\n");
        var run = Run("check", path);
        Assert.Contains($"{path}:P-ONE  refuted", run.Out, StringComparison.Ordinal);
        Assert.Contains("2 claims: 1 as expected, 0 not, 1 in error", run.Out, StringComparison.Ordinal);
        Assert.Contains($"error VRF118: {path}:P-BOTH on pair fault:both: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);
        Assert.Equal("", Run("check", $"{path}:P-BOTH").Out);
    }

    [Theory]
    [InlineData("pair.verify:P-ON", "VRF301", "did you mean P-ONE")]
    [InlineData("pear.verify", "VRF402", "did you mean pair.verify?")]
    public void A_wrong_name_is_answered_by_the_nearest(string argument, string code, string hint)
    {
        Write(Text);
        var run = Run("check", Path.Combine(folder.Path, argument));
        Assert.Equal(3, run.ExitCode);
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
        Assert.Contains(hint, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_laid_out_once()
    {
        var path = Write(Text.Replace("a: bool, b: bool", "a :  bool ,b:bool", StringComparison.Ordinal));
        Assert.Equal(1, Run("format", "--check", path).ExitCode);
        Assert.Equal(0, Run("format", path).ExitCode);
        Assert.Equal((0, ""), (Run("format", "--check", path).ExitCode, Run("format", path).Out));
        Write("model pair\nrule { a = }\n");
        Assert.Equal(3, Run("format", path).ExitCode);
        Assert.Equal("model pair\nrule { a = }\n", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("\u0000")]
    [InlineData("\u001b[2J")]
    [InlineData("\u0007")]
    public void What_is_not_a_text_is_one_mistake_and_does_not_reach_the_terminal(string stray)
    {
        var path = Write(Text.Replace("rule set_a", $"rule {stray} set_a", StringComparison.Ordinal)
            + string.Concat(Enumerable.Repeat(stray, 500)));
        foreach (var command in (string[])["check", "format", "list", "gate"])
        {
            var run = Run(command, path);
            Assert.Equal((3, ""), (run.ExitCode, run.Out));
            Assert.StartsWith($"{path}(4,6): error VRF130: the file is not a text: it has the control character 0x", run.Error);
            Assert.Equal(2, run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            Assert.DoesNotContain(run.Error, letter => char.IsControl(letter) && letter != '\n');
        }
    }

    [Fact]
    public void A_long_line_is_shown_around_its_mistake()
    {
        var path = Write(Text.Replace("!(a && b)", $"{string.Concat(Enumerable.Repeat("(a || b) && ", 400))}c", StringComparison.Ordinal));
        var lines = Run("check", path).Error.Split('\n');
        Assert.All(lines, line => Assert.True(line.Length < 200, line));
        Assert.Equal('c', lines[1][lines[2].IndexOf('^', StringComparison.Ordinal)]);
    }

    [Fact]
    public void A_name_after_two_dashes_may_begin_with_one()
    {
        Assert.Contains("there is no file '-x.verify'", Run("check", "--", "-x.verify").Error);
        Assert.Contains("has no option '-x.verify'", Run("check", "-x.verify").Error);
    }

    // A full disk must not cost the user's file.
    [Fact]
    public void A_file_that_cannot_be_written_anew_keeps_its_text()
    {
        var path = Write(Text.Replace("a: bool, b: bool", "a :  bool ,b:bool", StringComparison.Ordinal) + new string('\n', 1 << 16));
        var before = File.ReadAllText(path);
        using (var run = ToolProcess.StartWithSmallFiles(0, "format", path).Ended())
        {
            Assert.Equal(3, run.ExitCode);
            Assert.Contains("error VRF402", run.Error);
        }

        Assert.Equal(before, File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
        if (OperatingSystem.IsWindows())
        {
            return; // the rest is about links and modes
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var link = Path.Combine(folder.Path, "link.verify");
        File.CreateSymbolicLink(link, path);
        Assert.Equal(0, Run("format", link).ExitCode);
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.NotEqual(before, File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_file_that_is_not_there_cannot_be_watched() =>
        Assert.Contains("VRF402", Run("watch", Path.Combine(folder.Path, "none.verify")).Error);

    [Fact]
    public void Only_a_protocol_file_can_be_watched() => Assert.Equal(3, Run("watch", "late-flush").ExitCode);

    [Fact]
    public async Task A_watched_file_is_decided_again_at_every_save()
    {
        var path = Write(Text);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var asked = new SemaphoreSlim(0);
        var engine = new Pretender("explicit", model =>
        {
            asked.Release();
            return new ExplicitEngine().Decide(model, model.Property("ONE"), EngineOptions.Default);
        });
        var watch = Task.Run(() => ToolRun.Until(TestClaims.Of(), engine, ["watch", path], stop.Token), stop.Token);
        await asked.WaitAsync(stop.Token);
        await asked.WaitAsync(stop.Token);
        var repaired = Text.Replace("rule set_a {", "rule set_a when !b {", StringComparison.Ordinal);
        Write(repaired);
        await asked.WaitAsync(stop.Token);
        await asked.WaitAsync(stop.Token);
        // Whatever was printed of the second save is complete when the third is decided.
        Write(repaired.Replace("var a: bool", "var a: bool = true", StringComparison.Ordinal));
        await asked.WaitAsync(stop.Token);
        await stop.CancelAsync();
        var run = await watch;
        Assert.Contains("P-ONE  refuted,", run.Out, StringComparison.Ordinal);
        Assert.Contains("P-ONE  proved,", run.Out, StringComparison.Ordinal);
        Assert.Contains($"verify: watching {path}", run.Error, StringComparison.Ordinal);
    }

    private static ToolRun Run(params string[] arguments) => ToolRun.On(TestClaims.Of(), new ExplicitEngine(), arguments);

    private string Write(string text)
    {
        var path = Path.Combine(folder.Path, "pair.verify");
        File.WriteAllText(path, text);
        return path;
    }
}
