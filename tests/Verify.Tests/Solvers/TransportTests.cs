using System.Diagnostics;
using Verify.Engines;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Parametric.Obligations;
using Verify.Parametric.Search;
using Verify.Solvers;
using Verify.Symbolic;
using Verify.Tests.Parametric;

namespace Verify.Tests.Solvers;

/// <summary>
/// Z3 as a program, in a child process and within this process: all give the same answers and respect the same limits.
/// </summary>
public sealed class TransportTests
{
    // The factors of a product of two numbers with 17 digits: at least minutes.
    internal const string Hard = """
        (set-logic QF_BV)
        (declare-const x (_ BitVec 120))
        (declare-const y (_ BitVec 120))
        (assert (= (bvmul x y) (_ bv1000000016000000063000000000000037 120)))
        (assert (and (bvult (_ bv1 120) x) (bvult x (_ bv1152921504606846976 120))))
        (assert (and (bvult (_ bv1 120) y) (bvult y (_ bv1152921504606846976 120))))
        """;

    public static TheoryData<string> Transports { get; } = ["z3", "microsoft-z3", "microsoft-z3-in-process"];

    [Theory]
    [MemberData(nameof(Transports))]
    public void The_evidence_of_an_answer_is_reported(string name)
    {
        using var solver = Start(name, new SolverLimits(Seconds: 60));
        solver.Send("(set-option :produce-unsat-assumptions true)\n(set-logic QF_BV)\n(declare-const x (_ BitVec 8))");
        solver.Send("(declare-const |low ä| Bool)\n(declare-const high Bool)\n(declare-const other Bool)");
        solver.Send("(assert (=> |low ä| (bvult x #x03)))\n(assert (=> high (bvult #x03 x)))");
        Assert.Equal(Satisfiability.Unsat, solver.CheckSat("(check-sat-assuming (other high |low ä|))"));
        var names = solver.Ask("(get-unsat-assumptions)").Items.Select(item => item.Text).Order(StringComparer.Ordinal);
        Assert.Equal(["high", "|low ä|"], names);
        Assert.Equal(Satisfiability.Sat, solver.CheckSat("(check-sat-assuming (other high))"));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public void Limits_of_time_and_memory_are_kept(string name)
    {
        var clock = Stopwatch.StartNew();
        Assert.Equal(SolverFailure.OutOfTime, TroubleOver(name, new SolverLimits(Seconds: 0.5)).Trouble);
        Assert.Equal(SolverFailure.OutOfTime, TroubleOver(name, new SolverLimits(SecondsPerAnswer: 0.5)).Trouble);
        Assert.Equal(SolverFailure.OutOfMemory, TroubleOver(name, new SolverLimits(Seconds: 60, Bytes: 1_000_000)).Trouble);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(45), $"{clock.Elapsed}");
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public void A_stopped_solver_reports_it_and_the_next_one_answers(string name)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        using var cancelled = RealSolver.OrSkip(name).Start(1, new SolverLimits(Seconds: 60), stop.Token);
        Assert.Equal(SolverFailure.Stopped, TroubleOf(cancelled).Trouble);
        using var stopped = Start(name, new SolverLimits(Seconds: 60));
        using var timer = new Timer(_ => stopped.Stop(), null, 300, Timeout.Infinite);
        Assert.Equal(SolverFailure.Stopped, TroubleOf(stopped).Trouble);
        using var next = Start(name, new SolverLimits(Seconds: 60));
        next.Send("(assert false)");
        Assert.Equal(Satisfiability.Unsat, next.CheckSat());
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public void A_limit_of_one_solver_does_not_apply_to_the_next(string name)
    {
        using (var first = Start(name, new SolverLimits(Seconds: 60)))
        {
            first.Send("(set-option :timeout 200)");
            first.Send(Hard);
            Assert.Equal(Satisfiability.Unknown, first.CheckSat());
        }

        using var second = Start(name, new SolverLimits(Seconds: 60));
        Assert.Equal("4294967295", second.Ask("(get-option :timeout)").Text);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public void Half_a_command_is_trouble(string name)
    {
        using var solver = Start(name, new SolverLimits(Seconds: 2));
        Assert.Throws<SolverException>(() =>
        {
            solver.Send("(assert (or true");
            solver.CheckSat();
        });
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public void Every_obligation_of_a_certificate_holds(string name)
    {
        var (claim, invariant) = StoredProofs.All[0];
        var answer = SolverCheck.Run(
            AnySizeProof.Create(claim, invariant).Text, RealSolver.OrSkip(name), 1, TestContext.Current.CancellationToken);
        Assert.True(answer.IsProved);
        Assert.StartsWith($"{name} ", answer.Solver);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public void Every_engine_decides_and_names_the_solver(string name)
    {
        var model = new TlbShootdown().Build(Choices.Default.Size("cpu", 1).Size("page", 1).Size("frame", 1));
        foreach (var engine in EngineTroubleTests.Engines(RealSolver.OrSkip(name)))
        {
            var found = engine.Decide(model, model.Property("I-ENTRY"), new EngineOptions(new Budget(Depth: 8, Seconds: 60)));
            Assert.Equal(engine is BmcEngine ? "holds-up-to" : "proved", found.Word);
            Assert.StartsWith($"{name} ", found.Evidence.Solver);
        }
    }

    private static ISolver Start(string name, SolverLimits limits) =>
        RealSolver.OrSkip(name).Start(1, limits, TestContext.Current.CancellationToken);

    private static SolverException TroubleOver(string name, SolverLimits limits)
    {
        using var solver = Start(name, limits);
        return TroubleOf(solver);
    }

    private static SolverException TroubleOf(ISolver solver) => Assert.Throws<SolverException>(() =>
    {
        solver.Send(Hard);
        solver.CheckSat();
    });
}
