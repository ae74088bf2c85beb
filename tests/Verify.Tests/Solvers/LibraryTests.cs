using System.Diagnostics;
using Verify.Solvers;
using Verify.Solvers.Library;

namespace Verify.Tests.Solvers;

/// <summary>Libraries that print extra output, report errors, cannot be loaded, or do not stop.</summary>
public sealed class LibraryTests
{
    [Fact]
    public void The_output_of_a_library_is_read_as_an_answer()
    {
        using var solver = Start(new Library(text => text.Contains("check-sat", StringComparison.Ordinal) ? "unsat\n" : ""));
        solver.Send("(assert false)");
        Assert.Equal(Satisfiability.Unsat, solver.CheckSat());
    }

    [Theory]
    [InlineData("maybe")]
    [InlineData("")]
    [InlineData(")")]
    [InlineData("sat sat")]
    [InlineData("(sat)")]
    [InlineData("\u0001\u0002")]
    public void Malformed_output_is_not_an_answer(string reply)
    {
        using var solver = Start(new Library(text => text.Contains("check-sat", StringComparison.Ordinal) ? reply : ""));
        Assert.Equal(SolverFailure.Garbage, Assert.Throws<SolverException>(() => solver.CheckSat()).Trouble);
        Assert.Equal(SolverFailure.Garbage, Assert.Throws<SolverException>(() => solver.CheckSat()).Trouble);
    }

    [Fact]
    public void An_answer_to_no_question_is_not_taken_for_one_to_the_next()
    {
        using var solver = Start(new Library(text => text.Contains("assert", StringComparison.Ordinal) ? "unsat" : ""));
        solver.Send("(assert true)");
        Assert.Equal(SolverFailure.Garbage, Assert.Throws<SolverException>(() => solver.CheckSat()).Trouble);
    }

    [Fact]
    public void An_error_is_reported_at_the_next_query()
    {
        using var solver = Start(new Library(text => text.Contains("assert", StringComparison.Ordinal)
            ? throw new SolverException(SolverFailure.Refused, "what is nonsense?") : "sat"));
        solver.Restart();
        Assert.Equal(SolverFailure.Garbage, Assert.Throws<SolverException>(() =>
        {
            solver.Send("(declare-const a Bool)");
            solver.CheckSat();
        }).Trouble);
        using var other = Start(new Library(text => text.Contains("assert", StringComparison.Ordinal)
            ? throw new SolverException(SolverFailure.Refused, "what is nonsense?")
            : text.Contains("check-sat", StringComparison.Ordinal) ? "sat" : ""));
        other.Send("(assert nonsense)");
        Assert.Contains("nonsense", Assert.Throws<SolverException>(() => other.CheckSat()).Message, StringComparison.Ordinal);
        other.Restart();
        Assert.Equal(Satisfiability.Sat, other.CheckSat());
    }

    [Fact]
    public void A_solver_that_does_not_stop_is_abandoned_without_a_wait()
    {
        using var never = new ManualResetEventSlim();
        var clock = Stopwatch.StartNew();
        using (var solver = Start(new Library(text => Wait(never, text)), new SolverLimits(Seconds: 0.3)))
        {
            Assert.Equal(SolverFailure.OutOfTime, Assert.Throws<SolverException>(() => solver.CheckSat()).Trouble);
        }

        using (var next = Start(new Library(text => text.Contains("check-sat", StringComparison.Ordinal) ? "sat" : "")))
        {
            Assert.Equal(Satisfiability.Sat, next.CheckSat());
        }

        never.Set();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed}");
    }

    [Fact]
    public void Output_after_an_interrupt_is_not_an_answer()
    {
        using var interrupted = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        using var solver = new LibrarySolver("fake 1", new Library(text => Wait(interrupted, text), interrupted.Set), "",
            SolverLimits.None, TimeSpan.FromSeconds(20), stop.Token);
        Assert.Equal(SolverFailure.Stopped, Assert.Throws<SolverException>(() => solver.CheckSat()).Trouble);
    }

    [Fact]
    public void One_that_cannot_be_loaded_is_missing()
    {
        using var solver = Start(new Library(null));
        var trouble = Assert.Throws<SolverException>(() => solver.CheckSat());
        Assert.Equal(SolverFailure.Missing, trouble.Trouble);
        Assert.Contains("the library does not exist", trouble.Message, StringComparison.Ordinal);
    }

    private static string Wait(ManualResetEventSlim until, string text)
    {
        if (text.Contains("check-sat", StringComparison.Ordinal))
        {
            until.Wait();
            return "unsat";
        }

        return "";
    }

    private static LibrarySolver Start(Library library, SolverLimits? limits = null) => new("fake 1", library, "",
        limits ?? new SolverLimits(Seconds: 30), TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

    // A library that answers by a function; without a function it cannot be loaded.
    private sealed class Library(Func<string, string>? answer, Action? onInterrupt = null) : ISolverLibrary, ISolverContext
    {
        public string Version => "1";

        public long Bytes => 0;

        public ISolverContext Open() =>
            answer is null ? throw new SolverException(SolverFailure.Missing, "the library does not exist") : this;

        public string Evaluate(string commands) => answer!(commands);

        public void Interrupt() => onInterrupt?.Invoke();

        public void Dispose()
        {
        }
    }
}
