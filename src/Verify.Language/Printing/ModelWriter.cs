using System.Globalization;
using Verify.Language.Sorts;
using Verify.Modelling;

namespace Verify.Language.Printing;

/// <summary>Writes the model of one instance as a protocol file; reading it back makes a model with the same digest.</summary>
/// <remarks>
/// The file has no sizes, faults or other choices: they are decided. A thread is written as a program, with jumps; where its
/// rules show none, as rules that test and set its program counter.
/// </remarks>
public sealed class ModelWriter
{
    private readonly Model model;
    private readonly NameWriter names;
    private readonly PageWriter page;
    private readonly IReadOnlyList<ThreadProgram> programs;

    private ModelWriter(Model model, bool hasPlaces, IReadOnlyList<ThreadProgram> programs) =>
        (this.model, names, page, this.programs) = (model, new NameWriter(model, programs), new PageWriter(hasPlaces), programs);

    /// <summary>The text of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="summary">One sentence that describes it.</param>
    /// <param name="limits">The simplifications that a reader must know.</param>
    /// <param name="hasPlaces">True to name the place of each declaration in the source of the model, as a comment.</param>
    public static string Write(Model model, string? summary = null, IEnumerable<string>? limits = null, bool hasPlaces = false)
    {
        string? Text(IReadOnlyList<ThreadProgram> programs)
        {
            var writer = new ModelWriter(model, hasPlaces, programs);
            writer.Head(summary, limits ?? []);
            return writer.Body() ? writer.page.ToString() : null;
        }

        string? With(IReadOnlyList<ThreadProgram> programs) =>
            programs.Count > 0 && Text(programs) is { } text && ReadsBack(text, model) ? text : null;

        var all = model.Threads.Select(thread => ThreadProgram.Of(model, thread)).OfType<ThreadProgram>().ToList();
        return With(all) ?? (all.Count > 1 ? With([.. all.Where(one => With([one]) is not null)]) : null) ?? Text([])!;
    }

    // A program is found in rules that may have been made otherwise; the text of one that makes others is not used.
    private static bool ReadsBack(string text, Model model)
    {
        try
        {
            var file = ProtocolFile.Parse($"{model.Name}.verify", text);
            return file.Mistakes.IsEmpty && file.Family.Build(Choices.Default).Identity == model.Identity
                && Formatter.Format(file.Family.File, text) == text;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    private void Line(string line) => page.Line(0, line);

    private ExprWriter Within(IEnumerable<(Binder, string)> scope) => new(names, scope);

    private string SortOf(Sort sort) => SortText.Of(sort, names.Of);

    private void Head(string? summary, IEnumerable<string> limits)
    {
        Line($"model {NameWriter.Title(model.Name)}{(summary is null ? "" : $" {NameWriter.Text(summary)}")}");
        foreach (var limit in limits)
        {
            Line($"omits {NameWriter.Text(limit)}");
        }

        if (names.Declared.Count > 0)
        {
            page.Gap();
        }

        foreach (var sort in names.Declared)
        {
            Declare(sort);
        }
    }

    private void Declare(Sort sort)
    {
        var name = names.Plain(sort);
        string Named(string real) => $"{NameWriter.Written(name)}{(real == name ? "" : $" named {NameWriter.Text(real)}")}";
        switch (sort)
        {
            case Sort.ScalarSet set:
                var isProcessors = model.Processors is { } processors && set.Equals(processors);
                var (prefix, usual) = (PrefixOf(set), isProcessors ? "CPU" : set.Name);
                var suffix = prefix is null || prefix == usual ? "" : $" as {NameWriter.Title(prefix)}";
                var members = prefix is null ? $" {{ {string.Join(", ", set.Members.Select(Member))} }}"
                    : string.Create(CultureInfo.InvariantCulture, $" = {set.Members.Length}{suffix}");
                Line($"{(isProcessors ? "processors" : "identities")} {Named(set.Name)}{members}");
                break;
            case Sort.Enumeration enumeration:
                Line($"enum {Named(enumeration.Name)} {{ {string.Join(", ", enumeration.Members.Select(Member))} }}");
                break;
            case Sort.Record record:
                var fields = record.Fields.Select(field =>
                    $"{(field.IsGhost ? "ghost " : "")}{NameWriter.Written(field.Name)}: {SortOf(field.Sort)}");
                Line($"record {Named(record.Name)} {{ {string.Join(", ", fields)} }}");
                break;
        }
    }

    private static string Member(string name) => NameWriter.Title(name);

    // What stands before the number of each member, if they are numbered from 0.
    private static string? PrefixOf(Sort.ScalarSet set)
    {
        var prefix = set.Members[0].EndsWith('0') ? set.Members[0][..^1] : null;
        return prefix is not null && set.Members.Select((member, i) => (member, i))
            .All(one => one.member == string.Create(CultureInfo.InvariantCulture, $"{prefix}{one.i}")) ? prefix : null;
    }

    private bool Body()
    {
        page.Gap();
        foreach (var variable in model.Variables.Where(one => !programs.Any(program => program.Declares(one))))
        {
            Declare(variable);
        }

        foreach (var start in model.StartConditions)
        {
            page.Line(0, "initially", start.Where);
            page.Line(1, Within([]).TextAs(start.Holds, Sort.Bool));
        }

        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in model.Rules)
        {
            if (programs.FirstOrDefault(one => one.Name == rule.Thread) is not { } program)
            {
                page.Gap();
                new RuleWriter(rule, model, names, page).Write();
            }
            else if (written.Add(program.Name))
            {
                page.Gap();
                if (!new ThreadWriter(program, names, page).Write(Initially))
                {
                    return false;
                }
            }
        }

        page.Gap();
        foreach (var property in model.Properties)
        {
            Declare(property);
        }

        foreach (var mark in model.Marks)
        {
            Declare(mark);
        }

        return true;
    }

    private void Declare(Variable variable)
    {
        var word = variable.Role switch
        {
            VariableRole.Ghost => "ghost",
            VariableRole.ProgramCounter => "pc",
            VariableRole.Local => "local",
            _ => "var",
        };
        var (keys, sort) = (new List<string>(), variable.Sort);
        while (sort is Sort.Mapping map)
        {
            keys.Add(SortOf(map.Key));
            sort = map.Value;
        }

        var at = keys.Count == 0 ? "" : $"[{string.Join(", ", keys)}]";
        page.Line(0, $"{word} {NameWriter.Written(variable.Name)}{at}: {SortOf(sort)}{Initially(variable)}", variable.Where);
    }

    // The first value of a sort is the usual one.
    private string Initially(Variable variable) => variable.Initially is { } initially ? Initially(variable.Sort, initially) : " = any";

    private string Initially(Sort whole, Expr initially)
    {
        var (sort, element) = (whole, initially);
        while (sort is Sort.Mapping map && element is Expr.ConstantMap all && element.Sort.Equals(sort))
        {
            (sort, element) = (map.Value, all.Element);
        }

        var writer = Within([]);
        return IsFirst(element) && element.Sort.Equals(sort) ? ""
            : sort is Sort.Mapping ? $" = {writer.Text(element, 8)} as {SortOf(whole)}"
            : $" = {writer.TextAs(element, sort)}";
    }

    private static bool IsFirst(Expr value) => value switch
    {
        Expr.NoneOf => true,
        Expr.Literal { Sort: Sort.Interval range } literal => literal.Number == range.Low,
        Expr.Literal literal => literal.Number == 0,
        Expr.RecordOf record => record.Fields.All(IsFirst),
        Expr.ConstantMap all => IsFirst(all.Element),
        _ => false,
    };

    private void Declare(Property property)
    {
        var head = property.Text == property.Name ? NameWriter.Title(property.Name)
            : $"{NameWriter.Title(property.Name)} {NameWriter.Text(property.Text)}";
        var writer = Within([]);
        var (first, body) = property switch
        {
            Property.Always p => ($"always {head}{(p.PremiseNever is { } never ? $" premise never {NameWriter.Text(never)}" : "")}:",
                writer.TextAs(p.Holds, Sort.Bool)),
            Property.Reachable p => ($"reachable {head}:", writer.TextAs(p.Holds, Sort.Bool)),
            Property.NoDeadlock p => ($"nodeadlock {head}", Rest(p.MayRest) is { } rest ? $"except {writer.TextAs(rest, Sort.Bool)}" : ""),
            Property.LeadsTo p => ($"leadsto {head}:", $"{writer.TextAs(p.From, Sort.Bool)} ~> {writer.TextAs(p.To, Sort.Bool)}"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        page.Line(0, first, property.Where);
        page.Line(1, body);
    }

    // Where all programs have ended, the model may rest without a word.
    private Expr? Rest(Expr mayRest) => mayRest switch
    {
        Expr.Literal { Number: 0 } => null,
        Expr.Literal => mayRest,
        _ when programs.Count == 0 || programs.Any(program => program.End is null) => mayRest,
        Expr.Connective { Operator: LogicOperator.Or } either => either.Left,
        _ => null,
    };

    private void Declare(Mark mark)
    {
        var scope = Scope(names, mark.Over, []);
        var writer = Within(scope);
        var over = string.Join(", ", scope.Select(one => $"{one.Name} in {SortOf(one.Binder.Sort)}"));
        var head = $"mark {NameWriter.Title(mark.Text)} on {writer.Text(mark.Target, 8)}";
        page.Line(0, over.Length > 0 ? $"{head} for {over}" : head, mark.Where);
        page.Line(1, $"when {writer.TextAs(mark.When, Sort.Bool)}");
    }

    /// <summary>Names for binders, none of which means anything else.</summary>
    internal static List<(Binder Binder, string Name)> Scope(
        NameWriter names, IEnumerable<Binder> binders, IEnumerable<(Binder Binder, string Name)> outer)
    {
        List<(Binder, string Name)> scope = [.. outer];
        foreach (var binder in binders)
        {
            scope.Add((binder, names.Unused(binder.Name, scope.Select(one => one.Name))));
        }

        return scope;
    }
}
