using System.Collections.Immutable;
using System.Text.Json;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Explicit;
using Verify.Modelling;

namespace Verify.Tests.Cli;

/// <summary>A result has the limits, the finding and the sources that are about it, and a page has none of them twice.</summary>
public sealed class LimitTests
{
    private static readonly Claim Claimed = new()
    {
        Id = "L:small",
        Sentence = "It stays small.",
        Family = new Bounded(),
        Choices = Choices.Default,
        Property = "small",
        Expected = new Expectation.Proved(),
        Sources = [Source.Mail("A. Reviewer", "2018-05-15", "<20180515@example.org>")],
        Finding = "It is bounded.",
    };

    [Theory]
    [InlineData("", "of one", "")]
    [InlineData("--profile two", "of two", "")]
    [InlineData("--feature extra", "of one", "of extra")]
    public void A_limit_of_another_profile_or_feature_is_not_one_of_the_instance(string options, string profile, string feature)
    {
        string[] expected = [.. new[] { "of all", profile, feature }.Where(limit => limit.Length > 0)];
        string[] words = ["L:small", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal(expected, Items(Run("check", words).Out, "does not cover:")
            .Where(item => item.StartsWith("of ", StringComparison.Ordinal)));
        Assert.Equal(expected, Run("show", words).Out.Split('\n')
            .Where(line => line.StartsWith("omits \"", StringComparison.Ordinal)).Select(line => line["omits \"".Length..^1]));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("--size n=2", false)]
    [InlineData("--feature extra", false)]
    [InlineData("--budget states=1", false)]
    public void A_finding_explains_the_claims_own_verdict_alone(string options, bool isOf)
    {
        string[] words = ["L:small", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal(isOf, Run("check", words).Out.Contains("It is bounded.", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(Run("check", [.. words, "--json"]).Out);
        Assert.Equal(isOf ? "It is bounded." : null, json.RootElement.GetProperty("results")[0].GetProperty("finding").GetString());
    }

    [Fact]
    public void A_finding_does_not_explain_what_happens_without_an_assumption()
    {
        var claim = TestClaims.Quiet with { Finding = "No walk, no entry." };
        var run = ToolRun.On(TestClaims.Of(claim), new ExplicitEngine(), "check", claim.Id, "--json");
        using var json = JsonDocument.Parse(run.Out);
        var findings = json.RootElement.GetProperty("results").EnumerateArray()
            .Select(one => one.GetProperty("finding").GetString()).ToList();
        Assert.Equal([.. Enumerable.Repeat<string?>(null, findings.Count - 1).Prepend("No walk, no entry.")], findings);
    }

    [Fact]
    public void What_two_results_have_in_common_is_printed_once()
    {
        var run = Run("check", "L");
        Assert.Equal(0, run.ExitCode);
        Assert.Single(Items(run.Out, "does not cover:"), "of all");
        Assert.Contains("  does not cover: as for L:small\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("  claimed or disputed: as for L:small\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("  finding: as for L:small\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Colour_is_no_part_of_what_is_wrapped()
    {
        using var output = new StringWriter();
        var tool = new Verify.Cli.Tool([new ExplicitEngine()], ModelWriters.All, () => Catalogue, null);
        var coloured = new Terminal(output, TextWriter.Null, true, false, true);
        tool.Run(["check", "L:small", "--size", "n=0"], coloured, CancellationToken.None);
        Assert.Contains("\u001b[31mproblems:\u001b[0m", output.ToString(), StringComparison.Ordinal);
    }

    private static Catalogue Catalogue => new(() => [Claimed.Family],
        () => [Claimed, Claimed with { Id = "L:tiny", Property = "tiny", Sentence = "It stays tiny." }]);

    private static ToolRun Run(string command, params string[] words) =>
        ToolRun.On(Catalogue, new ExplicitEngine(), [command, .. words]);

    // The entries of the lists with a heading; a wrapped entry is one.
    private static IEnumerable<string> Items(string text, string heading) => text.Split($"  {heading}\n").Skip(1)
        .SelectMany(list => list.Replace("\n      ", " ").Split('\n')
            .TakeWhile(line => line.StartsWith("    - ", StringComparison.Ordinal)))
        .Select(line => line["    - ".Length..]);

    private sealed class Bounded() : ModelFamily("bounded", "a number that grows", new SizeParameter("n", 1, 0, 3, "steps"))
    {
        private static readonly Feature Extra = new("extra", "more of it");
        private static readonly Profile One = new("one", "the first"), Two = new("two", "the second");

        public override ImmutableArray<Profile> Profiles => [One, Two];

        public override ImmutableArray<Limit> NotModelled =>
            ["of all", Limit.Of("of one", One), Limit.Of("of two", Two), Limit.With("of extra", Extra)];

        protected override void Describe(ModelBuilder m)
        {
            var n = m.Var("n", Sort.Range(0, 4));
            m.Rule("up", s => s.When(n < m.Size("n")).Set(n, n + 1));
            m.Always("small", n <= (m.Has(Extra) ? 4 : 3));
            m.Always("tiny", n <= 3);
            m.Reachable("grown", n == 1);
        }
    }
}
