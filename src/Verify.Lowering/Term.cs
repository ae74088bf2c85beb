using System.Collections.Immutable;

namespace Verify.Lowering;

/// <summary>
/// An integer expression over the leaves of a state. Truth values are 0 and 1. A term is total; a separate term
/// expresses whether an expression of the model is defined. Equal terms of one <see cref="TermPool"/> are the same
/// object.
/// </summary>
public sealed class Term
{
    internal Term(int id, TermKind kind, long number, ImmutableArray<Term> parts, ImmutableArray<int> leaves, long min, long max) =>
        (Id, Kind, Number, Parts, Leaves, Min, Max, Depth) =
            (id, kind, number, parts, leaves, min, max, parts.IsEmpty ? 0 : parts.Max(part => part.Depth) + 1);

    /// <summary>The maximum depth of a term. It allows recursion over terms on the stack of any thread.</summary>
    public const int MaxDepth = 5000;

    /// <summary>The nesting depth; 0 for a term without operands.</summary>
    public int Depth { get; }

    /// <summary>Order of creation in the pool.</summary>
    public int Id { get; }

    /// <summary>The kind of the term.</summary>
    public TermKind Kind { get; }

    /// <summary>The number of a constant, or the factor of a <see cref="TermKind.Scale"/>.</summary>
    public long Number { get; }

    /// <summary>The operands.</summary>
    public ImmutableArray<Term> Parts { get; }

    /// <summary>
    /// The leaf of a <see cref="TermKind.Leaf"/>, or the candidate leaves of a <see cref="TermKind.Select"/>.
    /// </summary>
    public ImmutableArray<int> Leaves { get; }

    /// <summary>A lower bound of the value.</summary>
    public long Min { get; }

    /// <summary>An upper bound of the value.</summary>
    public long Max { get; }

    /// <summary>True if the term is a constant.</summary>
    public bool IsConstant => Kind == TermKind.Constant;

    /// <summary>True if the term is the constant 1.</summary>
    public bool IsTrue => IsConstant && Number == 1;

    /// <summary>True if the term is the constant 0.</summary>
    public bool IsFalse => IsConstant && Number == 0;

    /// <summary>The leaves that the values of some terms can depend on.</summary>
    public static IReadOnlySet<int> LeavesOf(params ReadOnlySpan<Term> terms)
    {
        var leaves = new SortedSet<int>();
        var seen = new HashSet<Term>();
        var waiting = new Stack<Term>();
        foreach (var term in terms)
        {
            waiting.Push(term);
        }

        while (waiting.TryPop(out var term))
        {
            // Terms are shared, so without a set of visited terms even a small one can take exponential time.
            if (seen.Add(term))
            {
                leaves.UnionWith(term.Leaves);
                Array.ForEach([.. term.Parts], waiting.Push);
            }
        }

        return leaves;
    }
}

/// <summary>The kinds of terms.</summary>
public enum TermKind
{
    /// <summary>A number.</summary>
    Constant,

    /// <summary>The code of a leaf.</summary>
    Leaf,

    /// <summary>The code of one of several leaves, selected by an index from 0.</summary>
    Select,

    /// <summary>1 if the operand is 0.</summary>
    Not,

    /// <summary>1 if both are 1.</summary>
    And,

    /// <summary>1 if at least one is 1.</summary>
    Or,

    /// <summary>1 if both are the same number.</summary>
    Equal,

    /// <summary>1 if the first is less.</summary>
    Less,

    /// <summary>Sum.</summary>
    Add,

    /// <summary>Difference.</summary>
    Subtract,

    /// <summary>Product with a constant.</summary>
    Scale,

    /// <summary>The second operand if the first is 1, else the third.</summary>
    Choice,
}

/// <summary>Creates terms. It simplifies each term as it is made and shares equal ones.</summary>
public sealed class TermPool
{
    private const int MaxInARow = 64;
    private readonly Dictionary<(TermKind, long, int, int, int, string), Term> known = [];

    /// <summary>True.</summary>
    public Term True => Constant(1);

    /// <summary>False.</summary>
    public Term False => Constant(0);

    /// <summary>A number.</summary>
    public Term Constant(long number) => Make(TermKind.Constant, number, [], [], number, number);

    /// <summary>A truth value.</summary>
    public Term Truth(bool holds) => Constant(holds ? 1 : 0);

    /// <summary>The code of a leaf that has the given number of codes.</summary>
    public Term Leaf(int leaf, int codes) => codes == 1
        ? Constant(0)
        : Make(TermKind.Leaf, 0, [], [leaf], 0, codes - 1);

    /// <summary>The code of one of several leaves that have the same number of codes.</summary>
    public Term Select(ImmutableArray<int> leaves, Term index, int codes)
    {
        if (codes == 1)
        {
            return Constant(0);
        }

        return index.IsConstant
            ? Leaf(leaves[(int)index.Number], codes)
            : Make(TermKind.Select, 0, [index], leaves, 0, codes - 1);
    }

    /// <summary>Negation.</summary>
    public Term Not(Term a) => a switch
    {
        { IsConstant: true } => Truth(a.Number == 0),
        { Kind: TermKind.Not } => a.Parts[0],
        _ => Make(TermKind.Not, 0, [a], [], 0, 1),
    };

    /// <summary>Conjunction.</summary>
    public Term And(Term a, Term b)
    {
        if (a.IsFalse || b.IsFalse || IsNegation(a, b))
        {
            return False;
        }

        if (a.IsTrue || a == b)
        {
            return b;
        }

        return b.IsTrue ? a : Make(TermKind.And, 0, [a, b], [], 0, 1);
    }

    /// <summary>Disjunction.</summary>
    public Term Or(Term a, Term b)
    {
        if (a.IsTrue || b.IsTrue || IsNegation(a, b))
        {
            return True;
        }

        if (a.IsFalse || a == b)
        {
            return b;
        }

        return b.IsFalse ? a : Make(TermKind.Or, 0, [a, b], [], 0, 1);
    }

    /// <summary>Implication; drops the parts of the conclusion that the premise already states.</summary>
    public Term Implies(Term premise, Term conclusion) => Or(Not(premise), Without(conclusion, premise));

    /// <summary>A conjunction without the parts that another conjunction contains.</summary>
    public Term Without(Term conjunction, Term known)
    {
        var given = new HashSet<Term>(Conjuncts(known));
        return All([.. Conjuncts(conjunction).Where(part => !given.Contains(part))]);
    }

    /// <summary>Equality.</summary>
    public Term Equal(Term a, Term b)
    {
        if (a == b)
        {
            return True;
        }

        if (a.Max < b.Min || b.Max < a.Min)
        {
            return False;
        }

        if (a.IsConstant)
        {
            (a, b) = (b, a);
        }

        // A comparison of a truth value or of a shifted number with a constant reduces to a simpler term.
        if (b.IsConstant && a.Min == 0 && a.Max == 1 && a.Kind is not (TermKind.Leaf or TermKind.Select))
        {
            return b.Number == 1 ? a : Not(a);
        }

        if (b.IsConstant && a.Kind == TermKind.Add && a.Parts[1].IsConstant)
        {
            return Equal(a.Parts[0], Constant(b.Number - a.Parts[1].Number));
        }

        return Make(TermKind.Equal, 0, !b.IsConstant && a.Id > b.Id ? [b, a] : [a, b], [], 0, 1);
    }

    /// <summary>Strictly less.</summary>
    public Term Less(Term a, Term b)
    {
        if (a.Max < b.Min)
        {
            return True;
        }

        return a.Min >= b.Max ? False : Make(TermKind.Less, 0, [a, b], [], 0, 1);
    }

    /// <summary>Less than or equal.</summary>
    public Term AtMost(Term a, Term b) => Not(Less(b, a));

    /// <summary>Sum.</summary>
    public Term Add(Term a, Term b)
    {
        if (a.IsConstant && b.IsConstant)
        {
            return Constant(a.Number + b.Number);
        }

        if (a.IsConstant)
        {
            (a, b) = (b, a);
        }

        if (b.IsConstant && b.Number == 0)
        {
            return a;
        }

        return b.IsConstant && a.Kind == TermKind.Add && a.Parts[1].IsConstant
            ? Add(a.Parts[0], Constant(a.Parts[1].Number + b.Number))
            : Make(TermKind.Add, 0, [a, b], [], a.Min + b.Min, a.Max + b.Max);
    }

    /// <summary>Sum with a constant.</summary>
    public Term Add(Term a, long number) => Add(a, Constant(number));

    /// <summary>Difference.</summary>
    public Term Subtract(Term a, Term b) => b.IsConstant
        ? Add(a, Constant(-b.Number))
        : Make(TermKind.Subtract, 0, [a, b], [], a.Min - b.Max, a.Max - b.Min);

    /// <summary>Product with a constant factor of at least 0.</summary>
    public Term Scale(Term a, long factor) => (a.IsConstant, factor) switch
    {
        (true, _) => Constant(a.Number * factor),
        (_, 1) => a,
        _ => Make(TermKind.Scale, factor, [a], [], a.Min * factor, a.Max * factor),
    };

    /// <summary>The first term if a condition holds, else the second.</summary>
    public Term Choice(Term condition, Term a, Term b)
    {
        if (condition.IsConstant)
        {
            return condition.IsTrue ? a : b;
        }

        if (condition.Kind == TermKind.Not)
        {
            return Choice(condition.Parts[0], b, a);
        }

        // A nested choice on the same condition takes the decided branch. Z3 4.8.12 also hangs on some chains of such
        // choices.
        a = a.Kind == TermKind.Choice && a.Parts[0] == condition ? a.Parts[1] : a;
        b = b.Kind == TermKind.Choice && b.Parts[0] == condition ? b.Parts[2] : b;
        if (a == b)
        {
            return a;
        }

        return (a, b) switch
        {
            ({ IsTrue: true }, { IsFalse: true }) => condition,
            ({ IsFalse: true }, { IsTrue: true }) => Not(condition),
            _ => Make(TermKind.Choice, 0, [condition, a, b], [], Math.Min(a.Min, b.Min), Math.Max(a.Max, b.Max)),
        };
    }

    /// <summary>Conjunction of a list of terms.</summary>
    public Term All(IReadOnlyList<Term> terms) => Joined(terms, 0, terms.Count, True, And);

    /// <summary>Disjunction of a list of terms.</summary>
    public Term Any(IReadOnlyList<Term> terms) => Joined(terms, 0, terms.Count, False, Or);

    /// <summary>Sum of a list of terms.</summary>
    public Term Sum(IReadOnlyList<Term> terms) => Joined(terms, 0, terms.Count, Constant(0), Add);

    // Joins short lists from left to right. Halves longer lists, so that the depth grows with the logarithm of the
    // length.
    private static Term Joined(IReadOnlyList<Term> terms, int from, int to, Term none, Func<Term, Term, Term> join)
    {
        if (to - from > MaxInARow)
        {
            var middle = from + ((to - from) / 2);
            return join(Joined(terms, from, middle, none, join), Joined(terms, middle, to, none, join));
        }

        var joined = none;
        for (var i = from; i < to; i++)
        {
            joined = join(joined, terms[i]);
        }

        return joined;
    }

    /// <summary>The operands of a conjunction, in order.</summary>
    public static IEnumerable<Term> Conjuncts(Term term)
    {
        var waiting = new Stack<Term>([term]);
        while (waiting.TryPop(out var next))
        {
            if (next.Kind == TermKind.And)
            {
                waiting.Push(next.Parts[1]);
                waiting.Push(next.Parts[0]);
            }
            else if (!next.IsTrue)
            {
                yield return next;
            }
        }
    }

    private static bool IsNegation(Term a, Term b) =>
        (a.Kind == TermKind.Not && a.Parts[0] == b) || (b.Kind == TermKind.Not && b.Parts[0] == a);

    private Term Make(TermKind kind, long number, ImmutableArray<Term> parts, ImmutableArray<int> leaves, long min, long max)
    {
        var text = leaves.Length switch { 0 => "", 1 => "", _ => string.Join(',', leaves) };
        var key = (kind, leaves.Length == 1 ? leaves[0] : number, Part(0), Part(1), Part(2), text);
        if (!known.TryGetValue(key, out var term))
        {
            known[key] = term = new Term(known.Count, kind, number, parts, leaves, min, max);
        }

        return term;

        int Part(int i) => i < parts.Length ? parts[i].Id : -1;
    }
}
