using System.Collections.Immutable;

namespace Verify.Lowering;

/// <summary>
/// A whole-number expression over the leaves of a state. Truth values are 0 and 1. Total: whether an expression of the
/// model is defined is a term of its own. Terms are shared: equal terms of one <see cref="TermPool"/> are one object.
/// </summary>
public sealed class Term
{
    internal Term(int id, TermKind kind, long number, ImmutableArray<Term> parts, ImmutableArray<int> leaves, long min, long max) =>
        (Id, Kind, Number, Parts, Leaves, Min, Max, Depth) =
            (id, kind, number, parts, leaves, min, max, parts.IsEmpty ? 0 : parts.Max(part => part.Depth) + 1);

    /// <summary>
    /// The deepest term that may be: whoever takes terms apart may do so by recursion, on the stack of any thread.
    /// </summary>
    public const int MaxDepth = 5000;

    /// <summary>How deep it is nested; 0 where it has no parts.</summary>
    public int Depth { get; }

    /// <summary>Order of creation in the pool.</summary>
    public int Id { get; }

    /// <summary>What it is.</summary>
    public TermKind Kind { get; }

    /// <summary>The number of a constant, or the factor of a <see cref="TermKind.Scale"/>.</summary>
    public long Number { get; }

    /// <summary>The operands.</summary>
    public ImmutableArray<Term> Parts { get; }

    /// <summary>The leaf of a <see cref="TermKind.Leaf"/>; those that a <see cref="TermKind.Select"/> picks from.</summary>
    public ImmutableArray<int> Leaves { get; }

    /// <summary>The least value it can have.</summary>
    public long Min { get; }

    /// <summary>The greatest value it can have.</summary>
    public long Max { get; }

    /// <summary>Whether it is a constant.</summary>
    public bool IsConstant => Kind == TermKind.Constant;

    /// <summary>Whether it is the constant 1.</summary>
    public bool IsTrue => IsConstant && Number == 1;

    /// <summary>Whether it is the constant 0.</summary>
    public bool IsFalse => IsConstant && Number == 0;

    /// <summary>The leaves that the value of one of several terms can depend on.</summary>
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
            // Terms are shared: without a note of what was seen, a small one can take for ever.
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

    /// <summary>The code in a leaf.</summary>
    Leaf,

    /// <summary>The code in one of several leaves, by an index from 0.</summary>
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

    /// <summary>The second if the first is 1, else the third.</summary>
    Choice,
}

/// <summary>Makes terms, simplified as they are made and shared.</summary>
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

    /// <summary>The code in a leaf with so many codes.</summary>
    public Term Leaf(int leaf, int codes) => codes == 1
        ? Constant(0)
        : Make(TermKind.Leaf, 0, [], [leaf], 0, codes - 1);

    /// <summary>The code in one of several leaves of equally many codes.</summary>
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

    /// <summary>Implication; what the premise already says of the conclusion is left out.</summary>
    public Term Implies(Term premise, Term conclusion) => Or(Not(premise), Without(conclusion, premise));

    /// <summary>A conjunction without those parts that another conjunction has too.</summary>
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

        // A truth value against a constant, and a shifted number against a constant, need no comparison of their own.
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

    /// <summary>At most.</summary>
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

    /// <summary>Product with a factor of at least 0.</summary>
    public Term Scale(Term a, long factor) => (a.IsConstant, factor) switch
    {
        (true, _) => Constant(a.Number * factor),
        (_, 1) => a,
        _ => Make(TermKind.Scale, factor, [a], [], a.Min * factor, a.Max * factor),
    };

    /// <summary>One of two.</summary>
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

        // What is asked again where the answer is known. Besides, Z3 4.8.12 takes for ever to read some of these.
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

    /// <summary>Conjunction of many.</summary>
    public Term All(IReadOnlyList<Term> terms) => Joined(terms, 0, terms.Count, True, And);

    /// <summary>Disjunction of many.</summary>
    public Term Any(IReadOnlyList<Term> terms) => Joined(terms, 0, terms.Count, False, Or);

    /// <summary>Sum of many.</summary>
    public Term Sum(IReadOnlyList<Term> terms) => Joined(terms, 0, terms.Count, Constant(0), Add);

    // Few are joined one after the other. More are halved, so that the whole is not nested as deep as they are many.
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

    /// <summary>The parts of a conjunction, in order.</summary>
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
