using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Modelling;

namespace Verify.Tests.Laws.Soaking;

/// <summary>
/// A model as C# that builds it again, for the tests: what the public language has no word for, as a member of a scalar
/// set in an initial value, is said by its constructor.
/// </summary>
internal sealed class ModelCode
{
    private readonly StringBuilder text = new();
    private readonly Dictionary<Sort, string> sorts = [];
    private readonly HashSet<string> taken = new(["m", "s"], StringComparer.Ordinal);
    private readonly Dictionary<Variable, string> variables = [];

    private ModelCode()
    {
    }

    /// <summary>A file with a class that has one method, <c>Build</c>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">The name of the class.</param>
    /// <param name="head">What is said in a comment.</param>
    public static string Of(Model model, string name, string head)
    {
        var code = new ModelCode();
        foreach (var line in head.Split('\n'))
        {
            code.text.Append("// ").AppendLine(line.TrimEnd());
        }

        code.text.Append(CultureInfo.InvariantCulture, $$"""
            using Verify.Modelling;
            using static Verify.Modelling.Dsl;

            namespace Verify.Tests.Laws.Found;

            internal static class {{Word(name)}}
            {
                public static Model Build()
                {
                    var m = new ModelBuilder({{Quoted(model.Name)}});

            """);
        code.Write(model);
        code.text.AppendLine("        return m.Build();").AppendLine("    }").AppendLine("}");
        return code.text.ToString();
    }

    private void Write(Model model)
    {
        if (model.Processors is not null)
        {
            NameOf(model.Processors, model.Processors);
        }

        foreach (var variable in model.Variables)
        {
            WriteVariable(variable, model.Processors);
        }

        foreach (var rule in model.Rules)
        {
            WriteRule(rule, model.Processors);
        }

        foreach (var property in model.Properties)
        {
            var arguments = property switch
            {
                Property.Always p => Text(p.Holds),
                Property.Reachable p => Text(p.Holds),
                Property.NoDeadlock p => Text(p.MayRest),
                Property.LeadsTo p => $"{Text(p.From)}, {Text(p.To)}",
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            Line($"m.{property.Kind}({Quoted(property.Name)}, {arguments});");
        }

        foreach (var mark in model.Marks)
        {
            var (names, parameters) = Names(mark.Over, []);
            var bound = names.ToImmutableDictionary();
            Line($"m.Mark({Quoted(mark.Text)}, {string.Concat(mark.Over.Select(binder => $"{NameOf(binder.Sort, null)}, "))}"
                + $"({parameters}) => ({Text(mark.Target, bound)}, {Text(mark.When, bound)}));");
        }
    }

    private void WriteVariable(Variable variable, Sort.Scalar? processors)
    {
        var sort = NameOf(variable.Sort, processors);
        var name = variables[variable] = Fresh(Word(variable.Name));
        var declared = Quoted(variable.Name);
        Line(variable switch
        {
            { Initially: null } => $"var {name} = m.AnyOf({declared}, {sort});",
            { Role: VariableRole.State or VariableRole.Ghost } =>
                $"var {name} = m.{(variable.IsGhost ? "Ghost" : "Var")}({declared}, {sort}, {Text(variable.Initially)});",
            _ => $"var {name} = m.Declare({declared}, {sort}, {Text(variable.Initially)}, VariableRole.{variable.Role}, \"\", 0);",
        });
    }

    private void WriteRule(Rule rule, Sort.Scalar? processors)
    {
        var (names, parameters) = Names(rule.Parameters, ["s"]);
        var bound = names.ToImmutableDictionary();
        var sorted = string.Concat(rule.Parameters.Select(binder => $"{NameOf(binder.Sort, processors)}, "));
        var words = rule.Parameters.Length > 4
            ? $"m.AddRule({Quoted(rule.Name)}, [{sorted}], (s, p) =>"
            : $"m.Rule({Quoted(rule.Name)}, {sorted}{(rule.Parameters.IsEmpty ? "s" : $"(s, {parameters})")} =>";
        Line(words);
        Line("{");
        if (rule.Parameters.Length > 4)
        {
            foreach (var (i, binder) in rule.Parameters.Index())
            {
                Line($"    var {names[binder]} = p[{i}];");
            }
        }

        if (rule.Guard is not Expr.Literal { Number: 1 })
        {
            Line($"    s.When({Text(rule.Guard, bound)});");
        }

        foreach (var update in rule.Updates)
        {
            WriteUpdate(update, names);
        }

        Line(rule.Actor.Processor is { } at ? $"    s.By({Text(at, bound)});" : $"    s.By({Quoted(rule.Actor.Name ?? "")});");
        Line($"    s.Shows({string.Join(", ", rule.Shown.Select(shown => Text(shown, bound)))});");
        if (rule.Fairness is not null)
        {
            Line("    s.Fair();");
        }

        Line(rule.Parameters.Length > 4 ? "}, \"\", 0);" : "});");
        if (rule.Thread is not null)
        {
            Line($"// that is a step of thread {Quoted(rule.Thread)}, fair as \"{rule.Fairness?.Group}\": the model was as bad only so");
        }
    }

    private void WriteUpdate(Update update, Dictionary<Binder, string> outer)
    {
        var names = new Dictionary<Binder, string>(outer);
        var indent = "    ";
        foreach (var binder in update.Over)
        {
            names[binder] = Unused(names.Values, "each");
            Line($"{indent}s.Each({NameOf(binder.Sort, null)}, {names[binder]} =>");
            Line($"{indent}{{");
            indent += "    ";
        }

        var bound = names.ToImmutableDictionary();
        var assigned = $"{Text(update.Target, bound)}, {Text(update.Value, bound)}";
        Line(update.When is Expr.Literal { Number: 1 }
            ? $"{indent}s.Set({assigned});"
            : $"{indent}s.SetIf({Text(update.When, bound)}, {assigned});");
        foreach (var _ in update.Over)
        {
            indent = indent[..^4];
            Line($"{indent}}});");
        }
    }

    private void Line(string line) => text.Append("        ").AppendLine(line);

    private static (Dictionary<Binder, string> Names, string Parameters) Names(ImmutableArray<Binder> binders, IEnumerable<string> used)
    {
        var names = new Dictionary<Binder, string>();
        foreach (var binder in binders)
        {
            names[binder] = Unused(names.Values.Concat(used), "p");
        }

        return (names, string.Join(", ", binders.Select(binder => names[binder])));
    }

    private static string Unused(IEnumerable<string> used, string plain)
    {
        var all = used.ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(1, all.Count + 1).Select(i => $"{plain}{i}").First(name => !all.Contains(name));
    }

    private string Text(Expr expr) => Text(expr, ImmutableDictionary<Binder, string>.Empty);

    private string Text(Expr expr, ImmutableDictionary<Binder, string> bound) =>
        new ExprCode(sort => NameOf(sort, null), variable => variables[variable], bound).Of(expr);

    // A sort is declared before the line that needs it first.
    private string NameOf(Sort sort, Sort.Scalar? processors)
    {
        if (sort is Sort.Boolean)
        {
            return "Sort.Bool";
        }

        if (sorts.TryGetValue(sort, out var known))
        {
            return known;
        }

        var made = sort switch
        {
            Sort.Interval range => $"Sort.Range({range.Low}, {range.High})",
            Sort.Optional optional => $"Sort.Option({NameOf(optional.Of, processors)})",
            Sort.Mapping map => $"Sort.Map({NameOf(map.Key, processors)}, {NameOf(map.Value, processors)})",
            Sort.Enumeration enumeration => $"new Sort.Enumeration({Quoted(enumeration.Name)}, [{List(enumeration.Members)}])",
            Sort.Scalar scalar when scalar.Equals(processors)
                && scalar.Members.Select((member, i) => member == $"CPU{i}").All(isSo => isSo) =>
                $"m.Processors({Quoted(scalar.Name)}, {scalar.Members.Length})",
            // A builder of its own: two sorts of one name can only come from two.
            Sort.Scalar scalar => $"new ModelBuilder(\"other\").ScalarSet({Quoted(scalar.Name)}, {List(scalar.Members)})",
            Sort.Record record => $"new ModelBuilder(\"other\").Record({Quoted(record.Name)}, "
                + string.Join(", ", record.Fields.Select(field => Text(field, processors))) + ")",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (sort is Sort.Interval)
        {
            return made;
        }

        var name = sorts[sort] = Fresh(Word(sort switch
        {
            Sort.Scalar scalar => scalar.Name,
            Sort.Enumeration enumeration => enumeration.Name,
            Sort.Record record => record.Name,
            Sort.Optional => "option",
            _ => "map",
        }) + "Sort");
        Line($"var {name} = {made};");
        return name;
    }

    private string Text(Field field, Sort.Scalar? processors) =>
        $"new Field({Quoted(field.Name)}, {NameOf(field.Sort, processors)}{(field.IsGhost ? ", IsGhost: true" : "")})";

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(Quoted));

    private string Fresh(string plain)
    {
        var name = plain;
        for (var i = 2; !taken.Add(name); i++)
        {
            name = $"{plain}{i}";
        }

        return name;
    }

    private static string Word(string name)
    {
        var letters = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return letters.Length == 0 || char.IsAsciiDigit(letters[0]) ? $"_{letters}" : letters;
    }

    internal static string Quoted(string value) => $"\"{string.Concat(value.Select(Escaped))}\"";

    private static string Escaped(char letter) => letter switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        _ when char.IsControl(letter) => $"\\u{(int)letter:x4}",
        _ => letter.ToString(),
    };
}
