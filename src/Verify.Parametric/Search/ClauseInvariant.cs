using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Search;

/// <summary>An invariant that the search found. It can be proved and printed like a hand-written one.</summary>
public sealed class ClauseInvariant : Invariant
{
    private readonly string claim;
    private readonly ImmutableArray<Clause> clauses;

    internal ClauseInvariant(string claim, ImmutableArray<Clause> clauses) => (this.claim, this.clauses) = (claim, clauses);

    /// <inheritdoc/>
    public override ImmutableArray<string> Claims => [claim];

    /// <summary>The conjuncts in words.</summary>
    public ImmutableArray<string> Names => [.. clauses.Select(clause => clause.Name)];

    /// <summary>The invariant as the text of a C# file.</summary>
    /// <param name="name">The name of the class.</param>
    /// <param name="model">The model, which gives the names of the scalar sets.</param>
    public string Source(string name, Model model)
    {
        var scalars = new Signature(model).Scalars.Select(scalar => scalar.Name).ToList();
        var lines = clauses.Select(clause => $"        i.Add(\"{clause.Name}\",\n            {clause.Text});");
        return $$"""
            using System.Collections.Immutable;
            using Verify.Claims;
            using static Verify.Modelling.Dsl;

            namespace Verify.Proofs;

            /// <summary>Found by verify prove {{claim}} --any-size --find.</summary>
            public sealed class {{name}} : Invariant
            {
                /// <inheritdoc/>
                public override ImmutableArray<string> Claims => ["{{claim}}"];

                /// <inheritdoc/>
                protected override void Describe(InvariantBuilder i)
                {
            {{string.Join('\n', scalars.Select(scalar => $"        var {scalar} = i.Sort(\"{scalar}\");"))}}
            {{string.Join('\n', lines)}}
                }
            }

            """;
    }

    // Selects literals by their texts, because a model of another size may have other statements in another order.
    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var vocabulary = new AtomCatalogue(new Signature(i.Model));
        foreach (var clause in clauses)
        {
            var literals = clause.Literals.Select(literal => vocabulary.Find(literal.Text) ?? throw UserErrorException.At(
                null, ErrorCodes.UnknownName, $"this model has no literal {literal.Text}, which the conjunct '{clause.Name}' uses"));
            i.Add(clause.Name, InvariantSearch.ClauseIn(vocabulary, [.. literals]).Expression);
        }
    }
}
