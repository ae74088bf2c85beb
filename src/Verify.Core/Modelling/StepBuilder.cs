using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Verify.Modelling;

/// <summary>
/// Builds one atomic step: its guard and its updates. All expressions read the state before the step.
/// </summary>
public sealed class StepBuilder
{
    private readonly ModelBuilder model;
    private readonly string? thread;
    private readonly List<Update> updates = [];
    private readonly List<Source> sources = [];
    private readonly Stack<Binder> over = [];
    private Expr condition = true;
    private Expr guard = true;
    private Actor? actor;
    private string? never;
    private bool? isFair;
    private ImmutableArray<Expr>? shown;
    private string? noneShown;
    private Func<Rule, Rule>? amended;

    internal StepBuilder(ModelBuilder model, string name, string? thread, ImmutableArray<Binder> parameters, SourceLocation where) =>
        (this.model, Name, this.thread, Parameters, Where) = (model, name, thread, parameters, where);

    internal StepBuilder(ModelBuilder model, string name, string? thread, ReadOnlySpan<Sort> sorts, SourceLocation where)
    {
        AuthoredCode.CheckStack();
        (this.model, Name, this.thread, Where) = (model, name, thread, where);
        var binders = ImmutableArray.CreateBuilder<Binder>();
        foreach (var sort in sorts)
        {
            if (!sort.IsScalar)
            {
                throw Dsl.Error(ErrorCodes.SortMismatch,
$"rule '{name}' cannot range over '{sort}': the sort has no finite list of values");
            }

            var plain = Dsl.NameFor(sort);
            var taken = binders.Count(binder => binder.Sort.Equals(sort));
            binders.Add(new Binder(taken == 0 ? plain : $"{plain}{taken + 1}", sort));
        }

        Parameters = binders.ToImmutable();
    }

    internal string Name { get; }

    internal SourceLocation Where { get; }

    internal ImmutableArray<Binder> Parameters { get; set; }

    internal IReadOnlyList<Update> Updates => updates;

    internal Expr Guard => guard;

    /// <summary>Adds a condition to the guard of the step; all conditions must hold.</summary>
    public StepBuilder When(Expr holds)
    {
        if (over.Count > 0 || condition is not Expr.Literal { Number: 1 })
        {
            throw Dsl.Error(ErrorCodes.BadDeclaration,
                $"rule '{Name}' has a guard inside of If or Each, but a guard applies to the whole step",
                "put When before If, or use SetIf");
        }

        guard &= Dsl.Coerce(holds, Sort.Bool);
        return this;
    }

    /// <summary>Adds an update: after the step, the location holds the value.</summary>
    /// <remarks>
    /// All updates of a step happen at once and read the state before it: <c>.Set(x, y).Set(y, x)</c> swaps two
    /// variables. Their order does not matter. Two updates of one step that write the same location are an error
    /// (VRF104).
    /// </remarks>
    public StepBuilder Set(Expr target, Expr value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        CheckLocation(target);
        updates.Add(new Update([.. over.Reverse()], condition, target, Dsl.Coerce(value, target.Sort), SourceLocation.From(file, line)));
        return this;
    }

    /// <summary>
    /// Adds an update that happens only if a condition holds in the state before the step; see <see cref="Set"/>.
    /// </summary>
    public StepBuilder SetIf(Expr holds, Expr target, Expr value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        If(holds, () => Set(target, value, file, line));

    /// <summary>
    /// Applies the updates of the body only if a condition holds; the step itself happens either way.
    /// </summary>
    public StepBuilder If(Expr holds, Action body)
    {
        var outer = condition;
        condition &= Dsl.Coerce(holds, Sort.Bool);
        body();
        condition = outer;
        return this;
    }

    /// <summary>Applies the updates of the body for every value of a scalar sort.</summary>
    public StepBuilder Each(Sort sort, Action<Expr> body)
    {
        if (!sort.IsScalar)
        {
            throw Dsl.Error(ErrorCodes.SortMismatch, $"rule '{Name}' cannot range over '{sort}': the sort has no finite list of values");
        }

        var binder = new Binder($"each {Dsl.NameFor(sort)}", sort);
        return Each(binder, () => body(new Expr.BoundVariable(binder)));
    }

    /// <summary>Applies the updates of the body for every value of a binder.</summary>
    public StepBuilder Each(Binder binder, Action body)
    {
        over.Push(binder);
        body();
        over.Pop();
        return this;
    }

    /// <summary>
    /// Sets the arguments that reports print in parentheses after the name; by default the parameters without the
    /// processor.
    /// </summary>
    public StepBuilder Shows(params ReadOnlySpan<Expr> arguments)
    {
        shown = [.. arguments];
        return this;
    }

    /// <summary>Sets the word for an empty option among the arguments, such as <c>everything</c> in place of an address.</summary>
    public StepBuilder ShowsNoneAs(string word)
    {
        noneShown = word;
        return this;
    }

    /// <summary>Sets the processor, or another identity such as a task, that takes the step.</summary>
    public StepBuilder By(Expr processor)
    {
        actor = new Actor(null, processor);
        return this;
    }

    /// <summary>Sets the named actor that takes the step.</summary>
    public StepBuilder By(string name)
    {
        actor = new Actor(name, null);
        return this;
    }

    /// <summary>
    /// Makes the step weakly fair: it cannot stay enabled without happening. Steps of threads are fair by default;
    /// other rules belong to the environment and need never fire.
    /// </summary>
    public StepBuilder Fair(bool fair = true)
    {
        isFair = fair;
        return this;
    }

    /// <summary>
    /// Declares that the step must never fire in this instance, for example because a fix makes it impossible. A rule
    /// that is declared so does not make a proof vacuous; if it fires, the claim is not as expected.
    /// </summary>
    /// <param name="because">The reason, in a few words.</param>
    /// <param name="isSo">False to make no declaration, for example <c>!m.Has(fault)</c> if a fault enables the
    /// step.</param>
    public StepBuilder Never(string because, bool isSo = true)
    {
        never = isSo ? because : null;
        return this;
    }

    /// <summary>Names the sources that the step is modelled on.</summary>
    /// <remarks>The thing has one name, <see cref="Source"/>; the words of a step are verbs and prepositions, as When and By.</remarks>
    public StepBuilder From(params ReadOnlySpan<Source> origins)
    {
        sources.AddRange(origins);
        return this;
    }

    /// <summary>Changes the rule that is made of the step, as where a rule is read back that a thread had made.</summary>
    public StepBuilder Amend(Func<Rule, Rule> rule)
    {
        amended = rule;
        return this;
    }

    internal void Adopt(Actor? byDefault, string? neverByDefault) =>
        (actor, never) = (actor ?? byDefault, never ?? neverByDefault);

    internal void Also(Expr target, Expr value, SourceLocation spot) =>
        updates.Add(new Update([], true, target, value, spot));

    /// <summary>The rule of a step outside of threads.</summary>
    internal Rule ToRule() => amended?.Invoke(ToRule(1, guard, null)) ?? ToRule(1, guard, null);

    /// <summary>
    /// The rule of a step; a step of a thread has one for each point of the program where it can be taken.
    /// </summary>
    /// <param name="copy">The number of the rule among those with this name, from 1.</param>
    /// <param name="when">The guard of the rule.</param>
    /// <param name="threadKey">The parameter that identifies the thread; null for a single thread and outside of
    /// threads.</param>
    internal Rule ToRule(int copy, Expr when, Binder? threadKey)
    {
        var parameters = threadKey is null ? Parameters : [threadKey, .. Parameters];
        var processor = Parameters.FirstOrDefault(binder => binder.Sort.Equals(model.ProcessorSort));
        var who = actor
            ?? (processor is null ? new Actor(thread ?? "environment", null) : new Actor(null, new Expr.BoundVariable(processor)));
        var acting = (who.Processor as Expr.BoundVariable)?.Binder;
        var arguments = shown ?? [.. Parameters.Where(binder => binder != acting).Select(binder => new Expr.BoundVariable(binder))];
        var fullName = thread is null ? Name : $"{thread}.{Name}";
        var fairness = !(isFair ?? thread is not null) ? null
            : thread is null ? new Fairness($"rule {fullName}", parameters)
            : new Fairness($"thread {thread}", threadKey is null ? [] : [threadKey]);
        var name = copy == 1 ? fullName : $"{fullName}'{copy}";
        return new Rule(name, parameters, when, [.. updates], who, arguments, fairness, [.. sources], Where)
        {
            Thread = thread,
            Step = Name,
            Copy = copy,
            NoneShown = noneShown,
            Never = never,
        };
    }

    internal static void CheckLocation(Expr target)
    {
        var place = target;
        while (place is not Expr.Read)
        {
            place = place switch
            {
                Expr.Index at => at.Map,
                Expr.FieldOf get => get.Record,
                Expr.ValueOf value => value.Option,
                _ => throw Dsl.Error(ErrorCodes.NotALocation, $"'{target}' cannot be assigned to"),
            };
        }
    }
}
