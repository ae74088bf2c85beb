using Verify.Cli.Hosting;
using Verify.Modelling;
using Verify.Rendering;

namespace Verify.Cli.Output;

/// <summary>A readable account of a model: sorts, variables, rules, properties and marks, each with its place in the source.</summary>
internal static class ModelListing
{
    /// <summary>Writes the account.</summary>
    public static void Write(Terminal terminal, Model model)
    {
        WriteSorts(terminal, model);
        Heading(terminal, "VARIABLES");
        foreach (var variable in model.Variables)
        {
            var role = variable.Role switch
            {
                VariableRole.Ghost => " (ghost)",
                VariableRole.ProgramCounter => " (program counter)",
                VariableRole.Local => " (local)",
                _ => "",
            };
            var initially = variable.Initially is { } value ? ModelPrinter.Of(value) : "any value";
            Line(terminal, $"{variable.Name}: {SortNames.Of(variable.Sort)}{role} = {initially}", 2);
            Line(terminal, $"{variable.Where}", 6);
        }

        Heading(terminal, "RULES");
        foreach (var rule in model.Rules)
        {
            Write(terminal, rule);
        }

        WriteProperties(terminal, model);
    }

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

    private static void WriteSorts(Terminal terminal, Model model)
    {
        var sorts = new SortNames(model).Declarations.ToList();
        if (sorts.Count == 0)
        {
            return;
        }

        Heading(terminal, "SORTS");
        foreach (var (name, kind, content) in sorts)
        {
            Line(terminal, $"{name}: {kind} {content}", 2);
        }
    }

    private static void Write(Terminal terminal, Rule rule)
    {
        var parameters = Parameters(rule);
        var actor = ActorOf(rule) is { } name ? $", by {name}" : "";
        Line(terminal, $"{rule.Name}{(parameters.Length > 0 ? $"({parameters})" : "")}{actor}{(rule.Fairness is null ? "" : ", fair")}", 2);
        Line(terminal, $"when {Guard(rule)}", 4);
        foreach (var update in rule.Updates)
        {
            Line(terminal, Text(rule, update), 4);
        }

        if (rule.Never is { } never)
        {
            Line(terminal, $"never fires: {never}", 4);
        }

        Line(terminal, string.Join("; ", rule.Sources.Select(source => $"{source}").Prepend($"{rule.Where}")), 6);
    }

    private static void WriteProperties(Terminal terminal, Model model)
    {
        Heading(terminal, "PROPERTIES");
        foreach (var property in model.Properties)
        {
            Line(terminal, $"{property.Kind} {property.Name}{(property.Text.Length > 0 ? $": {property.Text}" : "")}", 2);
            Line(terminal, Text(property), 4);
            Line(terminal, $"{property.Where}", 6);
        }

        if (model.Marks.IsEmpty)
        {
            return;
        }

        Heading(terminal, "MARKS");
        foreach (var mark in model.Marks)
        {
            var target = ModelPrinter.Readable(mark.Target, mark.Over);
            Line(terminal, $"'{mark.Text}' at {target} when {ModelPrinter.Readable(mark.When, mark.Over)}", 2);
            Line(terminal, $"{mark.Where}", 6);
        }
    }

    private static void Heading(Terminal terminal, string text)
    {
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(terminal.Paint(text, Paint.Bold));
    }

    /// <summary>Writes a text, wrapped, at an indent.</summary>
    public static void Line(Terminal terminal, string text, int indent)
    {
        foreach (var line in TextWrap.Lines(text, 100, indent, 4))
        {
            terminal.Out.WriteLine(line);
        }
    }
}
