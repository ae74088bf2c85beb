using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;
using Verify.Semantics;

namespace Verify.Tests.Laws.Oracles;

/// <summary>Compares the formulas of a model with the interpreter on states of the same sizes.</summary>
internal sealed class FirstOrderComparison(FirstOrderModel logic)
{
    private static readonly Dictionary<Symbol, Formula> NoConstants = [];

    private readonly Interpreter interpreter = new(logic.Model);

    /// <summary>The number of compared steps, including disabled ones.</summary>
    public int Steps { get; private set; }

    /// <summary>The number of undefined steps among them.</summary>
    public int Undefined { get; private set; }

    /// <summary>Compares the initial states with those that the formulas describe.</summary>
    public void CompareInitially()
    {
        CompareCandidates();
        foreach (var state in interpreter.InitialStates())
        {
            var image = new StateImage(logic.Signature, state);
            var grounding = In(image, NoConstants);
            Assert.All(logic.StartConditions, condition => Assert.True(grounding.Holds(condition)));
            foreach (var (leaf, start) in logic.Initial)
            {
                foreach (var arguments in Arguments(leaf))
                {
                    Assert.Equal(image.Of(leaf.Symbol, arguments).ToString(), grounding.Of(Formula.Apply(start, arguments)).ToString());
                }
            }
        }
    }

    // A candidate is an initial state if and only if the conditions hold there, whatever the leaves without a known start.
    private void CompareCandidates()
    {
        if (logic.StartConditions.IsEmpty || interpreter.InitialCount > 500)
        {
            return;
        }

        var starts = interpreter.InitialStates().ToHashSet();
        var model = logic.Model;
        IEnumerable<ImmutableArray<Value>> all = [[]];
        foreach (var (variable, fixedStart) in model.Variables.Zip(starts.First().Values))
        {
            var own = variable.Initially is null ? Value.All(variable.Sort) : [fixedStart];
            all = all.SelectMany(some => own.Select(value => some.Add(value)));
        }

        foreach (var candidate in all.Select(values => new State(values)))
        {
            var grounding = In(new StateImage(logic.Signature, candidate), NoConstants);
            Assert.Equal(starts.Contains(candidate), logic.StartConditions.All(grounding.Holds));
            Candidates++;
        }

        var least = new State([.. model.Variables.Zip(starts.First().Values, (variable, start) =>
            variable.Initially is null ? Value.All(variable.Sort).First() : start)]);
        if (In(new StateImage(logic.Signature, least), NoConstants).Holds(logic.HasLeastStart))
        {
            Assert.Contains(least, starts);
        }
    }

    /// <summary>The number of compared candidates for initial states.</summary>
    public int Candidates { get; private set; }

    /// <summary>Every rule with all arguments, and what every property asks of a state, in one state.</summary>
    public void Compare(State state)
    {
        var image = new StateImage(logic.Signature, state);
        foreach (var axiom in logic.Signature.Typing())
        {
            Assert.True(In(image, NoConstants).Holds(axiom), $"a state is not as its sorts say: {axiom}");
        }

        foreach (var property in logic.Model.Properties)
        {
            foreach (var predicate in property.Predicates)
            {
                ComparePredicate(state, image, predicate, property.Where);
            }
        }

        for (var rule = 0; rule < logic.Rules.Length; rule++)
        {
            foreach (var arguments in Interpreter.ArgumentsOf(logic.Model.Rules[rule].Parameters))
            {
                Steps++;
                CompareStep(state, image, new Step(rule, arguments));
            }
        }
    }

    // What is called defined is: the interpreter says so too, and the same.
    private void ComparePredicate(State state, StateImage image, Expr predicate, SourceLocation where)
    {
        try
        {
            var (holds, isDefined) = (logic.Holds(predicate, where), logic.IsDefined(predicate, where));
            if (In(image, NoConstants).Holds(isDefined))
            {
                Assert.Equal(interpreter.Holds(state, predicate, where), In(image, NoConstants).Holds(holds));
            }
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.NotGeneric)
        {
            // A property that cannot be expressed for every size is rejected, so nothing is compared.
        }
    }

    private void CompareStep(State state, StateImage image, Step step)
    {
        var rule = logic.Rules[step.Rule];
        var constants = rule.Parameters.Zip(step.Arguments)
            .ToDictionary(pair => pair.First, pair => Formula.Of(pair.First.Sort, pair.Second.Number));
        foreach (var (witness, fact) in rule.Witnesses.Zip(rule.Facts.TakeLast(rule.Witnesses.Length)))
        {
            // One of the elements is the content of the option; if the option is empty, any element will do.
            var elements = Enumerable.Range(0, SizeOf(witness.Sort)).Select(i => Formula.Of(witness.Sort, i));
            constants[witness] = elements.First(element => In(image, With(constants, witness, element)).Holds(fact));
        }

        var grounding = In(image, constants);
        if (!grounding.Holds(rule.IsGuardDefined))
        {
            Undefined++;
            return;
        }

        var isEnabled = interpreter.IsEnabled(state, step);
        Assert.Equal(isEnabled, grounding.Holds(rule.Guard));
        if (!isEnabled)
        {
            return;
        }

        if (!grounding.Holds(rule.AreUpdatesDefined))
        {
            Undefined++;
            return;
        }

        var after = new StateImage(logic.Signature, interpreter.Successor(state, step));
        foreach (var leaf in logic.Signature.Leaves)
        {
            var symbol = rule.After.TryGetValue(leaf.Symbol.Name, out var change) ? change.After : leaf.Symbol;
            foreach (var arguments in Arguments(leaf))
            {
                Assert.Equal(after.Of(leaf.Symbol, arguments).ToString(), grounding.Of(Formula.Apply(symbol, arguments)).ToString());
            }
        }
    }

    private Grounding In(StateImage image, Dictionary<Symbol, Formula> constants) => new(SizeOf,
        (symbol, arguments) => constants.TryGetValue(symbol, out var value) ? value : image.Of(symbol, arguments));

    private static Dictionary<Symbol, Formula> With(Dictionary<Symbol, Formula> constants, Symbol symbol, Formula value) =>
        new(constants) { [symbol] = value };

    private int SizeOf(LogicSort sort) => Scalars.First(scalar => scalar.Name == sort.Name).ScalarCount;

    private IEnumerable<Sort.ScalarSet> Scalars => logic.Signature.Scalars;

    private IEnumerable<ImmutableArray<Formula>> Arguments(StateSymbol leaf)
    {
        var sorts = leaf.Kind == StateSymbolKind.Relation ? leaf.Keys.Add(leaf.Sort) : leaf.Keys;
        IEnumerable<ImmutableArray<Formula>> all = [[]];
        return sorts.Aggregate(all, (some, sort) => some.SelectMany(arguments =>
            Value.All(sort).Select(value => arguments.Add(Formula.Of(logic.Signature.LogicOf(sort), value.Number)))));
    }
}
