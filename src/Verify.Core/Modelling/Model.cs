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
