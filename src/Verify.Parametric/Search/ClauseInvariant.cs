using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Search;

/// <summary>An invariant that was found: it can be proved as one that is written down, and be printed as one.</summary>
public sealed class ClauseInvariant : Invariant
{
    private readonly string claim;
    private readonly ImmutableArray<Clause> clauses;

    internal ClauseInvariant(string claim, ImmutableArray<Clause> clauses) => (this.claim, this.clauses) = (claim, clauses);

    /// <inheritdoc/>
    public override ImmutableArray<string> Claims => [claim];

    /// <summary>What each conjunct says, in words.</summary>
    public ImmutableArray<string> Names => [.. clauses.Select(clause => clause.Name)];

    /// <summary>The whole of it in C#, ready to be put into a file of its own.</summary>
    /// <param name="name">The name of the class.</param>
    /// <param name="model">The model, for the names of its scalar sets.</param>
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

    // By their texts: a model of another size may have other statements, in another order.
    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var vocabulary = new AtomCatalogue(new Signature(i.Model));
        foreach (var clause in clauses)
        {
            var literals = clause.Literals.Select(literal => vocabulary.Find(literal.Text) ?? throw UserErrorException.At(
                null, ErrorCodes.UnknownName, $"this model cannot say {literal.Text}, as the conjunct '{clause.Name}' does"));
            i.Add(clause.Name, InvariantSearch.ClauseIn(vocabulary, [.. literals]).Expression);
        }
    }
}
