using Verify.Semantics;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws;

/// <summary>The interpreter's walks against the toy, which keeps the whole graph.</summary>
public sealed class WalkLaws
{
    [Fact]
    public void The_nearest_first_are_all_that_the_toy_has() => Law.Holds(300, toy =>
    {
        if (toy.Errors.Count == 0)
        {
            var walk = new ReachableWalk(new Interpreter(toy.Interpreter.Model));
            var visits = walk.NearestFirst().ToList();
            Assert.True(walk.IsWhole);
            Assert.Equal(
                toy.Nodes.Select(node => (node.State, node.Level)),
                visits.Select(visit => (visit.State, visit.Depth)));
            Assert.Equal(
                toy.Nodes.SelectMany(node => node.Next.Select(next => (next.Step, next.To.State))),
                visits.SelectMany(visit => visit.Next));
        }
    });

    [Fact]
    public void Drawn_states_are_reachable_and_have_every_step() => Law.Holds(300, toy =>
    {
        if (toy.Errors.Count == 0)
        {
            var nodes = toy.Nodes.ToDictionary(node => node.State);
            var walk = new ReachableWalk(new Interpreter(toy.Interpreter.Model), work: 5000);
            var visits = walk.RandomWalks(seed: 7, length: 40).ToList();
            Assert.Equal(visits.Count, visits.Select(visit => visit.State).Distinct().Count());
            Assert.Equal(walk.Visited, visits.Count);
            Assert.Equal(walk.IsWhole, visits.Count == toy.Nodes.Count);
            foreach (var visit in visits)
            {
                Assert.True(visit.Depth >= nodes[visit.State].Level);
                Assert.Equal(nodes[visit.State].Next.Select(next => (next.Step, next.To.State)), visit.Next);
            }

            var again = new ReachableWalk(new Interpreter(toy.Interpreter.Model), work: 5000);
            Assert.Equal(visits.Select(visit => visit.State), again.RandomWalks(seed: 7, length: 40).Select(visit => visit.State));
        }
    });

    [Fact]
    public void A_walk_ends_with_its_work_and_reports_the_undefined_state() => Law.Holds(200, toy =>
    {
        var interpreter = new Interpreter(toy.Interpreter.Model);
        var walk = new ReachableWalk(interpreter, work: 1);
        if (toy.Errors.FirstOrDefault() is { } error)
        {
            var whole = new ReachableWalk(interpreter);
            var found = Assert.Throws<UserErrorException>(() => whole.NearestFirst().Count());
            if (whole.At is { } at)
            {
                Assert.Equal(error.Level, toy.Nodes.Find(node => node.State.Equals(at))!.Level);
            }

            Assert.Contains(found.Diagnostic.Code, toy.Errors.Select(e => e.Diagnostic.Code));
        }
        else if (toy.Nodes[0].Next.Count > 0 && toy.Nodes.Count > 1)
        {
            // Under initial conditions so little work may not list the initial states, and then nothing is visited.
            Assert.InRange(walk.NearestFirst().Count(), interpreter.Model.StartConditions.IsEmpty ? 1 : 0, 1);
            Assert.False(walk.IsWhole);
        }
    });
}
