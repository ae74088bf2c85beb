using System.Collections.Immutable;
using Verify.Explain.Reading;
using Verify.Modelling;

namespace Verify.Explain.Mutations;

/// <summary>A part of a guard, or an update, that is removed from every model that contains it.</summary>
/// <param name="Step">The step, with the name of its thread.</param>
/// <param name="Part">The part, as text.</param>
/// <param name="IsUpdate">True for an update, false for a part of a guard.</param>
public sealed record DroppedPart(string Step, string Part, bool IsUpdate) : IMutation
{
    /// <summary>
    /// All removable parts of a model. The position of a step in its program, and the next one, are not removable.
    /// </summary>
    public static IEnumerable<DroppedPart> Of(Model model) => model.Rules.SelectMany(rule =>
    {
        var step = StepNames.Of(rule);
        return Guard.PartsOf(rule.Guard).Where(IsRemovable).Select(part => new DroppedPart(step, Print(rule, part), IsUpdate: false))
            .Concat(rule.Updates.Where(StepNames.IsState)
                .Select(update => new DroppedPart(step, Print(rule, update), IsUpdate: true)));
    });

    /// <inheritdoc/>
    public string Text => IsUpdate ? $"no {Part}" : $"without {Part}";

    /// <inheritdoc/>
    public Model? In(Model model)
    {
        var hasChanged = false;
        var rules = model.Rules.Select(rule =>
        {
            if (StepNames.Of(rule) != Step)
            {
                return rule;
            }

            var parts = IsUpdate ? [] : Guard.PartsOf(rule.Guard).ToList();
            var left = parts.Where(part => !IsRemovable(part) || Print(rule, part) != Part).ToList();
            var updates = IsUpdate
                ? [.. rule.Updates.Where(update => !StepNames.IsState(update) || Print(rule, update) != Part)]
                : rule.Updates;
            if (left.Count == parts.Count && updates.Length == rule.Updates.Length)
            {
                return rule;
            }

            hasChanged = true;
            return rule with
            {
                Guard = left.Count == parts.Count ? rule.Guard : Guard.Of(left),
                Updates = updates,
            };
        }).ToImmutableArray();
        return hasChanged
            ? model.With(rules)
            : null;
    }

    /// <summary>For an update: whenever its rule fires, the target has the new value already.</summary>
    public Expr HasNoEffect(Model model) => model.Rules.Where(rule => StepNames.Of(rule) == Step)
        .SelectMany(rule => rule.Updates.Where(update => StepNames.IsState(update) && Print(rule, update) == Part)
            .Select(update => (rule, update)))
        .Aggregate((Expr)true, (all, one) => all & one.rule.Parameters.Concat(one.update.Over).Reverse().Aggregate(
            (one.rule.Guard & one.update.When).Implies(one.update.Target == one.update.Value), Dsl.ForAllOver));

    /// <summary>The rule and the part, as on the page of dropped guards.</summary>
    public override string ToString() => $"{Step}: {Part}";

    private static bool IsRemovable(Expr part) => part is not Expr.Literal && !Guard.IsPlace(part);

    private static string Print(Rule rule, Expr part) => ModelPrinter.Readable(part, rule.Parameters);

    private static string Print(Rule rule, Update update)
    {
        string Of(Expr expr) => ModelPrinter.Readable(expr, [.. rule.Parameters, .. update.Over]);
        var condition = update.When is Expr.Literal ? "" : $" if {Of(update.When)}";
        return $"{Of(update.Target)} := {Of(update.Value)}{condition}";
    }
}
