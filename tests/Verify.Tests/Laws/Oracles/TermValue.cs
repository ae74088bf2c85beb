using Verify.Lowering;

namespace Verify.Tests.Laws.Oracles;

/// <summary>The value of terms where the leaves have certain codes.</summary>
/// <param name="codes">The code of a leaf.</param>
internal sealed class TermValue(Func<int, int> codes)
{
    private readonly Dictionary<Term, long> known = [];

    /// <summary>Whether a truth value holds.</summary>
    public bool Holds(Term term) => Of(term) switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidOperationException($"a truth value is {other}"),
    };

    /// <summary>The value; within the bounds that the term gives itself.</summary>
    public long Of(Term term)
    {
        if (!known.TryGetValue(term, out var value))
        {
            value = Worked(term);
            Assert.True(value >= term.Min && value <= term.Max, $"{value} is outside of {term.Min}..{term.Max}");
            known[term] = value;
        }

        return value;
    }

    private long Worked(Term term)
    {
        long Part(int i) => Of(term.Parts[i]);
        return term.Kind switch
        {
            TermKind.Constant => term.Number,
            TermKind.Leaf => codes(term.Leaves[0]),
            // Where an index is outside, the term is not defined, and any value will do.
            TermKind.Select => Part(0) is >= 0 and var i && i < term.Leaves.Length ? codes(term.Leaves[(int)i]) : 0,
            // What an empty option would hold may be no truth value; it decides nothing where all is defined.
            TermKind.Not => Part(0) == 0 ? 1 : 0,
            TermKind.And => Part(0) != 0 && Part(1) != 0 ? 1 : 0,
            TermKind.Or => Part(0) != 0 || Part(1) != 0 ? 1 : 0,
            TermKind.Equal => Part(0) == Part(1) ? 1 : 0,
            TermKind.Less => Part(0) < Part(1) ? 1 : 0,
            TermKind.Add => Part(0) + Part(1),
            TermKind.Subtract => Part(0) - Part(1),
            TermKind.Scale => Part(0) * term.Number,
            TermKind.Choice => Part(0) != 0 ? Part(1) : Part(2),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
