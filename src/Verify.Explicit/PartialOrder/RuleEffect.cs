using System.Collections.Immutable;
using System.Numerics;
using Verify.Lowering;

namespace Verify.Explicit.PartialOrder;

/// <summary>
/// The reads of a lowered rule and, for each leaf that it writes, the codes that it can produce, over all states.
/// </summary>
internal sealed class RuleEffect
{
    /// <summary>
    /// For leaves with more codes than bits in a word, only the fact that they are written is recorded.
    /// </summary>
    public const int MaxCodes = 64;

    private readonly LoweredRule rule;
    private readonly ImmutableArray<Term> conditions;
    private readonly Dictionary<int, ulong[]?> moves = [];

    public RuleEffect(LoweredModel model, LoweredRule rule)
    {
        this.rule = rule;
        conditions = [.. TermPool.Conjuncts(rule.Guard).Distinct()];
        Reads = Term.LeavesOf(
        [
            rule.Guard, rule.IsGuardDefined, rule.AreUpdatesDefined,
            .. rule.Writes.SelectMany(write => new[] { write.Index, write.Value, write.When }),
        ]);
        foreach (var leaf in rule.Writes.SelectMany(write => write.Leaves).Distinct())
        {
            var codes = model.Shape.Leaves[leaf].Codes;
            moves[leaf] = codes > MaxCodes ? null : [.. Enumerable.Range(0, codes).Select(from => Targets(leaf, from, codes))];
        }
    }

    /// <summary>The conditions of the guard; all must hold.</summary>
    public ImmutableArray<Term> Conditions => conditions;

    /// <summary>The leaves that determine whether the rule can fire, whether it is defined, and its effect.</summary>
    public IReadOnlySet<int> Reads { get; }

    /// <summary>The leaves that the rule can change.</summary>
    public IEnumerable<int> Writes => moves.Keys;

    /// <summary>True if the rule can change a leaf.</summary>
    public bool CanWrite(int leaf) => moves.ContainsKey(leaf);

    /// <summary>
    /// For each code that a leaf can have before the rule fires, the set of codes afterwards; null if unknown.
    /// </summary>
    public ulong[]? Moves(int leaf) => moves[leaf];

    /// <summary>The only code that the rule gives a leaf when it changes it; null if there are several.</summary>
    public int? OnlyCode(int leaf)
    {
        if (moves[leaf] is not { } known)
        {
            return null;
        }

        var changed = 0UL;
        for (var from = 0; from < known.Length; from++)
        {
            changed |= known[from] & ~(1UL << from);
        }

        // The leaf may already have the code that the rule writes.
        return BitOperations.IsPow2(changed) ? BitOperations.TrailingZeroCount(changed) : null;
    }

    /// <summary>
    /// The value of a term if one leaf has a given code and all others are unknown; null if it is not determined.
    /// </summary>
    public static long? Evaluate(Term term, int leaf, int code)
    {
        long? Part(int i) => Evaluate(term.Parts[i], leaf, code);
        switch (term.Kind)
        {
            case TermKind.Constant:
                return term.Number;
            case TermKind.Leaf:
                return term.Leaves[0] == leaf ? code : null;
            case TermKind.Select:
                // Terms are total: where the model is undefined, an index may be out of range.
                return Part(0) is { } at && at >= 0 && at < term.Leaves.Length && term.Leaves[(int)at] == leaf ? code : null;
            case TermKind.Not:
                return 1 - Part(0);
            case TermKind.And:
                return (Part(0), Part(1)) switch { (0, _) or (_, 0) => 0, (1, 1) => 1, _ => null };
            case TermKind.Or:
                return (Part(0), Part(1)) switch { (1, _) or (_, 1) => 1, (0, 0) => 0, _ => null };
            case TermKind.Equal:
                return Part(0) is { } a && Part(1) is { } b ? (a == b ? 1 : 0) : null;
            case TermKind.Less:
                return Part(0) is { } low && Part(1) is { } high ? (low < high ? 1 : 0) : null;
            case TermKind.Add:
                return Part(0) + Part(1);
            case TermKind.Subtract:
                return Part(0) - Part(1);
            case TermKind.Scale:
                return Part(0) * term.Number;
            case TermKind.Choice:
                return Part(0) switch { 1 => Part(1), 0 => Part(2), _ => null };
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private ulong Targets(int leaf, int from, int codes)
    {
        if (conditions.Any(condition => Evaluate(condition, leaf, from) == 0))
        {
            return 0;
        }

        var (to, isSure) = (0UL, false);
        foreach (var write in rule.Writes.Where(write => write.Leaves.Contains(leaf)))
        {
            var (when, index) = (Evaluate(write.When, leaf, from), Evaluate(write.Index, leaf, from));
            var isHere = index is { } at && at >= 0 && at < write.Leaves.Length ? write.Leaves[(int)at] == leaf : (bool?)null;
            if (when != 0 && isHere != false)
            {
                to |= Possible(write.Value, leaf, from);
                isSure |= when == 1 && isHere == true;
            }
        }

        var all = codes == MaxCodes ? ulong.MaxValue : (1UL << codes) - 1;
        return (isSure ? to : to | (1UL << from)) & all;
    }

    private static ulong Possible(Term term, int leaf, int from)
    {
        if (Evaluate(term, leaf, from) is { } known)
        {
            return known is >= 0 and < MaxCodes ? 1UL << (int)known : 0;
        }

        if (term.Kind == TermKind.Choice)
        {
            return Evaluate(term.Parts[0], leaf, from) switch
            {
                1 => Possible(term.Parts[1], leaf, from),
                0 => Possible(term.Parts[2], leaf, from),
                _ => Possible(term.Parts[1], leaf, from) | Possible(term.Parts[2], leaf, from),
            };
        }

        var codes = 0UL;
        for (var code = Math.Max(0, term.Min); code <= Math.Min(term.Max, MaxCodes - 1); code++)
        {
            codes |= 1UL << (int)code;
        }

        return codes;
    }
}
