using Verify.Lowering;

namespace Verify.Tests.Laws.Oracles;

/// <summary>Evaluates terms for given codes of the leaves.</summary>
/// <param name="codes">The code of a leaf.</param>
internal sealed class TermValue(Func<int, int> codes)
{
    private readonly Dictionary<Term, long> known = [];

    /// <summary>True if a truth value holds.</summary>
    public bool Holds(Term term) => Of(term) switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidOperationException($"a truth value is {other}"),
    };

    /// <summary>The value, which must be within the bounds of the term.</summary>
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
            // If an index is out of range, the term is undefined and any value will do.
            TermKind.Select => Part(0) is >= 0 and var i && i < term.Leaves.Length ? codes(term.Leaves[(int)i]) : 0,
            // The content of an empty option may not be a truth value; it has no effect where everything is defined.
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
