using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Tests.Mutants;

/// <summary>A part of a guard, or an update, that is removed from every model that contains it.</summary>
/// <param name="Rule">The rule, without the suffix of a copy.</param>
/// <param name="Part">The part, as text.</param>
internal sealed record Mutant(string Rule, string Part)
{
    /// <summary>
    /// All removable parts of a model. The position of a step in its program, and the next one, are not removable.
    /// </summary>
    public static IEnumerable<Mutant> Of(Model model) => model.Rules.SelectMany(rule => Parts(rule.Guard)
        .Where(part => !IsPlace(part)).Select(part => part.ToString()!)
        .Concat(rule.Updates.Where(IsState).Select(Text))
        .Select(part => new Mutant(NameOf(rule), part)));

    /// <summary>The model without the part; null if it does not contain the part.</summary>
    public Model? In(Model model)
    {
        var hasChanged = false;
        var rules = model.Rules.Select(rule =>
        {
            var parts = NameOf(rule) == Rule ? Parts(rule.Guard).ToList() : [];
            var left = parts.Where(part => IsPlace(part) || part.ToString() != Part).ToList();
            var updates = NameOf(rule) == Rule
                ? rule.Updates.Where(update => !IsState(update) || Text(update) != Part).ToImmutableArray()
                : rule.Updates;
            if (left.Count == parts.Count && updates.Length == rule.Updates.Length)
            {
                return rule;
            }

            hasChanged = true;
            return rule with
            {
                Guard = left.Count == parts.Count ? rule.Guard : left.Aggregate((Expr)true, (all, part) => all & part),
                Updates = updates,
            };
        }).ToImmutableArray();
        return hasChanged
            ? model.With(rules)
            : null;
    }

    private static string NameOf(Rule rule) => rule.Thread is null ? rule.Step : $"{rule.Thread}.{rule.Step}";

    private static bool IsState(Update update) => update.Variable.Role == VariableRole.State;

    private static string Text(Update update) => $"{update.Target} := {update.Value} when {update.When}";

    private static bool IsPlace(Expr part) =>
        Footprint.Of(part).Reads is { Count: > 0 } reads && reads.All(variable => variable.Role == VariableRole.ProgramCounter);

    private static IEnumerable<Expr> Parts(Expr guard) => guard is Expr.Connective { Operator: LogicOperator.And } both
        ? Parts(both.Left).Concat(Parts(both.Right))
        : guard is Expr.Literal ? [] : [guard];
}
