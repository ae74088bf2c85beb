using System.Diagnostics;
using System.Globalization;
using System.Text;
using Verify.Lowering;

namespace Verify.Formats.Btor2;

/// <summary>
/// Writes terms as BTOR2 lines; equal terms share a line. A term has as many bits as its values need.
/// </summary>
internal sealed class Btor2Nodes
{
    private readonly StringBuilder text = new();
    private readonly Dictionary<string, int> known = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> leaves = [];
    private readonly Dictionary<Term, int> terms = [];
    private int last;

    /// <summary>The representation of the values of a range.</summary>
    private readonly record struct Width(int Bits, bool IsSigned)
    {
        public static Width Of(long min, long max)
        {
            var isSigned = min < 0;
            var bits = 1;
            while (isSigned ? min < -(1L << (bits - 1)) || max >= 1L << (bits - 1) : max >= 1L << bits)
            {
                bits++;
            }

            return new Width(bits, isSigned);
        }

        public static Width Of(params ReadOnlySpan<Term> terms)
        {
            var (min, max) = (long.MaxValue, long.MinValue);
            foreach (var term in terms)
            {
                (min, max) = (long.Min(min, term.Min), long.Max(max, term.Max));
            }

            return Of(min, max);
        }
    }

    /// <summary>The bits that a number of codes needs.</summary>
    public static int BitsOf(int codes) => Width.Of(0, codes - 1).Bits;

    /// <summary>The text of all lines so far.</summary>
    public override string ToString() => text.ToString();

    /// <summary>A line of comment.</summary>
    public void Comment(string words) => text.Append("; ").Append(words.ReplaceLineEndings(" ")).Append('\n');

    /// <summary>The line of a bit-vector sort with the given number of bits.</summary>
    public int Sort(int bits) => Node($"sort bitvec {bits}");

    /// <summary>A constant.</summary>
    public int Constant(long number, int bits) => number == 0
        ? Node($"zero {Sort(bits)}")
        : Node(string.Create(CultureInfo.InvariantCulture, $"constd {Sort(bits)} {number & ((1L << bits) - 1)}"));

    /// <summary>Declares a state or an input as the current value of a leaf.</summary>
    public int Declare(string kind, int leaf, int codes, string symbol) =>
        leaves[leaf] = Line($"{kind} {Sort(BitsOf(codes))} {symbol} ; {codes} values");

    /// <summary>The current line of a leaf.</summary>
    public int Leaf(int leaf) => leaves[leaf];

    /// <summary>Adds a line to which no other line refers.</summary>
    public int Line(string line)
    {
        text.Append(CultureInfo.InvariantCulture, $"{++last} {line}\n");
        return last;
    }

    /// <summary>The conjunction of some truth values.</summary>
    public int All(IEnumerable<int> nodes) => Joined("and", nodes, 1);

    /// <summary>The disjunction of some truth values.</summary>
    public int Any(IEnumerable<int> nodes) => Joined("or", nodes, 0);

    /// <summary>A conditional of two nodes with the given number of bits.</summary>
    public int Choice(int bits, int condition, int a, int b) => Node($"ite {Sort(bits)} {condition} {a} {b}");

    /// <summary>The condition that a node with the given number of bits is less than a number.</summary>
    public int Below(int node, int bits, long number) => Node($"ult {Sort(1)} {node} {Constant(number, bits)}");

    /// <summary>A term as a truth value.</summary>
    public int Truth(Term term) => Of(term, 1);

    /// <summary>A term with the given number of bits, modulo two to that number.</summary>
    public int Of(Term term, int bits)
    {
        var missing = new SortedDictionary<int, Term>();
        var waiting = new Stack<Term>([term]);
        while (waiting.TryPop(out var next))
        {
            if (!terms.ContainsKey(next) && missing.TryAdd(next.Id, next))
            {
                Array.ForEach([.. next.Parts], waiting.Push);
            }
        }

        // Operands come before the terms that use them.
        foreach (var one in missing.Values)
        {
            terms[one] = Write(one);
        }

        return Fitted(term, bits);
    }

    private int Joined(string join, IEnumerable<int> nodes, int otherwise)
    {
        int? all = null;
        foreach (var node in nodes)
        {
            all = all is { } some ? Node($"{join} {Sort(1)} {some} {node}") : node;
        }

        return all ?? Constant(otherwise, 1);
    }

    private int Node(string line)
    {
        if (!known.TryGetValue(line, out var node))
        {
            known[line] = node = Line(line);
        }

        return node;
    }

    private int Fitted(Term term, int bits) => Fitted(terms[term], Width.Of(term), bits);

    private int Fitted(int node, Width from, int bits) => bits == from.Bits ? node
        : bits < from.Bits ? Node($"slice {Sort(bits)} {node} {bits - 1} 0")
        : Node($"{(from.IsSigned ? "sext" : "uext")} {Sort(bits)} {node} {bits - from.Bits}");

    private int Write(Term term)
    {
        var own = Width.Of(term);
        var parts = term.Parts;
        switch (term.Kind)
        {
            case TermKind.Constant:
                return Constant(term.Number, own.Bits);
            case TermKind.Leaf:
                return leaves[term.Leaves[0]];
            case TermKind.Select:
                return Selection(term, own.Bits);
            case TermKind.Not:
                return Node($"not {Sort(1)} {Fitted(parts[0], 1)}");
            case TermKind.And or TermKind.Or:
                return Joined(term.Kind == TermKind.And ? "and" : "or", parts.Select(part => Fitted(part, 1)), 0);
            case TermKind.Equal or TermKind.Less:
                var common = Width.Of(parts[0], parts[1]);
                var name = term.Kind == TermKind.Equal ? "eq" : common.IsSigned ? "slt" : "ult";
                return Node($"{name} {Sort(1)} {Fitted(parts[0], common.Bits)} {Fitted(parts[1], common.Bits)}");
            case TermKind.Add or TermKind.Subtract or TermKind.Scale:
                var wide = Width.Of([term, .. parts]);
                return Fitted(Calculation(term, wide.Bits), wide, own.Bits);
            case TermKind.Choice:
                return Choice(own.Bits, Fitted(parts[0], 1), Fitted(parts[1], own.Bits), Fitted(parts[2], own.Bits));
            default:
                throw new UnreachableException();
        }
    }

    private int Calculation(Term term, int bits)
    {
        var name = term.Kind switch { TermKind.Add => "add", TermKind.Subtract => "sub", _ => "mul" };
        var other = term.Kind == TermKind.Scale ? Constant(term.Number, bits) : Fitted(term.Parts[1], bits);
        return Node($"{name} {Sort(bits)} {Fitted(term.Parts[0], bits)} {other}");
    }

    // An index out of range is reported as undefined elsewhere; here it selects the last leaf.
    private int Selection(Term term, int bits)
    {
        var from = term.Parts[0];
        var width = Width.Of(long.Min(from.Min, 0), long.Max(from.Max, term.Leaves.Length - 1));
        var index = Fitted(from, width.Bits);
        var result = leaves[term.Leaves[^1]];
        for (var i = term.Leaves.Length - 2; i >= 0; i--)
        {
            var isHere = Node($"eq {Sort(1)} {index} {Constant(i, width.Bits)}");
            result = Choice(bits, isHere, leaves[term.Leaves[i]], result);
        }

        return result;
    }
}
