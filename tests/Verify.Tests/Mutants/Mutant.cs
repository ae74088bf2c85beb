using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Tests.Mutants;

/// <summary>A part of a guard, or an update, that is removed from every model that contains it.</summary>
/// <param name="Rule">The rule, without the suffix of a copy.</param>
/// <param name="Part">The part, as text.</param>
/// <param name="IsUpdate">True for an update, false for a part of a guard.</param>
internal sealed record Mutant(string Rule, string Part, bool IsUpdate)
{
    /// <summary>
    /// All removable parts of a model. The position of a step in its program, and the next one, are not removable.
    /// </summary>
    public static IEnumerable<Mutant> Of(Model model) => model.Rules.SelectMany(rule => Parts(rule.Guard)
        .Where(part => !IsPlace(part)).Select(part => new Mutant(NameOf(rule), Text(rule, part), IsUpdate: false))
        .Concat(rule.Updates.Where(IsState).Select(update => new Mutant(NameOf(rule), Text(rule, update), IsUpdate: true))));

    /// <summary>The model without the part; null if it does not contain the part.</summary>
    public Model? In(Model model)
    {
        var hasChanged = false;
        var rules = model.Rules.Select(rule =>
        {
            if (NameOf(rule) != Rule)
            {
                return rule;
            }

            var parts = IsUpdate ? [] : Parts(rule.Guard).ToList();
            var left = parts.Where(part => IsPlace(part) || Text(rule, part) != Part).ToList();
            var updates = IsUpdate
                ? [.. rule.Updates.Where(update => !IsState(update) || Text(rule, update) != Part)]
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

    /// <summary>For an update: whenever its rule fires, the target has the new value already.</summary>
    public Expr HasNoEffect(Model model) => model.Rules.Where(rule => NameOf(rule) == Rule)
        .SelectMany(rule => rule.Updates.Where(update => IsState(update) && Text(rule, update) == Part).Select(update => (rule, update)))
        .Aggregate((Expr)true, (all, one) => all & one.rule.Parameters.Concat(one.update.Over).Reverse().Aggregate(
            (one.rule.Guard & one.update.When).Implies(one.update.Target == one.update.Value), Dsl.ForAllOver));

    /// <summary>The rule and the part, as on the page of dropped guards.</summary>
    public override string ToString() => $"{Rule}: {Part}";

    private static string NameOf(Rule rule) => rule.Thread is null ? rule.Step : $"{rule.Thread}.{rule.Step}";

    private static bool IsState(Update update) => update.Variable.Role == VariableRole.State;

    private static string Text(Rule rule, Expr part) => ModelPrinter.Readable(part, rule.Parameters);

    private static string Text(Rule rule, Update update)
    {
        string Print(Expr expr) => ModelPrinter.Readable(expr, [.. rule.Parameters, .. update.Over]);
        var condition = update.When is Expr.Literal ? "" : $" if {Print(update.When)}";
        return $"{Print(update.Target)} := {Print(update.Value)}{condition}";
    }

    private static bool IsPlace(Expr part) =>
        Footprint.Of(part).Reads is { Count: > 0 } reads && reads.All(variable => variable.Role == VariableRole.ProgramCounter);

    private static IEnumerable<Expr> Parts(Expr guard) => guard is Expr.Connective { Operator: LogicOperator.And } both
        ? Parts(both.Left).Concat(Parts(both.Right))
        : guard is Expr.Literal ? [] : [guard];
}
