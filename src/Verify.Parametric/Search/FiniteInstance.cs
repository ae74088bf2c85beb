using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;
using Verify.Semantics;
using Verify.Solvers;

namespace Verify.Parametric.Search;

/// <summary>A counterexample to induction: a step from a state of an invariant to a state outside of it.</summary>
/// <param name="Before">The state before the step, which need not be reachable.</param>
/// <param name="Step">The step; null if the state itself is the counterexample.</param>
/// <param name="After">The state after the step; null if there is no step, or if the state is undefined.</param>
public sealed record CounterexampleToInduction(State Before, Step? Step, State? After);

/// <summary>
/// Encodes the states and steps of one instance for a solver. All quantifiers are expanded, so that the solver decides
/// every query, and each answer is converted to a state of the interpreter.
/// </summary>
public sealed class FiniteInstance
{
    private readonly ISolver solver;
    private readonly Dictionary<Symbol, StateSymbol> leaves;
    private readonly Dictionary<string, string> steps = new(StringComparer.Ordinal);
    private readonly List<(StateSymbol Leaf, ImmutableArray<Formula> Arguments, string Atom)> atoms = [];
    private readonly Grounding grounding;
    private int names;

    /// <summary>Declares the states of an instance.</summary>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    public FiniteInstance(FirstOrderModel model, ISolver solver)
    {
        (Model, this.solver) = (model, solver);
        leaves = model.Signature.Leaves.ToDictionary(leaf => leaf.Symbol);
        grounding = new Grounding(model.Signature.SizeOf, Atom);
        solver.Send("(set-option :produce-models true)\n(set-option :produce-unsat-assumptions true)\n(set-logic ALL)\n");
        DeclareSorts();
        var text = new StringBuilder();
        foreach (var leaf in model.Signature.Leaves)
        {
            foreach (var arguments in ArgumentsOf(leaf))
            {
                var atom = SmtText.Quoted(AtomName(leaf.Symbol, arguments));
                atoms.Add((leaf, arguments, atom));
                text.Append(CultureInfo.InvariantCulture, $"(declare-const {atom} {SmtText.Quoted(leaf.Symbol.Sort.Name)})\n");
            }
        }

        solver.Send(text.ToString());
        foreach (var axiom in model.Signature.Typing().Concat(model.Signature.Leaves.SelectMany(Exists)))
        {
            solver.Send($"(assert {grounding.Of(axiom)})");
        }
    }

    /// <summary>The model of the instance.</summary>
    public FirstOrderModel Model { get; }

    /// <summary>A name for a condition on states, for use in queries.</summary>
    public string Name(Formula condition)
    {
        var name = $"q{names++}";
        DeclareSorts();
        solver.Send($"(declare-const {name} Bool)\n(assert (=> {name} {grounding.Of(condition)}))");
        return name;
    }

    /// <summary>A name for a condition on the state after a step.</summary>
    public string NameAfter(FirstOrderRule rule, ImmutableArray<Value> arguments, Formula condition) =>
        Name(With(rule, arguments, condition));

    /// <summary>A name for the condition that a step is enabled.</summary>
    public string NameStep(FirstOrderRule rule, ImmutableArray<Value> arguments)
    {
        var key = $"{rule.Rule.Name}({string.Join(",", arguments)})";
        if (!steps.TryGetValue(key, out var name))
        {
            steps[key] = name = Name(With(rule, arguments, Formula.And([.. rule.Facts, rule.Guard])));
        }

        return name;
    }

    /// <summary>A state that satisfies some named conditions; null if there is none.</summary>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    public State? Find(IEnumerable<string> conditions)
    {
        switch (solver.CheckSat($"(check-sat-assuming ({string.Join(' ', conditions)}))"))
        {
            case Satisfiability.Unsat:
                return null;
            case Satisfiability.Unknown:
                throw new SolverException(SolverFailure.Garbage, $"{solver.Identity} answers 'unknown' to a finite query");
        }

        var values = solver.ValuesOf([.. atoms.Select(atom => atom.Atom)]);
        var image = new Dictionary<(Symbol, string), int>();
        for (var i = 0; i < atoms.Count; i++)
        {
            image[(atoms[i].Leaf.Symbol, string.Join(' ', atoms[i].Arguments))] = NumberOf(atoms[i].Leaf.Symbol.Sort, values[i]);
        }

        return Model.Signature.StateOf((symbol, arguments) => image[(symbol, string.Join(' ', arguments))]);
    }

    /// <summary>All arguments of a rule up to permutations of identities.</summary>
    public static IEnumerable<ImmutableArray<Value>> DistinctArguments(Rule rule) =>
        Interpreter.ArgumentsOf(rule.Parameters).Where(arguments => IsFirstOfItsKind(rule, arguments));

    private static bool IsFirstOfItsKind(Rule rule, ImmutableArray<Value> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (rule.Parameters[i].Sort is Sort.ScalarSet sort)
            {
                var seen = Enumerable.Range(0, i).Where(j => rule.Parameters[j].Sort.Equals(sort))
                    .Select(j => arguments[j].Number + 1).DefaultIfEmpty(0).Max();
                if (arguments[i].Number > seen)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static Formula With(FirstOrderRule rule, ImmutableArray<Value> arguments, Formula condition)
    {
        var values = rule.Parameters.Zip(arguments).ToDictionary(pair => pair.First, pair =>
            Formula.Of(pair.First.Sort, pair.Second.Number));
        // Each step has its own constants for the content of options.
        foreach (var witness in rule.Witnesses)
        {
            values[witness] = Formula.Apply(
                new Symbol($"{witness.Name} {rule.Rule.Name}({string.Join(",", arguments)})", [], witness.Sort));
        }

        return FormulaTraversal.Replace(condition, values);
    }

    private Formula Atom(Symbol symbol, ImmutableArray<Formula> arguments)
    {
        if (!leaves.ContainsKey(symbol))
        {
            Declare(symbol);
            return Formula.Apply(symbol);
        }

        return Formula.Apply(new Symbol(AtomName(symbol, arguments), [], symbol.Sort));
    }

    private readonly HashSet<string> declared = new(StringComparer.Ordinal);
    private readonly HashSet<string> sorts = new(StringComparer.Ordinal);

    // A condition may be the first to use a sort.
    private void DeclareSorts()
    {
        foreach (var sort in Model.Signature.Sorts.Where(sort => sorts.Add(sort.Name)))
        {
            var members = sort.IsIdentity
                ? Enumerable.Range(0, Model.Signature.SizeOf(sort)).Select(i => Formula.Of(sort, i).ToString())
                : sort.Members.Select((_, i) => Formula.Of(sort, i).ToString());
            solver.Send($"(declare-datatypes (({SmtText.Quoted(sort.Name)} 0)) (({string.Join(' ', members.Select(m => $"({m})"))})))");
        }
    }

    private void Declare(Symbol constant)
    {
        if (declared.Add(constant.Name))
        {
            solver.Send($"(declare-const {SmtText.Quoted(constant.Name)} {SmtText.Quoted(constant.Sort.Name)})");
        }
    }

    private static string AtomName(Symbol symbol, ImmutableArray<Formula> arguments) =>
        arguments.IsEmpty ? symbol.Name : $"{symbol.Name} {string.Join(' ', arguments.Select(a => ((Formula.Constant)a).Number))}";

    // A non-empty option has content; for a finite instance this can be stated for all keys.
    private IEnumerable<Formula> Exists(StateSymbol leaf)
    {
        if (leaf.Kind == StateSymbolKind.Relation)
        {
            ImmutableArray<Formula.Variable> keys =
                [.. leaf.Keys.Select((key, i) => FormulaTraversal.Variable($"?k{i + 1}", Model.Signature.LogicOf(key)))];
            var value = FormulaTraversal.Variable("?v", Model.Signature.LogicOf(leaf.Sort));
            yield return Formula.Quantify(true, keys, Formula.Implies(
                Formula.Apply(leaf.Flag!.Symbol, [.. keys.Take(leaf.Flag.Keys.Length)]),
                Formula.Quantify(false, [value], Formula.Apply(leaf.Symbol, [.. keys, value]))));
        }
    }

    private IEnumerable<ImmutableArray<Formula>> ArgumentsOf(StateSymbol leaf)
    {
        var sorts = leaf.Kind == StateSymbolKind.Relation ? leaf.Keys.Add(leaf.Sort) : leaf.Keys;
        IEnumerable<ImmutableArray<Formula>> all = [[]];
        return sorts.Aggregate(all, (some, sort) => some.SelectMany(arguments => Value.All(sort)
            .Select(value => arguments.Add(Formula.Of(Model.Signature.LogicOf(sort), value.Number)))));
    }

    private static int NumberOf(LogicSort sort, SExpr value)
    {
        if (sort == LogicSort.Truth)
        {
            return value.Is("true") ? 1 : 0;
        }

        if (sort == LogicSort.Number)
        {
            return value.IsList
                ? -int.Parse(value.Items[1].Text!, CultureInfo.InvariantCulture)
                : int.Parse(value.Text!, CultureInfo.InvariantCulture);
        }

        var count = sort.IsIdentity ? int.MaxValue : sort.Members.Length;
        var bare = value.Bare;
        if (sort.IsIdentity)
        {
            return int.Parse(bare.AsSpan(bare.LastIndexOf('!') + 1), CultureInfo.InvariantCulture);
        }

        for (var i = 0; i < count; i++)
        {
            if (SmtText.Quoted(SmtText.MemberOf(sort, i)) is var name && (name == value.Text || name == bare || name == $"|{bare}|"))
            {
                return i;
            }
        }

        throw new SolverException(SolverFailure.Garbage, $"'{value}' is not a value of '{sort.Name}'");
    }
}
