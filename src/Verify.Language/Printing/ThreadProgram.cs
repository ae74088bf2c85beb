using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Language.Printing;

/// <summary>The program of a thread, found in its rules: what can be taken at each point, and where it leads.</summary>
/// <remarks>
/// A model keeps the rules of a thread and no statements. Each rule tests the program counter, perhaps a condition of the
/// program, and the guard of its step; it ends with an update of the program counter, and resets of locals where it leaves.
/// </remarks>
internal sealed class ThreadProgram
{
    private readonly Variable pc;
    private readonly ImmutableArray<Variable> locals;

    private ThreadProgram(Model model, string name, Variable pc)
    {
        (Model, Name, this.pc) = (model, name, pc);
        locals =
        [
            .. model.Variables.Where(one => one.Role == VariableRole.Local && one.Name.StartsWith($"{name}.", StringComparison.Ordinal)),
        ];
        Points = (Sort.Enumeration)(pc.Sort is Sort.Mapping map ? map.Value : pc.Sort);
        IsKeyed = pc.Sort is Sort.Mapping;
        Steps = [.. Points.Members.Select(_ => new List<Step>())];
    }

    public Model Model { get; }

    public string Name { get; }

    public bool IsKeyed { get; }

    /// <summary>The sort of the program counter: a member for each point.</summary>
    public Sort.Enumeration Points { get; }

    /// <summary>The steps at each point.</summary>
    public ImmutableArray<List<Step>> Steps { get; }

    /// <summary>The point behind the program; null if it starts again.</summary>
    public int? End => Steps[^1].Count == 0 ? Steps.Length - 1 : null;

    /// <summary>The locals, in the order of their declaration.</summary>
    public ImmutableArray<Variable> Locals => locals;

    /// <summary>The sort of the key; null for a single thread.</summary>
    public Sort? Key => (pc.Sort as Sort.Mapping)?.Key;

    /// <summary>The program of a thread; null if its rules do not show one.</summary>
    public static ThreadProgram? Of(Model model, ModelThread thread)
    {
        if (model.Variables.FirstOrDefault(one => one.Role == VariableRole.ProgramCounter && one.Name == $"{thread.Name}.pc") is not { } pc)
        {
            return null;
        }

        var program = new ThreadProgram(model, thread.Name, pc);
        return model.Rules.Where(rule => rule.Thread == thread.Name).All(program.Add) ? program : null;
    }

    /// <summary>True for a variable that the text of the thread declares.</summary>
    public bool Declares(Variable variable) => variable == pc || locals.Contains(variable);

    /// <summary>The names of the parameters of a rule, its key first, and those of locals, which nothing else may have.</summary>
    public List<(Binder Binder, string Name)> ScopeOf(Rule rule, NameWriter names)
    {
        List<(Binder, string)> known = [.. locals.Select(local => (new Binder(local.Name, Sort.Bool), ShortNameOf(local)))];
        return ModelWriter.Scope(names, rule.Parameters, known);
    }

    /// <summary>The name of a local within its thread.</summary>
    public string ShortNameOf(Variable local) => local.Name[(Name.Length + 1)..];

    /// <summary>A text in which the thread names its own locals.</summary>
    public string Short(string text)
    {
        foreach (var local in IsKeyed ? locals : [])
        {
            var (whole, own) = ($"{NameWriter.Written(local.Name)}[{KeyName}", NameWriter.Written(ShortNameOf(local)));
            text = text.Replace($"{whole}]", own, StringComparison.Ordinal).Replace($"{whole}, ", $"{own}[", StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The name of the key.</summary>
    public string KeyName { get; private set; } = "";

    /// <summary>Chooses the name of the key.</summary>
    public void NameKey(NameWriter names) => KeyName = Steps.SelectMany(steps => steps).FirstOrDefault() is { } step && IsKeyed
        ? ScopeOf(step.Rule, names)[locals.Length].Name
        : "";

    /// <summary>True if a rule has the actor that its thread gives to steps.</summary>
    public bool IsUsual(Rule rule) => Key is Sort.ScalarSet
        ? rule.Actor.Processor is Expr.BoundVariable { Binder: var binder } && ReferenceEquals(binder, rule.Parameters[0])
        : rule.Actor is { Processor: null, Name: var name } && name == Name;

    private bool Add(Rule rule)
    {
        var (at, items) = Split(rule.Guard);
        var jump = rule.Updates.ToList().FindIndex(update => update.Variable == pc);
        if (at is not { } point || jump < 0 || (IsKeyed && rule.Parameters.IsEmpty))
        {
            return false;
        }

        var hasResets = jump < rule.Updates.Length - 1;
        var (condition, then, otherwise) = rule.Updates[jump].Value switch
        {
            Expr.Literal one => (null, one.Number, one.Number),
            Expr.Conditional { IfTrue: Expr.Literal yes, IfFalse: Expr.Literal no } choice => (choice.Condition, yes.Number, no.Number),
            _ => ((Expr?)null, -1, -1),
        };
        if (then < 0)
        {
            return false;
        }

        // A thread that starts again leaves by its first point; without locals, that is the same as to go there.
        var leaves = hasResets ? rule.Updates[jump + 1].When : null;
        int? Target(int number, bool isTrue) => leaves is null
            ? number == EndOrStart && locals.IsEmpty ? null : number
            : condition is null || number == EndOrStart && Leaves(leaves, condition, isTrue) ? null : number;
        Steps[point].Add(new Step(rule, items.Count > 1 ? items[0] : null, items.LastOrDefault(), condition, Target(then, true),
            Target(otherwise, false), [.. rule.Updates.Take(jump).Select(update => Plain(update, leaves))]));
        return true;
    }

    private int EndOrStart => Points.Members.Length - 1 is var last
        && Model.Rules.Any(rule => rule.Thread == Name && Split(rule.Guard).At == last) ? 0 : last;

    private static bool Leaves(Expr leaves, Expr condition, bool isTrue) =>
        leaves is Expr.Literal || ReferenceEquals(leaves, condition) == isTrue;

    // The condition under which a step does not leave is added to what it does to locals.
    private Update Plain(Update update, Expr? leaves) => leaves is null or Expr.Literal || !locals.Contains(update.Variable) ? update
        : update with { When = update.When is Expr.Connective { Operator: LogicOperator.And } both ? both.Left : (Expr)true };

    // The point that a guard tests, and what it tests besides: the condition of the program, if there are two, and the guard.
    private (int? At, List<Expr> Items) Split(Expr guard) => guard switch
    {
        Expr.Equal { Left: var left, Right: Expr.Literal literal } when IsCounter(left) => (literal.Number, []),
        Expr.Connective { Operator: LogicOperator.And } both when Split(both.Left) is ({ } at, var items) => (at, [.. items, both.Right]),
        _ => (null, []),
    };

    private bool IsCounter(Expr expr) => expr is Expr.Read { Variable: var one } && one == pc
        || expr is Expr.Index { Map: Expr.Read { Variable: var map } } && map == pc;

    /// <summary>A step at a point.</summary>
    /// <param name="Rule">The rule.</param>
    /// <param name="Condition">The condition of the program; null if there is none, or if the guard may be one.</param>
    /// <param name="Guard">The guard.</param>
    /// <param name="Branch">The condition that it branches on.</param>
    /// <param name="Then">The next point; null for the end.</param>
    /// <param name="Otherwise">The next point if the branch is not taken.</param>
    /// <param name="Updates">The updates without those of the program.</param>
    internal sealed record Step(Rule Rule, Expr? Condition, Expr? Guard, Expr? Branch, int? Then, int? Otherwise,
        ImmutableArray<Update> Updates);
}
