using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Disk;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Explicit.Storage;
using Verify.Tests.Laws.Oracles;
using Verify.Tests.Laws.Reduced;
using Verify.Tests.TraceTexts;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Tests.Laws;

/// <summary>The check of a proof by search accepts a correct search and rejects a search of another model.</summary>
public sealed class CheckLaws
{
    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1);
    private static readonly Scrutiny Sampled = new(400);

    internal static Law Passes { get; } = new(typeof(CheckLaws), nameof(An_honest_search_passes), 25, (sample, tally) =>
    {
        foreach (var (property, reductions) in sample.Model.Properties.SelectMany(_ => All, (p, r) => (p, r)))
        {
            foreach (var scrutiny in new[] { Scrutiny.Whole, Sampled })
            {
                if (Attempt(sample.Model, property, Plain with { Reductions = reductions, Scrutiny = scrutiny }) is { } verdict)
                {
                    Assert.Equal(IsByExhaustion(verdict, property), verdict.Evidence.Checked is not null);
                    Assert.True(verdict.Evidence.Checked is null or { IsWhole: true } || scrutiny == Sampled);
                    tally.Note(verdict.Evidence.Checked is { } made ? made.IsWhole ? "whole" : "sample" : "none");
                    tally.Compare();
                }
            }
        }
    });

    internal static Law Refuses { get; } = new(typeof(CheckLaws), nameof(A_search_of_another_model_is_not_confirmed), 25, (sample, tally) =>
    {
        var all = Others(sample.Model).ToList();
        foreach (var model in all.Where((_, i) => i % Math.Max(1, all.Count / 4) == 0))
        {
            var other = new Toy(model, Law.Cap);
            if (other.IsCut)
            {
                continue;
            }

            foreach (var property in sample.OfStates)
            {
                Compare(sample, other, property, tally);
            }
        }
    });

    internal static Law Misses { get; } = new(typeof(CheckLaws), nameof(A_state_that_was_not_visited_is_missed), 25, (sample, tally) =>
    {
        foreach (var property in sample.OfStates)
        {
            if (Attempt(sample.Model, property, Plain) is not { } verdict || !IsByExhaustion(verdict, property))
            {
                continue;
            }

            void Check(State missing, Scrutiny scrutiny) => Assert.Throws<UnreachableException>(() => SearchCheck.Check(
                sample.Model, property, verdict.Evidence, Plain with { Scrutiny = scrutiny },
                new StateList(sample.Toy.Nodes.Select(node => node.State).Where(state => !state.Equals(missing)))));
            var first = sample.Toy.Nodes[0];
            // Under initial conditions so little work does not list the initial states, and the check starts at any of them.
            foreach (var (_, to) in first.Next.Where(next => next.To != first && sample.Model.StartConditions.IsEmpty))
            {
                // The check visits a single state, but looks up its successors too.
                Check(to.State, new Scrutiny(1));
                tally.Note("next");
            }

            Check(sample.Toy.Nodes[^1].State, Scrutiny.Whole);
            tally.Compare();
        }
    });

    private static IEnumerable<Reductions> All => ReductionLaws.Combinations.Prepend(Reductions.None);

    [Fact]
    public void An_honest_search_passes()
    {
        var tally = Law.Holds(Passes, 120);
        Assert.True(Law.IsAlone || (tally["whole"] > 1000 && tally["sample"] > 100), tally.ToString());
    }

    [Fact]
    public void A_search_of_another_model_is_not_confirmed()
    {
        var tally = Law.Holds(Refuses, 60);
        Assert.True(Law.IsAlone || (tally["refused"] > 60 && tally["same"] > 10), tally.ToString());
    }

    [Fact]
    public void A_state_that_was_not_visited_is_missed()
    {
        var tally = Law.Holds(Misses, 100);
        Assert.True(Law.IsAlone || tally["next"] > 100, tally.ToString());
    }

    [Fact]
    public void An_honest_search_on_disk_passes() => Law.Holds(60, toy =>
    {
        using var directory = new TestDirectory();
        var engine = new ExplicitEngine
        {
            Tuning = new StorageTuning { MaxHeld = 1 + (toy.Nodes.Count / 3), MinCapacity = 64, MaxRuns = 3, BufferStates = 2 },
        };
        var run = Plain with { Scrutiny = Scrutiny.Whole, SpillDirectory = directory.Path };
        foreach (var property in toy.Interpreter.Model.Properties.Where(p => p is not Property.LeadsTo))
        {
            if (Oracle.Of(toy, property) is { Errors.IsEmpty: true, Level: null })
            {
                Assert.Equal(toy.Nodes.Count, engine.Decide(toy.Interpreter.Model, property, run).Evidence.Checked!.States);
            }
        }
    });

    private static void Compare(Sample sample, Toy other, Property property, Tally tally)
    {
        if (Attempt(other.Interpreter.Model, property, Plain) is not { } verdict || !IsByExhaustion(verdict, property))
        {
            return;
        }

        var visited = new StateList(other.Nodes.Select(node => node.State));
        Checked? Check() => SearchCheck.Check(
            sample.Model, property, verdict.Evidence, Plain with { Scrutiny = Scrutiny.Whole }, visited);
        var isTrue = sample.OracleOf(property) is { Errors.IsEmpty: true, Level: null };
        if (isTrue && TextOf(sample.Toy) == TextOf(other))
        {
            Assert.True(Check()!.IsWhole);
            tally.Note("same");
        }
        else if (!isTrue || !sample.Toy.RuleCounts.SequenceEqual(other.RuleCounts)
            || !sample.Toy.Nodes.Select(n => n.State).ToHashSet().SetEquals(other.Nodes.Select(n => n.State)))
        {
            Assert.Throws<UnreachableException>(Check);
            tally.Note("refused");
        }

        tally.Compare();
    }

    // The model without one guard, with one guard never true, or without one update, as if a rule or an update were
    // lost.
    private static IEnumerable<Model> Others(Model model)
    {
        for (var i = 0; i < model.Rules.Length; i++)
        {
            var rule = model.Rules[i];
            var (always, never) = (new Expr.Literal(Sort.Bool, 1), new Expr.Literal(Sort.Bool, 0));
            List<Rule> changed = [rule with { Guard = always }, rule with { Guard = never }];
            changed.AddRange(rule.Updates.Select(update => rule with { Updates = rule.Updates.Remove(update) }));
            foreach (var other in changed)
            {
                yield return model.With(model.Rules.SetItem(i, other));
            }
        }
    }

    private static bool IsByExhaustion(Verdict verdict, Property property) => property is Property.Reachable
        ? verdict is Verdict.Refuted
        : verdict is Verdict.Proved;

    private static string TextOf(Toy toy) => string.Join('\n', toy.Nodes.Select(node =>
        $"{node.Level} {Text(node.State)}: {string.Join("; ", node.Next.Select(next => $"{next.Step.Rule} {Text(next.To.State)}"))}"));

    private static string Text(State state) => string.Join(',', state.Values);

    // Null if the model is undefined or does not allow the reduction.
    private static Verdict? Attempt(Model model, Property property, EngineOptions run)
    {
        try
        {
            return new ExplicitEngine().Decide(model, property, run);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }
}
