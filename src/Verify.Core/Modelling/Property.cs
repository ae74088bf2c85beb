using System.Collections.Immutable;

namespace Verify.Modelling;

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
