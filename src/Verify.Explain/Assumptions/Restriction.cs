using Verify.Explain.Reading;
using Verify.Modelling;

namespace Verify.Explain.Assumptions;

/// <summary>Decides from the text of two models whether one has no run that the other does not have.</summary>
internal static class Restriction
{
    /// <summary>
    /// True if each step of a model is evidently a step of another one with the same states and properties, and the model is
    /// defined where the other is.
    /// </summary>
    public static bool Is(Model model, Model of)
    {
        var rules = of.Rules.ToLookup(rule => rule.Name, StringComparer.Ordinal);
        return HasSameVariables(model, of)
            && of.StartConditions.Select(one => Print(one.Holds)).ToHashSet()
                .IsSubsetOf(model.StartConditions.Select(one => Print(one.Holds)))
            && model.Properties.Select(Text).ToHashSet().SetEquals(of.Properties.Select(Text))
            && model.Rules.All(rule => rules[rule.Name].Any(other => Is(rule, other)));
    }

    /// <summary>True if states of one model are states of the other.</summary>
    public static bool HasSameVariables(Model model, Model other) =>
        model.Variables.Select(Print).SequenceEqual(other.Variables.Select(Print));

    /// <summary>The kind and the predicates of a property.</summary>
    public static string Text(Property property) =>
        string.Join(" ~> ", property.Predicates.Select(Print).Prepend(property.Kind));

    private static bool Is(Rule rule, Rule other) => rule.Guard is Expr.Literal { Number: 0 }
        || (rule.Parameters.Select(one => one.Sort.Text).SequenceEqual(other.Parameters.Select(one => one.Sort.Text))
        && Updates(rule).SetEquals(Updates(other)) && HasConditionsOf(rule, other));

    // In the order of the other, in which a condition may protect the next one; what is added is defined everywhere.
    private static bool HasConditionsOf(Rule rule, Rule other)
    {
        var left = new Queue<string>(Guard.PartsOf(other.Guard).Select(part => ModelPrinter.Of(part, other.Parameters)));
        foreach (var part in Guard.PartsOf(rule.Guard))
        {
            if (left.TryPeek(out var next) && next == ModelPrinter.Of(part, rule.Parameters))
            {
                left.Dequeue();
            }
            else if (!Definedness.IsTotal(part))
            {
                return false;
            }
        }

        return left.Count == 0;
    }

    private static HashSet<string> Updates(Rule rule) => [.. rule.Updates.Select(update =>
    {
        var scope = rule.Parameters.AddRange(update.Over);
        string Of(Expr expr) => ModelPrinter.Of(expr, scope);
        return $"{string.Join(',', update.Over.Select(one => one.Sort.Text))} {Of(update.When)}: {Of(update.Target)} := {Of(update.Value)}";
    })];

    private static string Print(Variable variable) =>
        $"{variable.Name}: {variable.Sort.Text} = {(variable.Initially is { } start ? Print(start) : "any")}";

    private static string Print(Expr expr) => ModelPrinter.Of(expr, []);
}
