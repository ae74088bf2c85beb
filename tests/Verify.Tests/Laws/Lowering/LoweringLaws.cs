using Verify.Lowering;
using Verify.Semantics;
using Verify.Solvers.Smt;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Lowering;

/// <summary>
/// The terms of the search and of the solvers against the interpreter; the terms are evaluated, not compiled.
/// </summary>
public sealed class LoweringLaws
{
    internal static readonly Law Terms = new(typeof(LoweringLaws), nameof(Terms_say_what_the_interpreter_does), 1, (sample, tally) =>
    {
        if (!HasStart(sample))
        {
            return;
        }

        var lowered = new LoweredModel(sample.Model);
        var predicates = sample.Model.Properties.SelectMany(property =>
            MeaningLaws.Predicates(property).Select(expr => (Expr: expr, property.Where, Lowered: lowered.Lower(expr)))).ToList();
        foreach (var state in MeaningLaws.StatesOf(sample, 15, 4))
        {
            var codes = lowered.Shape.Encode(state);
            Assert.Equal(state, lowered.Shape.Decode(codes));
            var value = new TermValue(leaf => codes[leaf]);
            foreach (var (expr, where, predicate) in predicates)
            {
                var expected = Answer(() => sample.Interpreter.Holds(state, expr, where));
                Assert.Equal(expected, value.Holds(predicate.IsDefined) ? value.Holds(predicate.Holds) : null);
                tally.Compare();
            }

            CompareSteps(sample, lowered, state, value, tally);
        }
    });

    internal static readonly Law Systems = new(
        typeof(LoweringLaws), nameof(A_transition_system_steps_as_the_interpreter_does), 4, (sample, tally) =>
    {
        if (!HasStart(sample))
        {
            return;
        }

        foreach (var property in sample.OfStates)
        {
            var system = new TransitionSystem(sample.Model, property);
            foreach (var node in sample.Toy.Nodes.Take(8))
            {
                CompareState(sample, system, node, tally);
            }
        }
    })
    { IsOfUndefined = false };

    [Fact]
    public void Terms_say_what_the_interpreter_does()
    {
        var tally = Law.Holds(Terms, 600);
        Assert.True(Law.IsAlone || (tally.Compared > 10_000 && tally["undefined"] > 100 && tally["taken"] > 1000), $"{tally}");
    }

    [Fact]
    public void A_transition_system_steps_as_the_interpreter_does()
    {
        var tally = Law.Holds(Systems, 300);
        Assert.True(Law.IsAlone || tally.Compared > 10_000, $"{tally}");
    }

    // A model that is undefined at the start may not be lowered.
    private static bool HasStart(Sample sample) => sample.Toy.Nodes.Count > 0;

    private static void CompareSteps(Sample sample, LoweredModel lowered, State state, TermValue value, Tally tally)
    {
        var rules = lowered.Rules.ToDictionary(rule => (rule.Rule, string.Join(' ', rule.Arguments)));
        for (var index = 0; index < sample.Model.Rules.Length; index++)
        {
            var parameters = sample.Model.Rules[index].Parameters;
            foreach (var arguments in Interpreter.ArgumentsOf(parameters))
            {
                var step = new Step(index, arguments);
                var codes = string.Join(' ', arguments.Select((argument, i) => argument.CodeIn(parameters[i].Sort)));
                var isEnabled = Answer(() => sample.Interpreter.IsEnabled(state, step));
                tally.Compare();
                if (!rules.TryGetValue((index, codes), out var rule))
                {
                    Assert.Equal(false, isEnabled);
                    continue;
                }

                Assert.Equal(isEnabled, value.Holds(rule.IsGuardDefined) ? value.Holds(rule.Guard) : null);
                if (isEnabled is true)
                {
                    CompareUpdates(sample, lowered, state, step, rule, value, tally);
                }
                else
                {
                    tally.Note("undefined", isEnabled is null);
                }
            }
        }
    }

    private static void CompareUpdates(
        Sample sample, LoweredModel lowered, State state, Step step, LoweredRule rule, TermValue value, Tally tally)
    {
        var after = Answer(() => sample.Interpreter.Successor(state, step));
        Assert.Equal(after is not null, value.Holds(rule.AreUpdatesDefined));
        if (after is null)
        {
            tally.Note("undefined");
            return;
        }

        var codes = lowered.Shape.Encode(state);
        var written = new HashSet<int>();
        foreach (var write in rule.Writes.Where(write => value.Holds(write.When)))
        {
            var leaf = write.Leaves[(int)value.Of(write.Index)];
            Assert.True(written.Add(leaf), "a leaf is written twice");
            codes[leaf] = (int)value.Of(write.Value);
        }

        Assert.Equal(after, lowered.Shape.Decode(codes));
        tally.Note("taken");
    }

    private static void CompareState(Sample sample, TransitionSystem system, Toy.Node node, Tally tally)
    {
        var codes = system.Lowered.Shape.Encode(node.State);
        var value = new TermValue(leaf => codes[leaf]);
        Assert.All(system.Shape, term => Assert.True(value.Holds(term)));
        Assert.DoesNotContain(system.UndefinedStep, value.Holds);
        // A cone may also start in states that agree with an initial state only inside of the cone; a node of level 0
        // is always initial.
        Assert.True(node.Level > 0 || system.Initial.All(value.Holds));
        if (!value.Holds(system.UndefinedQuestion))
        {
            Assert.Equal(sample.Toy.Decides(system.Property, node), system.Goal.All(value.Holds));
        }

        if (node.Level > 0 && system.Part is null)
        {
            // The state is as the fixed variables start, and yet it is not initial: a condition excludes it.
            var isFixed = system.FixedStarts.All(start => codes[start.Leaf] == start.Code);
            Assert.True(!isFixed || !system.StartConditions.All(value.Holds), "an initial state is not nearest to itself");
            tally.Note("excluded", isFixed ? 1 : 0);
        }

        foreach (var (step, to) in node.Next.Take(4))
        {
            var rule = system.Lowered.Rules.ToList().FindIndex(one => one.Rule == step.Rule
                && system.Lowered.ArgumentsOf(one).SequenceEqual(step.Arguments));
            if (rule >= 0)
            {
                CompareStep(system, codes, rule, system.Lowered.Shape.Encode(to.State));
                tally.Compare();
            }
        }
    }

    // The step exists and leads to that state, but not to states that differ from it in one part.
    private static void CompareStep(TransitionSystem system, int[] before, int rule, int[] after)
    {
        bool Leads(int[] to)
        {
            var value = new TermValue(leaf => leaf < system.RuleSelector ? before[leaf]
                : leaf == system.RuleSelector ? rule
                : to[system.Before(leaf)]);
            return system.Enabled.All(value.Holds) && system.Effect.All(value.Holds);
        }

        Assert.True(Leads(after));
        var now = new TermValue(leaf => leaf == system.RuleSelector ? rule : before[leaf]);
        foreach (var leaf in system.Variables)
        {
            Assert.Equal(after[leaf.Index], now.Of(system.NextOf(leaf.Index)));
            var other = (int[])after.Clone();
            other[leaf.Index] = (other[leaf.Index] + 1) % leaf.Codes;
            Assert.False(leaf.Index % 3 == rule % 3 && Leads(other), $"a step leads to two states that differ in '{leaf}'");
        }
    }

    private static bool? Answer(Func<bool> ask)
    {
        try
        {
            return ask();
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    private static State? Answer(Func<State> ask)
    {
        try
        {
            return ask();
        }
        catch (UserErrorException)
        {
            return null;
        }
    }
}
