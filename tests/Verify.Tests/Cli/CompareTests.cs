using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Explicit.Storage;
using Verify.Tests.TraceTexts;
using Verify.Traces;

namespace Verify.Tests.Cli;

/// <summary>Several engines on the same claims: agreement, contradictions, and skipped claims.</summary>
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

    // A walk may reach an undefined state, and a search a nearer violation; both are correct.
    [Fact]
    public void An_undefined_state_contradicts_a_proof_but_not_a_trace()
    {
        var undefined = new Pretender("walks", _ =>
            throw UserErrorException.At(null, ErrorCodes.NoValue, "the value of 'o' is read, but it is empty here"));
        var run = Compare([new Bfs(), undefined], "--engines", "bfs,walks");
        Assert.Contains("CONTRADICTION SD-FULL:I-ENTRY: bfs says proved, walks says undefined VRF120", run.Out);
        Assert.DoesNotContain("CONTRADICTION SD-LOCAL", run.Out);
    }

    // The trace is valid and replays; it is longer than necessary.
    [Fact]
    public void A_longer_run_than_the_shortest_is_a_contradiction_too()
    {
        var slow = new Pretender("slow", model =>
        {
            var shortest = Assert.IsType<Verdict.Refuted>(new Bfs().Decide(
                model, model.Property("I-ENTRY"), EngineOptions.Default with { Cancellation = TestContext.Current.CancellationToken }));
            return shortest with { Trace = Detour(model, shortest.Trace!) };
        });

        var run = ToolRun.OnAll(TestClaims.Of(TestClaims.Local), [new Bfs(), slow], ["compare", "--engines", "bfs,slow"],
            TestContext.Current.CancellationToken);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("CONTRADICTION SD-LOCAL:I-ENTRY: bfs says refuted in 5, slow says refuted in 6\n", run.Out);
    }

    [Fact]
    public void The_page_names_the_models()
    {
        using var folder = new TestDirectory();
        var page = Path.Combine(folder.Path, "page.md");
        Assert.Equal(0, Compare([new Bfs(), new ExplicitEngine()], "--engines", "bfs,explicit", "--page", page).ExitCode);
        Assert.Contains($"| SD-FULL:I-ENTRY | {new Shootdown().Build(TestClaims.Full.Choices).Digest} | proved, ", File.ReadAllText(page));
    }

    // The trace with an additional step that does not affect the other steps.
    private static Trace Detour(Model model, Trace trace)
    {
        var interpreter = new Interpreter(model);
        for (var at = 0; at < trace.Length; at++)
        {
            foreach (var step in interpreter.Enabled(trace.States[at]))
            {
                var longer = trace.Steps.Insert(at, step);
                if (CanTake(interpreter, trace.States[0], longer))
                {
                    var other = Trace.Along(interpreter, trace.States[0], longer);
                    if (Replay.Decides(interpreter, model.Property("I-ENTRY"), other))
                    {
                        return other;
                    }
                }
            }
        }

        throw new InvalidOperationException("every step before the violation gets in its way");
    }

    private static bool CanTake(Interpreter interpreter, State state, IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            if (!interpreter.IsEnabled(state, step))
            {
                return false;
            }

            state = interpreter.Successor(state, step);
        }

        return true;
    }

    [Fact]
    public void A_claim_that_the_first_engine_does_not_decide_is_skipped()
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
        Assert.Equal("verify: absent was skipped: it is not installed\n", run.Error);
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
