using System.Diagnostics;
using Verify.Solvers;

namespace Verify.Tests.Solvers;

/// <summary>Solvers that are missing, crash, hang, print extra output, or use all memory.</summary>
public sealed class SolverTests
{
    [Theory]
    [InlineData("z3")]
    [InlineData("cvc5")]
    [InlineData("microsoft-z3")]
    [InlineData("microsoft-z3-in-process")]
    public void A_solver_answers_and_gives_values(string name)
    {
        using var solver = RealSolver.OrSkip(name).Start(1, new SolverLimits(Seconds: 60), TestContext.Current.CancellationToken);
        solver.Send("(set-logic QF_BV)\n(declare-const x (_ BitVec 8))\n(assert (bvult x #x05))\n(push 1)\n(assert (bvult #x03 x))");
        Assert.Equal(Satisfiability.Sat, solver.CheckSat());
        Assert.Contains(Assert.Single(solver.ValuesOf(["x"])).Text, (string[])["#x04", "#b00000100"]);
        solver.Send("(assert (bvult #x04 x))");
        Assert.Equal(Satisfiability.Unsat, solver.CheckSat());
        solver.Send("(pop 1)");
        Assert.Equal(Satisfiability.Sat, solver.CheckSat());
        solver.Restart();
        solver.Send("(set-logic QF_BV)\n(assert false)");
        Assert.Equal(Satisfiability.Unsat, solver.CheckSat());
    }

    [Theory]
    [InlineData("z3")]
    [InlineData("cvc5")]
    [InlineData("microsoft-z3")]
    [InlineData("microsoft-z3-in-process")]
    public void A_command_that_a_solver_rejects_is_a_failure(string name)
    {
        using var solver = RealSolver.OrSkip(name).Start(1, new SolverLimits(Seconds: 60), TestContext.Current.CancellationToken);
        solver.Send("(set-logic QF_BV)\n(assert nonsense)");
        Assert.Contains(Trouble(solver).Trouble, (SolverFailure[])[SolverFailure.Refused, SolverFailure.Died]);
    }

    [Fact]
    public void A_missing_solver_is_reported_with_a_hint()
    {
        var program = SolverProgram.At(SolverKind.Z3, "no/such/z3");
        Assert.Contains("no/such/z3", program.Unavailable, StringComparison.Ordinal);
        using var solver = program.Start(1, SolverLimits.None, TestContext.Current.CancellationToken);
        Assert.Equal(SolverFailure.Missing, Trouble(solver).Trouble);
    }

    [Fact]
    public void A_program_without_a_version_is_not_a_solver()
    {
        using var fake = new FakeSolver("exit 0");
        fake.Write("#!/bin/sh\necho hello\n");
        Assert.Contains("version", fake.Program.Unavailable, StringComparison.Ordinal);
    }

    [Fact]
    public void A_solver_that_dies_is_a_failure_and_its_last_output_is_reported()
    {
        using var fake = new FakeSolver("read line; echo 'bad luck' >&2; exit 7");
        using var solver = fake.Start();
        var trouble = Trouble(solver);
        Assert.Equal(SolverFailure.Died, trouble.Trouble);
        Assert.Contains("exit code 7", trouble.Message, StringComparison.Ordinal);
        Assert.Contains("bad luck", trouble.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_killed_in_mid_query_is_trouble()
    {
        using var fake = new FakeSolver(FakeSolver.Answering("kill -9 $$"));
        using var solver = fake.Start();
        Assert.Equal(SolverFailure.Died, Trouble(solver).Trouble);
        Assert.Equal(SolverFailure.Died, Assert.Throws<SolverException>(() => solver.CheckSat()).Trouble);
    }

    [Fact]
    public void A_solver_that_dies_once_is_restarted_and_receives_everything_again()
    {
        using var fake = new FakeSolver(
            """
            if [ ! -e $HERE/died ]; then : >$HERE/died; read line; exit 1; fi
            while read line; do echo "$line" >>$HERE/received; case $line in *check-sat*) echo unsat;; *echo*) mark "$line";; esac; done
            """);
        using var solver = fake.Start();
        solver.Send("(assert true)");
        Assert.Equal(Satisfiability.Unsat, solver.CheckSat());
        var told = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(fake.Path)!, "received"));
        Assert.Equal(["(assert true)", "(check-sat)"], told.Where(line =>
            !line.Contains("set-option", StringComparison.Ordinal) && !line.Contains("echo", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_solver_that_dies_later_receives_its_earlier_queries_again()
    {
        using var fake = new FakeSolver(
            """
            count=0
            while read line; do case $line in *check-sat*)
              count=$((count + 1))
              if [ $count = 2 ] && [ ! -e $HERE/died ]; then : >$HERE/died; exit 1; fi
              if [ $count = 1 ]; then echo sat; else echo unsat; fi;;
            *echo*) mark "$line";;
            esac; done
            """);
        using var solver = fake.Start();
        Assert.Equal(Satisfiability.Sat, solver.CheckSat());
        Assert.Equal(Satisfiability.Unsat, solver.CheckSat());
    }

    [Theory]
    [InlineData("echo maybe")]
    [InlineData("echo ')'")]
    [InlineData("echo '(sat)'")]
    [InlineData("printf '\\001\\002\\003\\n'")]
    [InlineData("yes sa")]
    public void Malformed_output_is_not_an_answer(string reply)
    {
        using var fake = new FakeSolver(FakeSolver.Answering(reply));
        using var solver = fake.Start();
        Assert.Equal(SolverFailure.Garbage, Trouble(solver).Trouble);
    }

    [Fact]
    public void One_that_hangs_is_killed_at_its_time_limit()
    {
        using var fake = new FakeSolver("sleep 1000");
        using var solver = fake.Start(new SolverLimits(Seconds: 0.3));
        var clock = Stopwatch.StartNew();
        Assert.Equal(SolverFailure.OutOfTime, Trouble(solver).Trouble);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void One_that_does_not_read_is_killed_at_its_time_limit()
    {
        using var fake = new FakeSolver("sleep 1000");
        using var solver = fake.Start(new SolverLimits(SecondsPerAnswer: 0.3));
        var trouble = Assert.Throws<SolverException>(() =>
        {
            solver.Send(new string(' ', 1 << 20));
            solver.CheckSat();
        });
        Assert.Equal(SolverFailure.OutOfTime, trouble.Trouble);
    }

    [Fact]
    public void One_that_eats_memory_is_killed_at_its_limit()
    {
        using var fake = new FakeSolver(FakeSolver.Hungry);
        using var solver = fake.Start(new SolverLimits(Seconds: 60, Bytes: 100_000_000));
        Assert.Equal(SolverFailure.OutOfMemory, Trouble(solver).Trouble);
    }

    [Fact]
    public void One_that_works_can_be_stopped()
    {
        using var fake = new FakeSolver("sleep 1000");
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        using var solver = fake.StartUnder(stop.Token);
        Assert.Equal(SolverFailure.Stopped, Trouble(solver).Trouble);
        using var other = fake.Start();
        using var timer = new Timer(_ => other.Stop(), null, 200, Timeout.Infinite);
        Assert.Equal(SolverFailure.Stopped, Trouble(other).Trouble);
    }

    private static SolverException Trouble(ISolver solver) => Assert.Throws<SolverException>(() =>
    {
        solver.Send("(assert true)");
        solver.CheckSat();
    });
}
