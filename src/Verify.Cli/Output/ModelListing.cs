using Verify.Modelling;

namespace Verify.Cli.Output;

/// <summary>The parts of a model in a few letters, for JSON.</summary>
internal static class ModelListing
{
    /// <summary>The parameters of a rule, as <c>c: cpu, p: page</c>.</summary>
    public static string Parameters(Rule rule) => string.Join(", ", rule.Parameters.Select(p => $"{p.Name}: {SortNames.Of(p.Sort)}"));

    /// <summary>An update of a rule, as <c>tlb[c] := None</c>, with what it ranges over and its condition.</summary>
    public static string Text(Rule rule, Update update)
    {
        List<Binder> scope = [.. rule.Parameters, .. update.Over];
        string Of(Expr expr) => ModelPrinter.Readable(expr, scope);
        var over = string.Concat(update.Over.Select(binder => $"{binder.Name}: {SortNames.Of(binder.Sort)} "));
        var when = update.When is Expr.Literal { Number: 1 } ? "" : $" if {Of(update.When)}";
        return $"{over}{Of(update.Target)} := {Of(update.Value)}{when}";
    }

    /// <summary>The guard of a rule.</summary>
    public static string Guard(Rule rule) => ModelPrinter.Readable(rule.Guard, rule.Parameters);

    /// <summary>The actor that takes the steps of a rule; null if the rule names none.</summary>
    public static string? ActorOf(Rule rule) =>
        rule.Actor.Processor is { } processor ? ModelPrinter.Of(processor) : rule.Actor.Name;

    /// <summary>The predicates of a property as one expression.</summary>
    public static string Text(Property property) => string.Join(" ~> ", property.Predicates.Select(ModelPrinter.Of));
}
