using System.Diagnostics;
using Verify.Cli.Engines;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Solvers;
using Verify.Symbolic;
using Verify.Symbolic.Tasks;
using Verify.Tests.Cli;

namespace Verify.Tests.Solvers;

/// <summary>
/// A solver failure gives "unknown" with a reason for any property, and does not affect other answers.
/// </summary>
public sealed class EngineTroubleTests
{
    private static readonly Model Small = new TlbShootdown().Build(Choices.Default.Size("cpu", 2).Size("page", 1).Size("frame", 1));

    // Only a hanging solver should reach its time limit; the others may take some time on a busy machine.
    private const double Ample = 60;

    public static TheoryData<string, string, double> Troubles { get; } = new()
    {
        { "exit 3", "exit code 3", Ample },
        { FakeSolver.Answering("kill -9 $$"), "ended", Ample },
        { FakeSolver.Answering("echo perhaps"), "perhaps", Ample },
        { FakeSolver.Answering("echo unknown"), "answers 'unknown'", Ample },
        { FakeSolver.Answering("printf '(error \"out of memory\")\\n'"), "out of memory", Ample },
        { FakeSolver.Hungry, "memory limit", Ample },
        { "sleep 1000", "time limit", 1 },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public void Every_engine_reports_unknown_with_a_reason(string script, string reason, double seconds)
    {
        using var fake = new FakeSolver(script);
        foreach (var engine in Engines(fake.Program))
        {
            var found = engine.Decide(Small, Small.Property("I-ENTRY"),
                new EngineOptions(new Budget(Seconds: seconds, Bytes: 200_000_000)));
            Assert.Contains(reason, Assert.IsType<Verdict.Unknown>(found).Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_solver_is_not_an_error_of_the_user()
    {
        var missing = SolverProgram.At(SolverKind.Z3, "no/such/z3");
        foreach (var engine in Engines(missing))
        {
            Assert.Contains("no/such/z3", engine.Unavailable, StringComparison.Ordinal);
            var run = ToolRun.On(TestClaims.Good, engine, "check", "SD-FULL:I-ENTRY", "--engine", engine.Name);
            Assert.Equal(2, run.ExitCode);
            Assert.Contains("no/such/z3", run.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_engine_without_a_solver_still_decides()
    {
        using var fake = new FakeSolver("sleep 1000");
        var engine = new PortfolioEngine([new ExplicitEngine(), .. Engines(fake.Program)]);
        var found = engine.Decide(Small, Small.Property("I-ENTRY"), new EngineOptions(new Budget(Seconds: 30)));
        Assert.IsType<Verdict.Proved>(found);
        Assert.StartsWith("explicit (the first of ", found.Evidence.Selection);
    }

    [Fact]
    public void A_solver_that_finds_models_of_everything_refutes_nothing()
    {
        using var fake = new FakeSolver(
            "while read line; do case $line in *check-sat*|*get-*) echo sat;; *echo*) mark \"$line\";; esac; done");
        foreach (var engine in Engines(fake.Program))
        {
            var found = engine.Decide(Small, Small.Property("I-ENTRY"), new EngineOptions(new Budget(Seconds: 5)));
            Assert.IsType<Verdict.Unknown>(found);
        }
    }

    [Fact]
    public void An_interrupt_ends_every_engine_soon()
    {
        var solver = RealSolver.OrSkip();
        var large = new TlbShootdown().Build(Choices.Default.Size("cpu", 4).Size("page", 4).Size("frame", 4));
        foreach (var engine in Engines(solver))
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(400));
            var clock = Stopwatch.StartNew();
            var found = engine.Decide(large, large.Property("I-ENTRY"), EngineOptions.Default with { Cancellation = stop.Token });
            Assert.Contains("interrupted", Assert.IsType<Verdict.Unknown>(found).Reason, StringComparison.Ordinal);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"{engine.Name}: {clock.Elapsed}");
        }
    }

    internal static SymbolicEngine[] Engines(ISolverSource solvers) =>
        [new BmcEngine(solvers), new KInductionEngine(solvers), new PdrEngine(solvers), new SpacerEngine(solvers)];
}
