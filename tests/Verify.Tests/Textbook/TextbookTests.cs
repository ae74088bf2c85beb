using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Models.Textbook;

namespace Verify.Tests.Textbook;

/// <summary>Models with published counts, which verify the checker independently.</summary>
public sealed class TextbookTests
{
    // stateright, examples/2pc.rs: assert_eq!(checker.unique_state_count(), 288), 8_832, and 665 with symmetry.
    [Theory]
    [InlineData(3, 288)]
    [InlineData(5, 8_832)]
    public void Two_phase_commit_has_the_published_number_of_states(int managers, long states)
    {
        var report = Decide(new TwoPhaseCommit(), Choices.Default.Size("rm", managers), "consistent");
        Assert.IsType<Verdict.Proved>(report.Verdict);
        Assert.Equal(states, report.Verdict.Evidence.States);
        Assert.Empty(report.Vacuities());
        Assert.Equal(288, new Toy(new TwoPhaseCommit().Build(Choices.Default)).Nodes.Count);
    }

    [Fact]
    public void Two_phase_commit_can_end_either_way()
    {
        Assert.IsType<Verdict.Proved>(Decide(new TwoPhaseCommit(), Choices.Default, "all commit").Verdict);
        Assert.IsType<Verdict.Proved>(Decide(new TwoPhaseCommit(), Choices.Default, "all abort").Verdict);
    }

    [Fact]
    public void Peterson_keeps_two_processors_apart()
    {
        foreach (var property in new[] { "mutual exclusion", "no deadlock", "a processor is inside", "both want to enter" })
        {
            Assert.IsType<Verdict.Proved>(Decide(new Peterson(), Choices.Default, property).Verdict);
        }
    }

    [Fact]
    public void Peterson_fails_when_the_turn_is_given_away_too_early()
    {
        var report = Decide(new Peterson(), Choices.Default.With(Peterson.TurnFirst), "mutual exclusion");
        Assert.IsType<Verdict.Refuted>(report.Verdict);
        // Both processors give the turn away, both raise the flag and both enter; one of them runs ahead twice.
        Assert.Equal(6, report.Trace!.Length);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Philosophers_starve_together_exactly_if_all_start_on_one_side(int seats)
    {
        var choices = Choices.Default.Size("seats", seats);
        Assert.IsType<Verdict.Proved>(Decide(new DiningPhilosophers(), choices, "no deadlock").Verdict);
        var stuck = Decide(new DiningPhilosophers(), choices.With(DiningPhilosophers.SameSide), "no deadlock");
        Assert.IsType<Verdict.Refuted>(stuck.Verdict);
        Assert.Equal(seats, stuck.Trace!.Length); // each philosopher takes one fork
        Assert.IsType<Verdict.Proved>(Decide(new DiningPhilosophers(), choices, "somebody eats").Verdict);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Philosophers_of_both_kinds_never_all_wait(int seats)
    {
        var choices = Choices.Default.Size("seats", seats).With(DiningPhilosophers.Mixed);
        var model = new DiningPhilosophers().Build(choices);
        Assert.Equal((1 << seats) - 2, new Semantics.Interpreter(model).InitialStates().Count()); // all but the two pure kinds
        Assert.IsType<Verdict.Proved>(Decide(new DiningPhilosophers(), choices, "no deadlock").Verdict);
    }

    private static Report Decide(ModelFamily family, Choices choices, string property)
    {
        var instance = new Instance(family, choices);
        return Report.Decide(new ExplicitEngine(), instance, instance.Model.Property(property), EngineOptions.Default);
    }
}
