using Verify.Lowering;

namespace Verify.Explicit.PartialOrder;

/// <summary>Decides whether a step can make a predicate false.</summary>
/// <remarks>
/// The search looks for states where a goal holds. A step that can only make a goal true may be taken early without
/// losing it, so only the other direction makes a step visible (after Schmidt, "Stubborn sets for standard properties",
/// 1999, and Kristensen and Valmari, "Improved question-guided stubborn set methods for state properties", 2000, who
/// use the opposite direction).
/// </remarks>
internal sealed class RuleVisibility(RuleEffect step)
{
    private readonly HashSet<(Term, bool)> harmless = [];

    /// <summary>True if the step can change a truth value away from the given one.</summary>
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
            // In both cases it is enough that each operand keeps its value.
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

        // a comparison of one of several leaves, with an unchanged index, to a constant
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
