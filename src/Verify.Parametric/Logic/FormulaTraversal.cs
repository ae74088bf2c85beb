using System.Collections.Immutable;

namespace Verify.Parametric.Logic;

/// <summary>Collects the symbols of formulas and substitutes in them.</summary>
public static class FormulaTraversal
{
    /// <summary>
    /// The symbols in some formulas and in the definitions of these symbols; a symbol comes after those that its
    /// definition uses.
    /// </summary>
    public static IEnumerable<Symbol> Symbols(IEnumerable<Formula> formulas)
    {
        var found = new List<Symbol>();
        var seen = new HashSet<Symbol>();
        foreach (var formula in formulas)
        {
            Collect(formula, seen, found);
        }

        return found;
    }

    /// <summary>
    /// Replaces the variables of the outer universal quantifiers by fresh constants, which is enough to prove the
    /// formula.
    /// </summary>
    /// <param name="goal">The formula.</param>
    /// <param name="constants">Receives the constants.</param>
    public static Formula Strip(Formula goal, List<Symbol> constants)
    {
        switch (goal)
        {
            case Formula.Quantified { IsForAll: true } forAll:
                var values = new Dictionary<string, Formula>(StringComparer.Ordinal);
                foreach (var variable in forAll.Over)
                {
                    var constant = new Symbol($"$x{constants.Count + 1}", [], variable.Sort);
                    constants.Add(constant);
                    values[variable.Name] = Formula.Apply(constant);
                }

                return Strip(Replace(forAll.Body, values), constants);
            case Formula.Operation { Operator: Operator.Implies } implies:
                return Formula.Implies(implies.Operands[0], Strip(implies.Operands[1], constants));
            case Formula.Operation { Operator: Operator.Or } or:
                return Formula.Or(or.Operands.Select(operand => Strip(operand, constants)));
            default:
                return goal;
        }
    }

    /// <summary>Creates a variable of a definition or quantifier.</summary>
    public static Formula.Variable Variable(string name, LogicSort sort) => new(name, sort);

    /// <summary>Substitutes values for some constants in a formula and in the definitions of its symbols.</summary>
    public static Formula Replace(Formula formula, IReadOnlyDictionary<Symbol, Formula> values)
    {
        switch (formula)
        {
            case Formula.Application { Arguments: [] } constant when values.TryGetValue(constant.Symbol, out var value):
                return value;
            case Formula.Application application:
                ImmutableArray<Formula> arguments = [.. application.Arguments.Select(a => Replace(a, values))];
                return Formula.Apply(Replace(application.Symbol, values), arguments);
            case Formula.Operation operation:
                return Rebuild(operation, [.. operation.Operands.Select(o => Replace(o, values))]);
            case Formula.Quantified quantified:
                return Formula.Quantify(quantified.IsForAll, quantified.Over, Replace(quantified.Body, values));
            default:
                return formula;
        }
    }

    private static Symbol Replace(Symbol symbol, IReadOnlyDictionary<Symbol, Formula> values) =>
        symbol.Definition is not { } definition ? symbol : new Symbol(symbol.Name, symbol.Arguments, symbol.Sort)
        {
            Definition = (definition.Parameters, Replace(definition.Body, values)),
        };

    private static Formula Rebuild(Formula.Operation operation, ImmutableArray<Formula> operands) => operation.Operator switch
    {
        Operator.Not => Formula.Not(operands[0]),
        Operator.And => Formula.And(operands),
        Operator.Or => Formula.Or(operands),
        Operator.Implies => Formula.Implies(operands[0], operands[1]),
        Operator.Equal => Formula.Equal(operands[0], operands[1]),
        Operator.If => Formula.If(operands[0], operands[1], operands[2]),
        Operator.AtMost => Formula.AtMost(operands[0], operands[1]),
        _ => Formula.Sum(operation.Operator == Operator.Minus, operands[0], operands[1]),
    };

    private static Formula Replace(Formula formula, Dictionary<string, Formula> values)
    {
        switch (formula)
        {
            case Formula.Variable variable:
                return values.GetValueOrDefault(variable.Name, variable);
            case Formula.Application application:
                return Formula.Apply(application.Symbol, [.. application.Arguments.Select(a => Replace(a, values))]);
            case Formula.Operation operation:
                return Rebuild(operation, [.. operation.Operands.Select(o => Replace(o, values))]);
            case Formula.Quantified quantified:
                var inner = new Dictionary<string, Formula>(values, StringComparer.Ordinal);
                foreach (var variable in quantified.Over)
                {
                    inner.Remove(variable.Name);
                }

                return Formula.Quantify(quantified.IsForAll, quantified.Over, Replace(quantified.Body, inner));
            default:
                return formula;
        }
    }

    private static void Collect(Formula formula, HashSet<Symbol> seen, List<Symbol> found)
    {
        switch (formula)
        {
            case Formula.Application application:
                foreach (var argument in application.Arguments)
                {
                    Collect(argument, seen, found);
                }

                if (seen.Add(application.Symbol))
                {
                    if (application.Symbol.Definition is { } definition)
                    {
                        Collect(definition.Body, seen, found);
                    }

                    found.Add(application.Symbol);
                }

                break;
            case Formula.Operation operation:
                foreach (var operand in operation.Operands)
                {
                    Collect(operand, seen, found);
                }

                break;
            case Formula.Quantified quantified:
                Collect(quantified.Body, seen, found);
                break;
        }
    }
}
