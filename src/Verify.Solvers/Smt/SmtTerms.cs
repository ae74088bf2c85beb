using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Lowering;

namespace Verify.Solvers.Smt;

/// <summary>
/// Terms as SMT-LIB text over truth values and bit-vectors. A leaf of two codes is a truth value; any other leaf has as
/// many bits as its codes need. Terms that occur more than once get names in nested <c>let</c>s, one for each height.
/// </summary>
/// <param name="codesOf">The number of codes of a leaf.</param>
/// <param name="nameOf">The name of a leaf.</param>
internal sealed class SmtTerms(Func<int, int> codesOf, Func<int, string> nameOf)
{
    /// <summary>A term as a truth value (0 bits) or as a number modulo 2 to the given number of bits.</summary>
    private readonly record struct View(Term Term, int Bits);

    private readonly Dictionary<View, int> uses = [];
    private readonly Dictionary<View, int> heights = [];
    private readonly Dictionary<View, string> names = [];

    /// <summary>The number of bits that a number of codes needs.</summary>
    public static int BitsOf(int codes) => int.Max(1, int.Log2(codes - 1) + 1);

    /// <summary>The sort of a leaf with the given number of codes.</summary>
    public static string SortOf(int codes) => codes == 2 ? "Bool" : $"(_ BitVec {BitsOf(codes)})";

    /// <summary>The value of a leaf, written in its sort.</summary>
    public static string Literal(int codes, long code) =>
        codes != 2 ? Number(code, BitsOf(codes)) : code == 1 ? "true" : "false";

    /// <summary>The conjunction of some terms and some texts.</summary>
    public string All(IEnumerable<Term> terms, params IEnumerable<string> others) =>
        Compose([.. terms.Select(term => (term, 2))], parts => Joined("and", "true", [.. others, .. parts]));

    /// <summary>The disjunction of some terms.</summary>
    public string Any(IEnumerable<Term> terms) =>
        Compose([.. terms.Select(term => (term, 2))], parts => Joined("or", "false", parts));

    /// <summary>
    /// A text composed of terms, each converted to the sort of a leaf with the given number of codes.
    /// </summary>
    public string Compose(ImmutableArray<(Term Term, int Codes)> terms, Func<IReadOnlyList<string>, string> write)
    {
        uses.Clear();
        heights.Clear();
        names.Clear();
        var roots = terms.Select(root => new View(root.Term, root.Codes == 2 ? 0 : BitsOf(root.Codes))).ToList();
        roots.ForEach(Count);
        var text = new StringBuilder();
        var named = uses.Where(pair => pair.Value > 1 && IsWorthAName(pair.Key)).Select(pair => pair.Key)
            .GroupBy(view => heights[view]).OrderBy(level => level.Key).ToList();
        foreach (var level in named)
        {
            var bindings = level.OrderBy(view => view.Term.Id).ThenBy(view => view.Bits)
                .Select(view => (view, name: $"t{view.Term.Id}{(view.Bits == 0 ? "" : $"w{view.Bits}")}")).ToList();
            text.Append("\n  (let (").AppendJoin("\n        ", bindings.Select(b => $"({b.name} {Plain(b.view)})")).Append(')');
            bindings.ForEach(b => names[b.view] = b.name);
        }

        return text.Append("\n  ").Append(write([.. roots.Select(Text)])).Append(')', named.Count).ToString();
    }

    private static string Joined(string join, string empty, IReadOnlyList<string> parts) => parts.Count switch
    {
        0 => empty,
        1 => parts[0],
        _ => $"({join}\n    {string.Join("\n    ", parts)})",
    };

    private static bool IsWorthAName(View view) => view.Term.Kind switch
    {
        TermKind.Constant => false,
        TermKind.Leaf => false,
        TermKind.Not => view.Term.Parts[0].Kind is not TermKind.Leaf,
        _ => true,
    };

    // Visits views in the order of the text, so that the text is deterministic.
    private void Count(View root)
    {
        var waiting = new Stack<(View View, bool IsDone)>();
        waiting.Push((root, false));
        while (waiting.TryPop(out var next))
        {
            var parts = PartsOf(next.View);
            if (next.IsDone)
            {
                heights[next.View] = parts.IsEmpty ? 0 : parts.Max(part => heights[part]) + 1;
            }
            else if (uses.TryGetValue(next.View, out var count))
            {
                uses[next.View] = count + 1;
            }
            else
            {
                uses[next.View] = 1;
                waiting.Push((next.View, true));
                foreach (var part in parts)
                {
                    waiting.Push((part, false));
                }
            }
        }
    }

    private string Text(View view) => names.TryGetValue(view, out var name) ? name : Plain(view);

    private static bool IsTruth(Term term) => term.Min >= 0 && term.Max <= 1;

    private static bool IsSum(Term term) => term.Kind is TermKind.Add or TermKind.Subtract or TermKind.Scale;

    // The views that occur in the text of a view.
    private ImmutableArray<View> PartsOf(View view)
    {
        var (term, bits) = view;
        if (bits > 0 && IsTruth(term) && !IsSum(term) && !term.IsConstant)
        {
            return [new(term, 0)];
        }

        switch (term.Kind)
        {
            case TermKind.Constant or TermKind.Leaf:
                return [];
            case TermKind.Select when bits > 0 && bits != BitsOf(codesOf(term.Leaves[0])):
                return [new(term, BitsOf(codesOf(term.Leaves[0])))];
            case TermKind.Select:
                return [new(term.Parts[0], IndexBits(term))];
            case TermKind.Not or TermKind.And or TermKind.Or:
                return [.. term.Parts.Select(part => new View(part, 0))];
            case TermKind.Equal or TermKind.Less:
                var common = Common(term);
                return [.. term.Parts.Select(part => new View(part, common.Bits))];
            case TermKind.Choice:
                return [new(term.Parts[0], 0), new(term.Parts[1], bits), new(term.Parts[2], bits)];
            default:
                return bits == 0 ? [new(term, 1)] : [.. term.Parts.Select(part => new View(part, bits))];
        }
    }

    private string Plain(View view)
    {
        var (term, bits) = view;
        var parts = PartsOf(view).Select(Text).ToList();
        if (bits > 0 && IsTruth(term) && !IsSum(term) && !term.IsConstant)
        {
            return $"(ite {parts[0]} {Number(1, bits)} {Number(0, bits)})";
        }

        return term.Kind switch
        {
            TermKind.Constant => bits > 0 ? Number(term.Number, bits) : term.IsTrue ? "true" : "false",
            TermKind.Leaf => bits == 0 ? nameOf(term.Leaves[0]) : Fitted(nameOf(term.Leaves[0]), BitsOf(codesOf(term.Leaves[0])), bits),
            TermKind.Select when bits > 0 && bits != BitsOf(codesOf(term.Leaves[0])) =>
                Fitted(parts[0], BitsOf(codesOf(term.Leaves[0])), bits),
            TermKind.Select => Selection(term, parts[0]),
            TermKind.Not => $"(not {parts[0]})",
            TermKind.And => $"(and {parts[0]} {parts[1]})",
            TermKind.Or => $"(or {parts[0]} {parts[1]})",
            TermKind.Equal => $"(= {parts[0]} {parts[1]})",
            TermKind.Less => $"({(Common(term).IsSigned ? "bvslt" : "bvult")} {parts[0]} {parts[1]})",
            TermKind.Choice => $"(ite {parts[0]} {parts[1]} {parts[2]})",
            _ when bits == 0 => $"(= {parts[0]} #b1)",
            TermKind.Add => $"(bvadd {parts[0]} {parts[1]})",
            TermKind.Subtract => $"(bvsub {parts[0]} {parts[1]})",
            TermKind.Scale => $"(bvmul {parts[0]} {Number(term.Number, bits)})",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // An index out of range is reported as undefined elsewhere; here it may select any value.
    private string Selection(Term term, string index)
    {
        var text = new StringBuilder();
        for (var i = 0; i < term.Leaves.Length - 1; i++)
        {
            text.Append("(ite (= ").Append(index).Append(' ').Append(Number(i, IndexBits(term))).Append(") ")
                .Append(nameOf(term.Leaves[i])).Append(' ');
        }

        return text.Append(nameOf(term.Leaves[^1])).Append(')', term.Leaves.Length - 1).ToString();
    }

    private static int IndexBits(Term select)
    {
        var index = select.Parts[0];
        return Width(long.Min(index.Min, 0), long.Max(index.Max, select.Leaves.Length)).Bits;
    }

    // Two numbers are compared with as many bits as either needs; two truth values directly, unless they are ordered.
    private static (int Bits, bool IsSigned) Common(Term term)
    {
        var (a, b) = (term.Parts[0], term.Parts[1]);
        return term.Kind == TermKind.Equal && IsTruth(a) && IsTruth(b)
            ? (0, false)
            : Width(long.Min(a.Min, b.Min), long.Max(a.Max, b.Max));
    }

    private static (int Bits, bool IsSigned) Width(long min, long max)
    {
        var isSigned = min < 0;
        var bits = 1;
        while (bits < 63 && (isSigned
            ? min < -(1L << (bits - 1)) || max >= 1L << (bits - 1)
            : max >= 1L << bits))
        {
            bits++;
        }

        return (bits, isSigned);
    }

    private static string Fitted(string text, int from, int to) => to == from ? text
        : to > from ? $"((_ zero_extend {to - from}) {text})"
        : $"((_ extract {to - 1} 0) {text})";

    private static string Number(long value, int bits)
    {
        var digits = Convert.ToString(value, 2);
        var padded = value < 0 ? digits.PadLeft(64, '1') : digits.PadLeft(64, '0');
        return string.Create(CultureInfo.InvariantCulture, $"#b{padded[^bits..]}");
    }
}
