using System.Collections.Immutable;

namespace Verify.Modelling;

/// <summary>
/// Variables, rules and properties with every size filled in. A model is immutable and valid once constructed.
/// </summary>
public sealed class Model
{
    private string? digest;
    private string? identity;

    internal Model(
        string name,
        ImmutableArray<Variable> variables,
        ImmutableArray<Rule> rules,
        ImmutableArray<Property> properties,
        ImmutableArray<Mark> marks,
        Sort.ScalarSet? processors,
        ImmutableArray<StartCondition> starts = default)
    {
        (Name, Variables, Rules, Properties) = (name, variables, rules, properties);
        (Marks, Processors, StartConditions) = (marks, processors, starts.IsDefault ? [] : starts);
        Validation.Check(this);
        if (!StartConditions.IsEmpty)
        {
            _ = new Semantics.StartSearch(new(this)).Require();
        }
    }

    /// <summary>The name of the family that built the model.</summary>
    public string Name { get; }

    /// <summary>The variables, in the order of their declaration.</summary>
    public ImmutableArray<Variable> Variables { get; }

    /// <summary>The conditions that every initial state satisfies; at least one state does.</summary>
    public ImmutableArray<StartCondition> StartConditions { get; }

    /// <summary>The rules, in the order of their declaration; the position of a rule identifies it in traces.</summary>
    public ImmutableArray<Rule> Rules { get; }

    /// <summary>The properties, in the order of their declaration.</summary>
    public ImmutableArray<Property> Properties { get; }

    /// <summary>The marks that traces show.</summary>
    public ImmutableArray<Mark> Marks { get; }

    /// <summary>The threads, in the order of their declaration.</summary>
    public ImmutableArray<ModelThread> Threads { get; internal init; } = [];

    /// <summary>The parts that the family has published.</summary>
    internal ImmutableArray<object> Parts { get; init; } = [];

    /// <summary>The scalar set whose members are the columns of a trace; null if there is none.</summary>
    public Sort.ScalarSet? Processors { get; }

    /// <summary>
    /// A short digest of the canonical text. Different models have different digests unless one is built to collide.
    /// </summary>
    /// <remarks>
    /// It is short enough to compare by eye, and computed on first use because most decisions do not need it.
    /// </remarks>
    public string Digest => digest ??= Fingerprint.Of(ModelPrinter.Of(this));

    /// <summary>The full digest: equal only for models with the same states, steps, actors and properties.</summary>
    public string Identity => identity ??= Fingerprint.Whole(ModelPrinter.WithActors(this));

    /// <summary>The same model with other rules.</summary>
    public Model With(ImmutableArray<Rule> rules) =>
        new(Name, Variables, rules, Properties, Marks, Processors, StartConditions) { Threads = Threads, Parts = Parts };

    /// <summary>The published part of a type.</summary>
    /// <exception cref="UserErrorException">VRF113: the family publishes no part of that type.</exception>
    public T Published<T>() where T : class => Parts.OfType<T>().FirstOrDefault()
        ?? throw Dsl.Error(ErrorCodes.UnknownName, $"model '{Name}' publishes no {typeof(T).Name}",
            Parts.IsEmpty
                ? "let its family say m.Publish(…)"
                : $"choose from {string.Join(", ", Parts.Select(part => part.GetType().Name))}");

    /// <summary>A property by its name.</summary>
    /// <exception cref="UserErrorException">VRF113: the model has no such property.</exception>
    public Property Property(string name) =>
        Properties.FirstOrDefault(property => property.Name == name)
        ?? throw UserErrorException.At(null, ErrorCodes.UnknownName,
            $"model '{Name}' has no property '{name}'; it has {string.Join(", ", Properties.Select(p => $"'{p.Name}'"))}");
}

/// <summary>A condition on the values that variables start with. It is defined for all values.</summary>
/// <param name="Holds">The condition; it reads no ghosts.</param>
/// <param name="Where">The source location of the declaration.</param>
public sealed record StartCondition(Expr Holds, SourceLocation Where);

/// <summary>
/// A word that a trace shows behind a location while a condition holds, such as "stale" behind a TLB entry.
/// </summary>
/// <param name="Text">The word.</param>
/// <param name="Over">The binders of the mark, one instance for every value.</param>
/// <param name="Target">The location.</param>
/// <param name="When">The condition.</param>
/// <param name="Where">The source location of the declaration.</param>
public sealed record Mark(string Text, ImmutableArray<Binder> Over, Expr Target, Expr When, SourceLocation Where);

/// <summary>A variable of a model. Identity is by reference.</summary>
public sealed class Variable
{
    internal Variable(string name, Sort sort, Expr? initially, VariableRole role, SourceLocation where) =>
        (Name, Sort, Initially, Role, Where) = (name, sort, initially, role, where);

    /// <summary>The name, unique in the model.</summary>
    public string Name { get; }

    /// <summary>The sort of its values.</summary>
    public Sort Sort { get; }

    /// <summary>The initial constant; null if the variable may start with any value.</summary>
    public Expr? Initially { get; }

    /// <summary>The role of the variable.</summary>
    public VariableRole Role { get; }

    /// <summary>The source location of the declaration.</summary>
    public SourceLocation Where { get; }

    /// <summary>True if only properties and other ghosts may read the variable.</summary>
    public bool IsGhost => Role == VariableRole.Ghost;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>The role of a variable.</summary>
public enum VariableRole
{
    /// <summary>State of the modelled system.</summary>
    State,

    /// <summary>A ghost: an observer's record, which nothing in the modelled system can read.</summary>
    Ghost,

    /// <summary>The position of a thread in its program; reports show the steps instead.</summary>
    ProgramCounter,

    /// <summary>A local of a thread; reports show it as an argument of its steps.</summary>
    Local,
}

/// <summary>A property of a model. A closed set.</summary>
/// <param name="Name">Unique in the model.</param>
/// <param name="Text">The property in a sentence, for reports.</param>
/// <param name="Where">The source location of the declaration.</param>
public abstract record Property(string Name, string Text, SourceLocation Where)
{
    /// <summary>A predicate that holds in every reachable state.</summary>
    /// <param name="Name">Unique in the model.</param>
    /// <param name="Text">The property in a sentence.</param>
    /// <param name="Where">The source location of the declaration.</param>
    /// <param name="Holds">The state predicate.</param>
    public sealed record Always(string Name, string Text, SourceLocation Where, Expr Holds) : Property(Name, Text, Where)
    {
        /// <summary>
        /// The reason why no premise of the predicate holds in this instance; null if each must hold in some state.
        /// </summary>
        public string? PremiseNever { get; init; }
    }

    /// <summary>A predicate that holds in at least one reachable state; it shows that a proof is not vacuous.</summary>
    /// <param name="Name">Unique in the model.</param>
    /// <param name="Text">The property in a sentence.</param>
    /// <param name="Where">The source location of the declaration.</param>
    /// <param name="Holds">The state predicate.</param>
    public sealed record Reachable(string Name, string Text, SourceLocation Where, Expr Holds) : Property(Name, Text, Where);

    /// <summary>
    /// The absence of deadlock: every reachable state enables a rule, except where the model may rest.
    /// </summary>
    /// <param name="Name">Unique in the model.</param>
    /// <param name="Text">The property in a sentence.</param>
    /// <param name="Where">The source location of the declaration.</param>
    /// <param name="MayRest">The states where the model may rest.</param>
    public sealed record NoDeadlock(string Name, string Text, SourceLocation Where, Expr MayRest) : Property(Name, Text, Where);

    /// <summary>
    /// Whenever the trigger holds, the goal holds then or later. The property covers every run that is weakly fair to
    /// each thread and to each rule declared <c>.Fair()</c>: if such a thread or rule stays enabled, it takes a step
    /// eventually.
    /// </summary>
    /// <param name="Name">Unique in the model.</param>
    /// <param name="Text">The property in a sentence.</param>
    /// <param name="Where">The source location of the declaration.</param>
    /// <param name="From">The trigger, a state predicate.</param>
    /// <param name="To">The goal, a state predicate.</param>
    public sealed record LeadsTo(string Name, string Text, SourceLocation Where, Expr From, Expr To) : Property(Name, Text, Where);

    /// <summary>The state predicates of the property, in order.</summary>
    public ImmutableArray<Expr> Predicates => this switch
    {
        Always p => [p.Holds],
        Reachable p => [p.Holds],
        NoDeadlock p => [p.MayRest],
        LeadsTo p => [p.From, p.To],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The name of the kind of property.</summary>
    public string Kind => GetType().Name;
}
