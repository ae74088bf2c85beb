using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;
using Verify.Parametric.Obligations;
using Verify.Semantics;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Lowering;

/// <summary>
/// The obligations of an invariant, evaluated without a solver: if the interpreter finds an error in a state of the
/// invariant, or in a step out of it, the corresponding obligation fails.
/// </summary>
public sealed class ObligationLaws
{
    private const int MaxNodes = 10;
    private const int Others = 4;
    private const int MaxWays = 3000; // to give constants values

    internal static readonly Law Fail = new(
        typeof(ObligationLaws), nameof(Where_something_is_wrong_an_obligation_fails), 3, (sample, tally) =>
        {
            foreach (var property in sample.Model.Properties.OfType<Property.Always>())
            {
                foreach (var conjuncts in (ImmutableArray<Conjunct>[])[[], [Of(property)], [.. All(sample.Model).Select(Of)]])
                {
                    if (ObligationsOf(sample.Model, conjuncts, property) is { } obligations)
                    {
                        new Comparison(sample, obligations, tally).Compare();
                    }
                    else
                    {
                        tally.Note("refused");
                    }
                }
            }
        });

    [Fact]
    public void Where_something_is_wrong_an_obligation_fails()
    {
        var tally = Law.Holds(Fail, 250);
        var families = Law.Holds(Fail, 150, ModelSource.Family);
        string[] some = ["starts", "holds", "property defined", "witness defined", "guard", "step", "stays"];
        Assert.True(Law.IsAlone || some.All(word => families[word] > 5), $"{families}");
        Assert.True(Law.IsAlone || (tally["step"] > 50 && tally["stays"] > 50), $"{tally}");
    }

    private static IEnumerable<Property.Always> All(Model model) => model.Properties.OfType<Property.Always>();

    private static Conjunct Of(Property.Always property) => new(property.Name, property.Holds, property.Where);

    private static InvariantObligations? ObligationsOf(Model model, ImmutableArray<Conjunct> conjuncts, Property.Always property)
    {
        try
        {
            return new InvariantObligations(new FirstOrderModel(model), conjuncts, property);
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.NotGeneric)
        {
            return null;
        }
    }

    /// <summary>
    /// The interpreter's results for states and steps, compared with the obligations of one invariant.
    /// </summary>
    private sealed class Comparison(Sample sample, InvariantObligations obligations, Tally tally)
    {
        private readonly Interpreter interpreter = sample.Interpreter;
        private readonly Signature signature = obligations.Model.Signature;

        public void Compare()
        {
            foreach (var node in sample.Toy.Nodes.Where(node => node.Level == 0))
            {
                foreach (var conjunct in obligations.Conjuncts.Where(conjunct => !Holds(node.State, conjunct)))
                {
                    Expect("starts", node.State, null, one => one.Kind == ObligationKind.Starts && one.Conjunct == conjunct);
                }
            }

            foreach (var state in MeaningLaws.StatesOf(sample, MaxNodes, Others)
                .Where(state => obligations.Conjuncts.All(conjunct => Holds(state, conjunct))))
            {
                CompareState(state);
                CompareSteps(state);
                tally.Compare();
            }
        }

        private void CompareState(State state)
        {
            var property = obligations.Property;
            switch (Answer(() => interpreter.Holds(state, property.Holds, property.Where)))
            {
                case null:
                    Expect("property defined", state, null, one => one.Kind == ObligationKind.Suffices && one.Witness is null);
                    break;
                case false:
                    Expect("holds", state, null, one => one.Kind == ObligationKind.Suffices && one.Witness is null);
                    break;
            }

            foreach (var witness in sample.Model.Properties.OfType<Property.Reachable>()
                .Where(witness => Answer(() => interpreter.Holds(state, witness.Holds, witness.Where)) is null))
            {
                Expect("witness defined", state, null, one => one.Kind == ObligationKind.Suffices && one.Witness == witness);
            }
        }

        private void CompareSteps(State state)
        {
            foreach (var (index, rule) in obligations.Model.Rules.Index())
            {
                foreach (var arguments in Interpreter.ArgumentsOf(rule.Rule.Parameters))
                {
                    var step = new Step(index, arguments);
                    bool IsOfRule(Obligation one, ObligationKind kind) => one.Kind == kind && one.Rule == rule;
                    State? after = null;
                    switch (Answer(() => interpreter.IsEnabled(state, step)))
                    {
                        case null:
                            Expect("guard", state, step, one => IsOfRule(one, ObligationKind.Defined));
                            break;
                        case true when Answer(() => (after = interpreter.Successor(state, step)) is not null) is null:
                            Expect("step", state, step, one => IsOfRule(one, ObligationKind.Defined));
                            break;
                        case true:
                            foreach (var conjunct in obligations.Conjuncts.Where(conjunct => !Holds(after!, conjunct)))
                            {
                                Expect("stays", state, step, one => IsOfRule(one, ObligationKind.Stays) && one.Conjunct == conjunct);
                            }

                            break;
                    }
                }
            }
        }

        private void Expect(string word, State state, Step? step, Func<Obligation, bool> isAboutIt)
        {
            tally.Note(word);
            var about = obligations.All.Where(isAboutIt).ToList();
            Assert.True(about.Exists(one => Fails(one, state, step)),
                $"{word}: of {about.Count} obligations none fails in {state}{(step is null ? "" : $" at rule {step.Rule}")}");
        }

        // Whether there is a way to give constants values so that what is assumed holds and the goal does not. Where there are
        // too many ways to look at all, it is taken to.
        private bool Fails(Obligation obligation, State state, Step? step)
        {
            var image = new StateImage(signature, state);
            var known = obligation.Rule is null ? []
                : obligation.Rule.Parameters.Zip(step!.Arguments)
                    .ToDictionary(pair => pair.First, pair => Formula.Of(pair.First.Sort, pair.Second.Number));
            ImmutableArray<Symbol> free = [.. obligation.Rule?.Witnesses ?? [], .. obligation.Constants];
            if (free.Any(symbol => symbol.Sort == LogicSort.Number)
                || free.Aggregate(1L, (ways, symbol) => ways * CountOf(symbol.Sort)) > MaxWays)
            {
                tally.Note("too many");
                return true;
            }

            IEnumerable<Formula> facts = [.. obligation.Rule?.Facts ?? [], .. obligation.Assumed];
            bool IsBroken(Dictionary<Symbol, Formula> constants)
            {
                var grounding = new Grounding(signature.SizeOf,
                    (symbol, arguments) => constants.TryGetValue(symbol, out var value) ? value : image.Of(symbol, arguments));
                return facts.All(grounding.Holds) && !grounding.Holds(obligation.Goal);
            }

            return Ways(known, free).Any(IsBroken);
        }

        private IEnumerable<Dictionary<Symbol, Formula>> Ways(Dictionary<Symbol, Formula> known, ImmutableArray<Symbol> free) =>
            free.Aggregate((IEnumerable<Dictionary<Symbol, Formula>>)[known], (ways, symbol) => ways.SelectMany(way =>
                Enumerable.Range(0, CountOf(symbol.Sort)).Select(number =>
                    new Dictionary<Symbol, Formula>(way) { [symbol] = Formula.Of(symbol.Sort, number) })));

        private int CountOf(LogicSort sort) => sort.IsIdentity ? signature.SizeOf(sort) : sort.Members.Length;

        // A conjunct is a formula, which is total.
        private bool Holds(State state, Conjunct conjunct) => new Grounding(signature.SizeOf, new StateImage(signature, state).Of)
            .Holds(obligations.Model.Holds(conjunct.Holds, conjunct.Where));

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
    }
}
