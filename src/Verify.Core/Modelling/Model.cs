using System.Collections.Immutable;

namespace Verify.Modelling;

/// <summary>Variables, rules and properties with every size filled in; immutable, and valid once constructed.</summary>
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
        Sort.ScalarSet? processors)
    {
        (Name, Variables, Rules, Properties) = (name, variables, rules, properties);
        (Marks, Processors) = (marks, processors);
        Validation.Check(this);
    }

    /// <summary>The name of the family it was built by.</summary>
    public string Name { get; }

    /// <summary>The variables, in the order of their declaration.</summary>
    public ImmutableArray<Variable> Variables { get; }

    /// <summary>The rules, in the order of their declaration; a rule's position is its identity in traces.</summary>
    public ImmutableArray<Rule> Rules { get; }

    /// <summary>The properties, in the order of their declaration.</summary>
    public ImmutableArray<Property> Properties { get; }

    /// <summary>What reports point out.</summary>
    public ImmutableArray<Mark> Marks { get; }

    /// <summary>The threads, in the order of their declaration.</summary>
    public ImmutableArray<ModelThread> Threads { get; internal init; } = [];

    /// <summary>The scalar set whose members are the columns of a trace, if there is one.</summary>
    public Sort.ScalarSet? Processors { get; }

    /// <summary>A digest of the whole text: two models that are not made to have the same have not.</summary>
    /// <remarks>Short, to be read and compared by eye. Found when it is asked for first: most questions are answered without.</remarks>
    public string Digest => digest ??= Fingerprint.Of(ModelPrinter.Of(this));

    /// <summary>The whole digest: the same only for the same states, steps, actors and properties, whoever made the models.</summary>
    public string Identity => identity ??= Fingerprint.Whole(ModelPrinter.WithActors(this));

    /// <summary>A property by its name.</summary>
    /// <exception cref="UserErrorException">VRF113: there is none.</exception>
    public Property Property(string name) =>
        Properties.FirstOrDefault(property => property.Name == name)
        ?? throw UserErrorException.At(null, ErrorCodes.UnknownName,
            $"model '{Name}' has no property '{name}'; it has {string.Join(", ", Properties.Select(p => $"'{p.Name}'"))}");
}

/// <summary>Something that a report points out while it holds, as "stale" behind a TLB entry.</summary>
/// <param name="Text">The word to print.</param>
/// <param name="Over">For every value of these.</param>
/// <param name="Target">The location it is printed behind.</param>
/// <param name="When">While this holds.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Mark(string Text, ImmutableArray<Binder> Over, Expr Target, Expr When, SourceLocation Where);

/// <summary>A variable of a model. Identity is by reference.</summary>
public sealed class Variable
{
    internal Variable(string name, Sort sort, Expr? initially, VariableRole role, SourceLocation where) =>
        (Name, Sort, Initially, Role, Where) = (name, sort, initially, role, where);

    /// <summary>The name, unique in the model.</summary>
    public string Name { get; }

    /// <summary>What it holds.</summary>
    public Sort Sort { get; }

    /// <summary>The constant it starts with; null when it may start with any value of its (scalar) sort.</summary>
    public Expr? Initially { get; }

    /// <summary>What it is for.</summary>
    public VariableRole Role { get; }

    /// <summary>Where it is declared.</summary>
    public SourceLocation Where { get; }

    /// <summary>Whether the modelled system cannot see it.</summary>
    public bool IsGhost => Role == VariableRole.Ghost;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>What a variable is for.</summary>
public enum VariableRole
{
    /// <summary>State of the modelled system.</summary>
    State,

    /// <summary>An observer's notes, which nothing in the system can read.</summary>
    Ghost,

    /// <summary>Where a thread is in its program; reports show the steps in its place.</summary>
    ProgramCounter,

    /// <summary>A local of a thread; reports show it in the arguments of its steps.</summary>
    Local,
}

/// <summary>What is asked of a model. A closed set.</summary>
/// <param name="Name">Unique in the model.</param>
/// <param name="Text">The property in a sentence, for reports.</param>
/// <param name="Where">Where it is declared.</param>
public abstract record Property(string Name, string Text, SourceLocation Where)
{
    /// <summary>Holds in every reachable state.</summary>
    /// <param name="Name">Unique in the model.</param>
    /// <param name="Text">The property in a sentence.</param>
    /// <param name="Where">Where it is declared.</param>
    /// <param name="Holds">The state predicate.</param>
    public sealed record Always(string Name, string Text, SourceLocation Where, Expr Holds) : Property(Name, Text, Where);

    /// <summary>Holds in at least one reachable state: the witness against an empty proof.</summary>
    /// <param name="Name">Unique in the model.</param>
    /// <param name="Text">The property in a sentence.</param>
    /// <param name="Where">Where it is declared.</param>
    /// <param name="Holds">The state predicate.</param>
    public sealed record Reachable(string Name, string Text, SourceLocation Where, Expr Holds) : Property(Name, Text, Where);

    /// <summary>In every reachable state some rule can fire, or the state is one where the model may rest.</summary>
    /// <param name="Name">Unique in the model.</param>
    /// <param name="Text">The property in a sentence.</param>
    /// <param name="Where">Where it is declared.</param>
    /// <param name="MayRest">Where nothing needs to be able to happen.</param>
    public sealed record NoDeadlock(string Name, string Text, SourceLocation Where, Expr MayRest) : Property(Name, Text, Where);

    /// <summary>
    /// Whenever the first holds, the second does then or later, in every run that is weakly fair to each thread and to each
    /// rule declared <c>.Fair()</c>: what could go on from some point on for ever does go on.
    /// </summary>
    /// <param name="Name">Unique in the model.</param>
    /// <param name="Text">The property in a sentence.</param>
    /// <param name="Where">Where it is declared.</param>
    /// <param name="From">What triggers it.</param>
    /// <param name="To">What has to come.</param>
    public sealed record LeadsTo(string Name, string Text, SourceLocation Where, Expr From, Expr To) : Property(Name, Text, Where);

    /// <summary>The predicates of states that it is made of, in order.</summary>
    public ImmutableArray<Expr> Predicates => this switch
    {
        Always p => [p.Holds],
        Reachable p => [p.Holds],
        NoDeadlock p => [p.MayRest],
        LeadsTo p => [p.From, p.To],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The word for the kind of property.</summary>
    public string Kind => GetType().Name;
}
