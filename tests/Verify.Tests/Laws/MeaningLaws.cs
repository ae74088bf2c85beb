using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws;

/// <summary>The reference interpreter against a second implementation, in reachable states and in others.</summary>
public sealed class MeaningLaws
{
    private const int MaxNodes = 12;
    private const int Others = 4;

    internal static readonly Law SameTwice = new(
        typeof(MeaningLaws), nameof(The_interpreter_means_what_the_language_says), 1, (sample, tally) =>
    {
        CompareInitially(sample, tally);
        CompareStarts(sample, tally);
        foreach (var state in StatesOf(sample, MaxNodes, Others))
        {
            var plain = new PlainMeaning(sample.Model, [.. state.Values.Select(PlainMeaning.Plain)]);
            CompareSteps(sample, state, plain, tally);
            foreach (var expr in sample.Model.Properties.SelectMany(Predicates))
            {
                var expected = Answer(() => (int)plain.Of(expr, ImmutableDictionary<Binder, object>.Empty) == 1);
                Assert.Equal(expected, Answer(() => sample.Interpreter.Holds(state, expr, new SourceLocation("", 0))));
                tally.Compare();
            }
        }
    });

    [Fact]
    public void The_interpreter_means_what_the_language_says()
    {
        var tally = Law.Holds(SameTwice, 600);
        Assert.True(Law.IsAlone || (tally.Compared > 10_000 && tally["undefined"] > 100 && tally["taken"] > 1000), $"{tally}");
    }

    /// <summary>States for the comparison: some reachable ones and some random ones.</summary>
    internal static IEnumerable<State> StatesOf(Sample sample, int reachable, int others)
    {
        var every = Math.Max(1, sample.Toy.Nodes.Count / reachable);
        var random = new Prng((ulong)sample.Toy.Nodes.Count + ((ulong)sample.Model.Rules.Length << 20));
        return sample.Toy.Nodes.Where((_, i) => i % every == 0).Select(node => node.State)
            .Concat(Enumerable.Range(0, others).Select(_ =>
                new State([.. sample.Model.Variables.Select(variable => AnyOf(variable.Sort, random))])));
    }

    /// <summary>The predicates of a property.</summary>
    internal static IEnumerable<Expr> Predicates(Property property) => property switch
    {
        Property.Always p => [p.Holds],
        Property.Reachable p => [p.Holds],
        Property.NoDeadlock p => [p.MayRest],
        Property.LeadsTo p => [p.From, p.To],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A random value of any sort.</summary>
    internal static Value AnyOf(Sort sort, Prng random) => sort switch
    {
        Sort.Optional option => random.OneIn(3) ? Value.None(sort) : Value.Some(sort, AnyOf(option.Of, random)),
        Sort.Record record => Value.Of(sort, [.. record.Fields.Select(field => AnyOf(field.Sort, random))]),
        Sort.Mapping map => Value.Of(sort, [.. Value.All(map.Key).Select(_ => AnyOf(map.Value, random))]),
        _ => Value.All(sort).ElementAt(random.Below(sort.ScalarCount)),
    };

    private static void CompareInitially(Sample sample, Tally tally)
    {
        var plain = new PlainMeaning(sample.Model, []);
        foreach (var variable in sample.Model.Variables.Where(variable => variable.Initially is not null))
        {
            // Only of this variable, because an undefined one hides the others.
            var fitting = new Update([], true, new Expr.Read(variable), variable.Initially!, variable.Where);
            var rule = sample.Model.Rules[0] with { Updates = [fitting] };
            var only = rule with { Guard = true, Parameters = [], Shown = [], Actor = new Actor("x", null) };
            var alone = new Model("alone", [variable], [only],
                [new Property.Always("always", "", variable.Where, true)], [], null);
            var expected = Answer(() => new PlainMeaning(alone, [0]).After(rule, ImmutableDictionary<Binder, object>.Empty)[0]);
            var found = Answer(() => PlainMeaning.Plain(new Interpreter(alone).InitialStates().Single().Values[0]));
            AssertSame(expected, found);
            tally.Compare();
        }
    }

    // The initial states in order: all combinations of values that satisfy the conditions.
    private static void CompareStarts(Sample sample, Tally tally)
    {
        if (sample.Interpreter.InitialCount > 1000 || Answer(() => sample.Interpreter.InitialStates().First()) is not State first)
        {
            return;
        }

        IEnumerable<object[]> candidates = [[]];
        foreach (var (variable, value) in sample.Model.Variables.Zip(first.Values))
        {
            var starts = variable.Initially is null ? PlainMeaning.AllOf(variable.Sort).ToList() : [PlainMeaning.Plain(value)];
            candidates = candidates.SelectMany(some => starts.Select(start => (object[])[.. some, start]));
        }

        var expected = candidates.Where(state => sample.Model.StartConditions.All(start =>
            (int)new PlainMeaning(sample.Model, state).Of(start.Holds, ImmutableDictionary<Binder, object>.Empty) == 1)).ToList();
        var found = sample.Interpreter.InitialStates().ToList();
        Assert.Equal(expected.Count, found.Count);
        foreach (var (one, state) in expected.Zip(found))
        {
            AssertSame(one, state.Values.Select(PlainMeaning.Plain).ToArray());
            Assert.Equal(state, StartNumber.StateOf(sample.Interpreter, StartNumber.Of(sample.Interpreter, state)!.Value));
        }

        for (var i = 0; i < 4; i++)
        {
            Assert.Contains(sample.Interpreter.InitialState(new Prng((ulong)i).Below), found);
        }

        tally.Compare(found.Count);
        tally.Note("limited starts", sample.Model.StartConditions.IsEmpty ? 0 : found.Count);
        tally.Note("excluded starts", (int)sample.Interpreter.InitialCount - found.Count);
    }

    private static void CompareSteps(Sample sample, State state, PlainMeaning plain, Tally tally)
    {
        foreach (var (index, rule) in sample.Model.Rules.Index())
        {
            var all = Interpreter.ArgumentsOf(rule.Parameters).Zip(
                PlainMeaning.Extended(ImmutableDictionary<Binder, object>.Empty, rule.Parameters));
            foreach (var (arguments, bound) in all)
            {
                var step = new Step(index, arguments);
                var expected = Answer(() => plain.IsEnabled(rule, bound));
                Assert.Equal(expected, Answer(() => sample.Interpreter.IsEnabled(state, step)));
                tally.Compare();
                if (expected is not true)
                {
                    tally.Note("undefined", expected is string);
                    continue;
                }

                var after = Answer(() => plain.After(rule, bound));
                var found = Answer(() => sample.Interpreter.Successor(state, step).Values.Select(PlainMeaning.Plain).ToArray());
                AssertSame(after, found);
                tally.Note(after is string ? "undefined" : "taken");
            }
        }
    }

    private static void AssertSame(object expected, object found)
    {
        if (expected is string || found is string)
        {
            Assert.Equal(expected, found);
        }
        else
        {
            Assert.True(PlainMeaning.Same(expected, found), "the interpreter comes to another value");
        }
    }

    // The value, or the code of the error.
    private static object Answer<T>(Func<T> ask) where T : notnull
    {
        try
        {
            return ask();
        }
        catch (UserErrorException e)
        {
            return e.Diagnostic.Code.Id;
        }
        catch (PlainMeaning.UndefinedException e)
        {
            return e.Code;
        }
    }
}
