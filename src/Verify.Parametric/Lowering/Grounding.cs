using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Lowering;

/// <summary>
/// Expands formulas over universes of known sizes: quantifiers become connectives, and definitions are unfolded.
/// </summary>
/// <param name="sizeOf">The number of elements of an identity sort.</param>
/// <param name="valueOf">The value of an undefined symbol at constant arguments.</param>
public sealed class Grounding(Func<LogicSort, int> sizeOf, Func<Symbol, ImmutableArray<Formula>, Formula> valueOf)
{
    private readonly Dictionary<string, Formula> bound = new(StringComparer.Ordinal);

    /// <summary>Expands a formula to one without quantifiers and variables.</summary>
    public Formula Of(Formula formula)
    {
        switch (formula)
        {
            case Formula.Constant:
                return formula;
            case Formula.Variable variable:
                return bound[variable.Name];
            case Formula.Application { Symbol.Definition: { } definition } application:
                return Unfold(definition.Parameters, [.. application.Arguments.Select(Of)], definition.Body);
            case Formula.Application application:
                return Apply(application.Symbol, [.. application.Arguments.Select(Of)]);
            case Formula.Operation operation:
                return Operate(operation);
            case Formula.Quantified quantified:
                return Quantify(quantified);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>True if a closed formula holds; all of its symbols must have values.</summary>
    public bool Holds(Formula formula) => Of(formula).IsTrue;

    /// <summary>Expands a formula with values for its free variables.</summary>
    public Formula Of(Formula formula, ImmutableArray<Formula.Variable> variables, ImmutableArray<Formula> values) =>
        Unfold(variables, values, formula);

    private Formula Unfold(ImmutableArray<Formula.Variable> parameters, ImmutableArray<Formula> arguments, Formula body)
    {
        // An argument may be unknown; the definition is then unfolded for each possible element.
        var unknown = arguments.IndexOf(arguments.FirstOrDefault(a => a is not Formula.Constant && a.Sort.IsIdentity)!);
        if (unknown >= 0)
        {
            return Split(arguments[unknown], element => Unfold(parameters, arguments.SetItem(unknown, element), body));
        }

        var outer = parameters.Select(p => bound.GetValueOrDefault(p.Name)).ToArray();
        for (var i = 0; i < parameters.Length; i++)
        {
            bound[parameters[i].Name] = arguments[i];
        }

        var result = Of(body);
        for (var i = 0; i < parameters.Length; i++)
        {
            if (outer[i] is { } before)
            {
                bound[parameters[i].Name] = before;
            }
        }

        return result;
    }

    private Formula Apply(Symbol symbol, ImmutableArray<Formula> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is not Formula.Constant)
            {
                var position = i;
                return Split(arguments[i], value => Apply(symbol, arguments.SetItem(position, value)));
            }
        }

        return valueOf(symbol, arguments);
    }

    private Formula Split(Formula term, Func<Formula, Formula> of)
    {
        var values = Enumerable.Range(0, CountOf(term.Sort))
            .Select(number => Formula.Of(term.Sort, number)).ToList();
        return values.Take(values.Count - 1).Reverse()
            .Aggregate(of(values[^1]), (rest, value) => Formula.If(Formula.Equal(term, value), of(value), rest));
    }

    private Formula Operate(Formula.Operation operation)
    {
        var first = Of(operation.Operands[0]);
        switch (operation.Operator)
        {
            case Operator.Not:
                return Formula.Not(first);
            case Operator.And or Operator.Or:
                return Connect(operation, first);
            case Operator.Implies:
                return first.IsFalse ? Formula.True : Formula.Implies(first, Of(operation.Operands[1]));
            case Operator.If:
                return first.IsTrue ? Of(operation.Operands[1])
                    : first.IsFalse ? Of(operation.Operands[2])
                    : Formula.If(first, Of(operation.Operands[1]), Of(operation.Operands[2]));
            case Operator.Equal:
                return Formula.Equal(first, Of(operation.Operands[1]));
            case Operator.AtMost:
                return Formula.AtMost(first, Of(operation.Operands[1]));
            default:
                return Formula.Sum(operation.Operator == Operator.Minus, first, Of(operation.Operands[1]));
        }
    }

    private Formula Connect(Formula.Operation operation, Formula first)
    {
        var isAnd = operation.Operator == Operator.And;
        var parts = new List<Formula>();
        foreach (var operand in operation.Operands)
        {
            var part = parts.Count == 0 && ReferenceEquals(operand, operation.Operands[0]) ? first : Of(operand);
            if (isAnd ? part.IsFalse : part.IsTrue)
            {
                return part;
            }

            parts.Add(part);
        }

        return isAnd ? Formula.And(parts) : Formula.Or(parts);
    }

    private Formula Quantify(Formula.Quantified quantified)
    {
        var names = quantified.Over.Select(variable => variable.Name).ToArray();
        var outer = names.Select(bound.GetValueOrDefault).ToArray();
        var parts = new List<Formula>();
        var isDecided = Each(quantified, 0, parts);
        for (var i = 0; i < names.Length; i++)
        {
            if (outer[i] is { } before)
            {
                bound[names[i]] = before;
            }
        }

        return isDecided ? Formula.Of(LogicSort.Truth, quantified.IsForAll ? 0 : 1)
            : quantified.IsForAll ? Formula.And(parts) : Formula.Or(parts);
    }

    private bool Each(Formula.Quantified quantified, int position, List<Formula> parts)
    {
        if (position == quantified.Over.Length)
        {
            var part = Of(quantified.Body);
            parts.Add(part);
            return quantified.IsForAll ? part.IsFalse : part.IsTrue;
        }

        var variable = quantified.Over[position];
        for (var element = 0; element < CountOf(variable.Sort); element++)
        {
            bound[variable.Name] = Formula.Of(variable.Sort, element);
            if (Each(quantified, position + 1, parts))
            {
                return true;
            }
        }

        return false;
    }

    private int CountOf(LogicSort sort) => sort.IsIdentity ? sizeOf(sort) : sort.Members.Length;
}
