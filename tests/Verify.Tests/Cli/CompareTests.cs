using Verify.Claims;
using Verify.Cli;
using Verify.Engines;
using Verify.Explicit;
using Verify.Tests.Explicit;
using Verify.Tests.TraceTexts;

namespace Verify.Tests.Cli;

/// <summary>The same questions to several engines: who agrees, who contradicts, and what is left out.</summary>
public sealed class CompareTests
{
    private static readonly Catalogue Catalogue = TestClaims.Of(TestClaims.Full, TestClaims.Local, TestClaims.Later);

    [Fact]
    public void Engines_that_agree_are_counted_and_what_is_pending_is_named()
    {
        var run = Compare([new ExplicitEngine(), new Bfs()], "--engines", "explicit,bfs");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"SD-FULL:I-ENTRY +proved, [0-9.]+ +proved, [0-9.]+\n", run.Out);
        Assert.Matches(@"SD-LOCAL:I-ENTRY +refuted in 5, [0-9.]+ +refuted in 5, [0-9.]+\n", run.Out);
        Assert.Contains("left out: pending: a model of devices", run.Out);
        Assert.Contains("2 of 3 claims compared: 2 decided alike by at least two engines, 0 by one alone, 0 contradicted.", run.Out);
    }

    [Fact]
    public void A_proof_against_a_refutation_is_a_loud_failure()
    {
        using var folder = new TestDirectory();
        var page = Path.Combine(folder.Path, "page.md");
        var run = Compare([new Bfs(), Pretender.Optimist], "--engines", "bfs,optimist", "--threads", "2", "--page", page);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("CONTRADICTION SD-LOCAL:I-ENTRY: bfs says refuted in 5, optimist says proved\n", run.Out);
        Assert.DoesNotContain("CONTRADICTION SD-FULL", run.Out);
        Assert.Contains("1 contradicted.", run.Out);
        Assert.Contains("- SD-LOCAL:I-ENTRY: bfs says refuted in 5, optimist says proved\n", File.ReadAllText(page));
    }

    [Fact]
    public void What_the_first_does_not_decide_is_asked_of_nobody_else()
    {
        var asked = 0;
        var other = new Pretender("other", _ =>
        {
            asked++;
            return new Verdict.Unknown("no idea", Evidence.Nothing);
        });
        var run = Compare([new Bfs(), other], "--engines", "bfs,other", "--budget", "states=6");
        Assert.Equal(0, asked);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("SD-FULL:I-ENTRY   left out: too large for bfs: states at depth ", run.Out);
        Assert.Contains("0 of 3 claims compared", run.Out);
    }

    [Fact]
    public void An_engine_that_is_not_there_leaves_the_comparison_undecided()
    {
        var missing = new Pretender("absent", _ => throw new NotSupportedException(), "it is not installed");
        var run = Compare([new Bfs(), missing], "--engines", "bfs,absent");
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("verify: absent was not asked: it is not installed\n", run.Error);
        Assert.Matches(@"SD-FULL:I-ENTRY +proved, [0-9.]+ +-\n", run.Out);
        Assert.Contains("2 by one alone", run.Out);
    }

    [Fact]
    public void A_mistake_of_one_engine_loses_no_other_answer()
    {
        var broken = new Pretender("broken", _ => throw new InvalidOperationException("upside down"));
        var run = Compare([new Bfs(), broken], "--engines", "bfs,broken");
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("upside down", run.Error);
        Assert.Matches(@"SD-LOCAL:I-ENTRY +refuted in 5, [0-9.]+ +error, [0-9.]+\n", run.Out);
    }

    private static ToolRun Compare(IReadOnlyList<IEngine> engines, params string[] arguments) =>
        ToolRun.OnAll(Catalogue, engines, ["compare", .. arguments]);
}
