using Verify.Lowering;

namespace Verify.Explicit.PartialOrder;

/// <summary>Whether a step can make a predicate false that held before it.</summary>
/// <remarks>
/// What a search looks for is a state where something holds; a step that can only bring it about may be taken early
/// without losing it, so that only the other direction makes a step visible (after Schmidt, "Stubborn sets for standard
/// properties", 1999, and Kristensen and Valmari, "Improved question-guided stubborn set methods for state properties",
/// 2000, who use it the other way round).
/// </remarks>
internal sealed class RuleVisibility(RuleEffect step)
{
    private readonly HashSet<(Term, bool)> harmless = [];

    /// <summary>Whether the step can end that a truth value is as given.</summary>
    public bool CanEnd(Term term, bool isTrue)
    {
        if (harmless.Contains((term, isTrue)))
        {
            return false;
        }

        var can = term.Kind switch
        {
            TermKind.Constant => false,
            TermKind.Not => CanEnd(term.Parts[0], !isTrue),
            // In either case all that is needed of the parts is that what was so stays so.
            TermKind.And or TermKind.Or => CanEnd(term.Parts[0], isTrue) || CanEnd(term.Parts[1], isTrue),
            _ => CanEndAtom(term, isTrue),
        };
        if (!can)
        {
            harmless.Add((term, isTrue));
        }

        return can;
    }

    private bool CanEndAtom(Term term, bool isTrue)
    {
        var leaves = Term.LeavesOf(term);
        if (leaves.Count == 1)
        {
            return CanEnd(leaves.First(), code => RuleEffect.Evaluate(term, leaves.First(), code) == 1 == isTrue);
        }

        // One of several leaves, by an index that stays, against a constant.
        var (looked, number) = term.Kind == TermKind.Equal && term.Parts[1].IsConstant ? (term.Parts[0], term.Parts[1].Number) : (term, 1);
        return looked.Kind == TermKind.Select && !Term.LeavesOf(looked.Parts[0]).Any(step.CanWrite)
            ? looked.Leaves.Any(leaf => CanEnd(leaf, code => code == number == isTrue))
            : leaves.Any(step.CanWrite);
    }

    private bool CanEnd(int leaf, Func<int, bool> isSo)
    {
        if (!step.CanWrite(leaf))
        {
            return false;
        }

        if (step.Moves(leaf) is not { } moves)
        {
            return true;
        }

        for (var from = 0; from < moves.Length; from++)
        {
            for (var to = 0; to < moves.Length; to++)
            {
                if ((moves[from] >> to & 1) != 0 && isSo(from) && !isSo(to))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
