using System.Globalization;
using Verify.Language.Sorts;
using Verify.Modelling;

namespace Verify.Language.Printing;

/// <summary>Writes one rule.</summary>
internal sealed class RuleWriter
{
    private readonly Rule rule;
    private readonly NameWriter names;
    private readonly Model model;
    private readonly PageWriter page;
    private readonly List<(Binder Binder, string Name)> scope;
    private readonly ExprWriter exprs;

    // Null outside of a program.
    private readonly ThreadProgram? program;
    private readonly int outer;

    public RuleWriter(Rule rule, Model model, NameWriter names, PageWriter page)
    {
        (this.rule, this.model, this.names, this.page) = (rule, model, names, page);
        scope = ModelWriter.Scope(names, rule.Parameters, []);
        exprs = new ExprWriter(names, scope);
    }

    /// <summary>Writes a rule as a step of its thread, at an indent.</summary>
    public RuleWriter(ThreadProgram.Step step, ThreadProgram program, NameWriter names, PageWriter page, int indent)
    {
        (rule, model, this.names, this.page) = (step.Rule, program.Model, names, page);
        (this.program, outer) = (program, indent);
        scope = program.ScopeOf(rule, names);
        exprs = new ExprWriter(names, scope);
    }

    private IEnumerable<Binder> Own => rule.Parameters.Skip(program is { IsKeyed: true } ? 1 : 0);

    public void Write()
    {
        var parameters = string.Join(", ", scope.Select(one => $"{one.Name}: {SortText.Of(one.Binder.Sort, names.Of)}"));
        page.Line(0, $"rule {NameWriter.Title(rule.Name)}{(parameters.Length > 0 ? $"({parameters})" : "")}", rule.Where);
        foreach (var source in rule.Sources)
        {
            Line(1, $"from {NameWriter.Text(source.Title)}, {NameWriter.Text(source.Reference)}");
        }

        if (rule.Thread is { } thread)
        {
            Line(1, $"of thread {NameWriter.Title(thread)} step {NameWriter.Title(rule.Step)}{Copy}");
        }

        Remarks();
        if (rule.Guard is not Expr.Literal { Number: 1 })
        {
            Line(1, $"when {exprs.TextAs(rule.Guard, Sort.Bool)}");
        }

        Updates(rule.Updates);
    }

    /// <summary>Writes the step; the way to the next points is up to its thread.</summary>
    public void WriteStep(ThreadProgram.Step step)
    {
        var named = scope.Where(one => Own.Contains(one.Binder));
        var parameters = string.Join(", ", named.Select(one => $"{one.Name}: {SortText.Of(one.Binder.Sort, names.Of)}"));
        Line(0, $"step {NameWriter.Title(rule.Step)}{(parameters.Length > 0 ? $"({parameters})" : "")}", rule.Where);
        foreach (var source in rule.Sources)
        {
            Line(1, $"from {NameWriter.Text(source.Title)}, {NameWriter.Text(source.Reference)}");
        }

        Remarks();
        if (step.Guard is not null)
        {
            Line(1, $"when {exprs.TextAs(step.Guard, Sort.Bool)}");
        }

        Updates(step.Updates);
    }

    /// <summary>A condition of the step.</summary>
    public string Condition(Expr condition) => program!.Short(exprs.TextAs(condition, Sort.Bool));

    private string Copy => rule.Copy == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" copy {rule.Copy}");

    private void Line(int indent, string line, SourceLocation? where = null) =>
        page.Line(outer + indent, program?.Short(line) ?? line, where);

    private string NameOf(Binder binder) => scope.First(one => ReferenceEquals(one.Binder, binder)).Name;

    private void Remarks()
    {
        if (Actor() is { } actor)
        {
            Line(1, $"by {actor}");
        }

        var acting = (rule.Actor.Processor as Expr.BoundVariable)?.Binder;
        var usual = Own.Where(binder => binder != acting).ToList();
        if (usual.Count != rule.Shown.Length
            || usual.Zip(rule.Shown).Any(pair => !(pair.Second is Expr.BoundVariable one && ReferenceEquals(one.Binder, pair.First))))
        {
            Line(1, $"shows ({string.Join(", ", rule.Shown.Select(shown => exprs.Text(shown)))})");
        }

        if (rule.NoneShown is { } word)
        {
            Line(1, $"shows none as {NameWriter.Text(word)}");
        }

        if (program is not null && rule.Fairness is null)
        {
            Line(1, "unfair");
        }
        else if (rule.Fairness is { } fairness && !(program is not null && IsUsual(fairness)))
        {
            Line(1, IsUsual(fairness)
                ? "fair"
                : $"fair as {NameWriter.Text(fairness.Group)} ({string.Join(", ", fairness.Of.Select(NameOf))})");
        }

        if (rule.Never is { } never)
        {
            Line(1, $"never {NameWriter.Text(never)}");
        }

        if (program is null && rule.Branch is { } branch)
        {
            string Never(string way, string? because) => because is null ? "" : $" never {way} {NameWriter.Text(because)}";
            var reasons = Never("true", branch.NeverTrue) + Never("false", branch.NeverFalse);
            Line(1, $"branches on {exprs.TextAs(branch.Condition, Sort.Bool)}{reasons}");
        }
    }

    // The steps of a thread are one group for each key, which is the first parameter; another rule is a group of its own.
    private bool IsUsual(Fairness fairness)
    {
        var isKeyed = model.Variables.Any(variable => variable.Name == $"{rule.Thread}.pc" && variable.Sort is Sort.Mapping);
        return rule.Thread is { } thread
            ? fairness.Group == $"thread {thread}" && fairness.Of.SequenceEqual(isKeyed ? rule.Parameters.Take(1) : [])
            : fairness.Group == $"rule {rule.Name}" && fairness.Of.SequenceEqual(rule.Parameters);
    }

    // Null for the actor that the reader takes by itself: the first processor among the parameters, or the environment.
    private string? Actor()
    {
        if (program is not null && program.IsUsual(rule))
        {
            return null;
        }

        var usual = rule.Parameters.FirstOrDefault(binder => model.Processors is { } processors && binder.Sort.Equals(processors));
        return rule.Actor switch
        {
            { Processor: Expr.BoundVariable { Binder: var binder } } when program is null && ReferenceEquals(binder, usual) => null,
            { Processor: { } processor } => exprs.Text(processor),
            { Name: "environment" } when usual is null && program is null => null,
            var actor => NameWriter.Text(actor.Name ?? ""),
        };
    }

    private void Updates(IReadOnlyCollection<Update> updates)
    {
        if (updates.Count == 0)
        {
            return;
        }

        Line(1, "{");
        foreach (var update in updates)
        {
            Line(2, Of(update));
        }

        Line(1, "}");
    }

    private string Of(Update update)
    {
        var inner = ModelWriter.Scope(names, update.Over, scope);
        var writer = new ExprWriter(names, inner);
        var set = $"{writer.Text(update.Target, 8)} = {writer.TextAs(update.Value, update.Target.Sort)}";
        var isAlways = update.When is Expr.Literal { Number: 1 };
        var line = isAlways ? set : $"if {writer.TextAs(update.When, Sort.Bool)} {{ {set} }}";
        if (update.Over.IsEmpty)
        {
            return isAlways ? $"{line}," : line;
        }

        var over = inner.Skip(scope.Count).Select(one => $"{one.Name} in {SortText.Of(one.Binder.Sort, names.Of)}");
        return $"for {string.Join(", ", over)} {{ {line} }}";
    }
}
