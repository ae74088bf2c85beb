using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language.Printing;

/// <summary>The names in the text of one model: each means one thing, and sorts of one name get a name each.</summary>
internal sealed class NameWriter
{
    private static readonly ImmutableHashSet<string> Reserved =
    [
        "forall", "exists", "count", "in", "none", "some", "all", "as", "at", "true", "false", "fault", "feature", "assumption", "profile",
        "bool", "any", "size", "if", "for", "else", "named",
    ];

    private readonly Dictionary<string, string> sorts = new(StringComparer.Ordinal);
    private readonly HashSet<string> sortNames = new(StringComparer.Ordinal) { "bool" };
    private readonly HashSet<string> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> members = new(StringComparer.Ordinal);
    private readonly List<Sort> declared = [];

    // The threads that are written as programs, by the sorts of their program counters.
    private readonly Dictionary<string, string> programs;

    /// <summary>Names the parts of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="written">The threads that are written as programs.</param>
    public NameWriter(Model model, IEnumerable<ThreadProgram> written)
    {
        programs = written.ToDictionary(one => one.Points.Text, one => one.Name, StringComparer.Ordinal);
        foreach (var sort in new SortsOf(model).Found.Where(sort => !IsOfProgram(sort)))
        {
            Collect(sort);
        }

        foreach (var variable in model.Variables)
        {
            values.Add(variable.Name);
        }
    }

    /// <summary>The thread and the point that a comparison with a program counter asks for; null for others.</summary>
    public (string Thread, string Point)? Place(Expr.Equal node) =>
        node is { Left: Expr.Read or Expr.Index { Map: Expr.Read }, Right: Expr.Literal { Sort: Sort.Enumeration sort } literal }
            && programs.TryGetValue(sort.Text, out var thread) ? (thread, sort.Members[literal.Number]) : null;

    private bool IsOfProgram(Sort sort) => programs.ContainsKey(sort is Sort.Mapping map ? map.Value.Text : sort.Text);

    /// <summary>The sorts with members or fields, in an order in which each is declared before its use.</summary>
    public IReadOnlyList<Sort> Declared => declared;

    /// <summary>The name of a sort with members or fields.</summary>
    public string Of(Sort sort) => Written(Plain(sort));

    /// <summary>The name of a sort without quotes.</summary>
    public string Plain(Sort sort) => sorts.TryGetValue(sort.Text, out var name)
        ? name
        : throw new System.Diagnostics.UnreachableException();

    /// <summary>A member of an enum or a scalar set; behind its sort, unless it can mean nothing else.</summary>
    public string Member(Sort sort, string member, IEnumerable<string> bound) =>
        members[member] == 1 && !values.Contains(member) && !bound.Contains(member) ? Written(member) : $"{Of(sort)}.{Part(member)}";

    /// <summary>A name for a binder that means nothing else here.</summary>
    public string Unused(string name, IEnumerable<string> bound)
    {
        var plain = new string([.. name.Replace("each ", "", StringComparison.Ordinal)
            .Select(letter => char.IsLetterOrDigit(letter) || letter == '_' ? letter : '_')]);
        plain = plain.Length == 0 || char.IsDigit(plain[0]) ? $"x{plain}" : plain;
        var free = plain;
        bool IsTaken() => Reserved.Contains(free) || values.Contains(free) || members.ContainsKey(free) || bound.Contains(free);
        for (var number = 2; IsTaken(); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{plain}{number}");
        }

        return free;
    }

    /// <summary>A name as the text writes it: letters and digits joined by dots, or between backquotes.</summary>
    public static string Written(string name) =>
        name.Split('.').All(part => Lexer.IsName(part) && !Reserved.Contains(part)) ? name : Quoted(name, '`');

    /// <summary>A name of a step, a property or a choice: as it is, or as a text.</summary>
    public static string Title(string name) => IsTitle(name) ? name : Quoted(name, '"');

    /// <summary>A text between quotes.</summary>
    public static string Text(string text) => Quoted(text, '"');

    private static string Part(string name) => Lexer.IsName(name) && !Reserved.Contains(name) ? name : Quoted(name, '`');

    // A word of the language would be read as such.
    private static bool IsTitle(string name)
    {
        var parts = name.Split('.', '-');
        return parts.All(part => part.Length > 0 && Lexer.IsName(part)) && !name.Contains("..", StringComparison.Ordinal);
    }

    private static string Quoted(string name, char quote)
    {
        var text = new StringBuilder().Append(quote);
        foreach (var letter in name)
        {
            text.Append(letter switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\\' => "\\\\",
                _ when letter == quote => $"\\{quote}",
                _ when char.IsControl(letter) || char.IsSurrogate(letter) =>
                    string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => letter.ToString(),
            });
        }

        return text.Append(quote).ToString();
    }

    private void Collect(Sort sort)
    {
        switch (sort)
        {
            case Sort.Optional option:
                Collect(option.Of);
                break;
            case Sort.Mapping map:
                Collect(map.Key);
                Collect(map.Value);
                break;
            case Sort.Record record when !sorts.ContainsKey(sort.Text):
                foreach (var field in record.Fields)
                {
                    Collect(field.Sort);
                }

                Declare(record, record.Name, []);
                break;
            case Sort.ScalarSet set when !sorts.ContainsKey(sort.Text):
                Declare(set, set.Name, set.Members);
                break;
            case Sort.Enumeration enumeration when !sorts.ContainsKey(sort.Text):
                Declare(enumeration, enumeration.Name, enumeration.Members);
                break;
        }
    }

    private void Declare(Sort sort, string name, ImmutableArray<string> parts)
    {
        var free = name.Length == 0 ? "sort" : name;
        for (var number = 2; !sortNames.Add(free); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}{number}");
        }

        sorts[sort.Text] = free;
        declared.Add(sort);
        foreach (var part in parts)
        {
            members[part] = members.GetValueOrDefault(part) + 1;
        }
    }

    /// <summary>All sorts that a model speaks of, in the order of their first use.</summary>
    private sealed class SortsOf : ExprVisitor
    {
        public SortsOf(Model model)
        {
            Found.AddRange(model.Processors is { } processors ? [processors] : []);
            foreach (var variable in model.Variables)
            {
                Found.Add(variable.Sort);
                Add(variable.Initially is null ? [] : [variable.Initially]);
            }

            Add([.. model.StartConditions.Select(start => start.Holds)]);

            foreach (var rule in model.Rules)
            {
                Add(rule.Parameters);
                Add([rule.Guard, .. rule.Shown, .. rule.Branch is { } branch ? [branch.Condition] : (Expr[])[]]);
                Add(rule.Actor.Processor is { } processor ? [processor] : []);
                foreach (var update in rule.Updates)
                {
                    Add(update.Over);
                    Add([update.When, update.Target, update.Value]);
                }
            }

            foreach (var property in model.Properties)
            {
                Add(property.Predicates);
            }

            foreach (var mark in model.Marks)
            {
                Add(mark.Over);
                Add([mark.Target, mark.When]);
            }
        }

        public List<Sort> Found { get; } = [];

        private void Add(IEnumerable<Binder> binders) => Found.AddRange(binders.Select(binder => binder.Sort));

        private void Add(IEnumerable<Expr> exprs)
        {
            foreach (var expr in exprs)
            {
                Of(expr);
            }
        }

        protected override ValueTuple OnLiteral(Expr.Literal node)
        {
            Found.Add(node.Sort);
            return default;
        }

        protected override ValueTuple OnNone(Expr.NoneOf node)
        {
            Found.Add(node.Sort);
            return default;
        }

        protected override ValueTuple OnRecordOf(Expr.RecordOf node)
        {
            Found.Add(node.Sort);
            return base.OnRecordOf(node);
        }

        protected override ValueTuple OnConstantMap(Expr.ConstantMap node)
        {
            Found.Add(node.Sort);
            return base.OnConstantMap(node);
        }

        protected override ValueTuple OnQuantified(Expr.Quantified node)
        {
            Found.Add(node.Binder.Sort);
            return base.OnQuantified(node);
        }
    }
}
