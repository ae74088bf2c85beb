using System.Collections.Immutable;
using Verify.Claims;
using Verify.Lowering.FirstOrder;
using Verify.Modelling;

namespace Verify.Generic;

/// <summary>An invariant that was found: it can be proved as one that is written down, and be printed as one.</summary>
public sealed class ClauseInvariant : Invariant
{
    private readonly string claim;
    private readonly ImmutableArray<ImmutableArray<int>> clauses;

    internal ClauseInvariant(string claim, ImmutableArray<ImmutableArray<int>> clauses, ImmutableArray<string> text) =>
        (this.claim, this.clauses, Conjuncts) = (claim, clauses, text);

    /// <inheritdoc/>
    public override ImmutableArray<string> Claims => [claim];

    /// <summary>The conjuncts in C#.</summary>
    public ImmutableArray<string> Conjuncts { get; }

    /// <summary>The whole of it in C#, ready to be put into a file of its own.</summary>
    /// <param name="name">The name of the class.</param>
    /// <param name="model">The model, for the names of its scalar sets.</param>
    public string Source(string name, Model model)
    {
        var scalars = new Signature(model).Scalars.Select(scalar => scalar.Name).ToList();
        var lines = Conjuncts.Select((text, i) => $"        i.Add(\"{i + 1}\", {text});");
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

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var vocabulary = new Vocabulary(new Signature(i.Model));
        for (var n = 0; n < clauses.Length; n++)
        {
            i.Add($"{n + 1}", InvariantSearch.ClauseIn(vocabulary, clauses[n]).Expression);
        }
    }
}
