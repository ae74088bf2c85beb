using System.Collections.Immutable;
using System.Globalization;
using Verify.Lowering;
using Verify.Modelling;

namespace Verify.Formats.Promela;

/// <summary>Terms as Promela expressions. Promela's connectives evaluate as lazily as those of the model.</summary>
internal sealed class PromelaTerms(PromelaState state)
{
    private const int Or = 2, And = 3, Comparison = 6, Sum = 7, Product = 8, Prefix = 9;

    /// <summary>The text of a truth value.</summary>
    public PrecedenceText Truth(Term term) => term.Kind switch
    {
        TermKind.Constant => PrecedenceText.Of(term.Number == 0 ? "false" : "true"),
        TermKind.Not => Negation(term.Parts[0]),
        TermKind.And => Joined("&&", term, And),
        TermKind.Or => Joined("||", term, Or),
        TermKind.Equal => Equality(term, "=="),
        TermKind.Less => new($"{Number(term.Parts[0]).In(Sum)} < {Number(term.Parts[1]).In(Sum)}", Comparison),
        TermKind.Choice => Chosen(term, Truth),
        _ => Number(term),
    };

    /// <summary>A code in the representation of a leaf of a sort.</summary>
    public PrecedenceText Stored(Term term, PromelaState.Part part) => term.Kind switch
    {
        TermKind.Constant => state.Constant(part.Sort, term.Number),
        TermKind.Choice => Chosen(term, branch => Stored(branch, part)),
        _ when part.Sort is Sort.Boolean => Truth(term),
        _ => Number(term, part.Low),
    };

    /// <summary>
    /// The text of a location that is one of several leaves by an index. Null if they are not evenly spaced in one
    /// array, or if the index reads that array, which Spin rejects.
    /// </summary>
    public string? Location(ImmutableArray<int> leaves, Term index)
    {
        if (index.IsConstant)
        {
            return state[leaves[(int)index.Number]].ToString();
        }

        var (part, first) = state[leaves[0]];
        if (PromelaSteps.LeavesOf(index).Any(leaf => state[leaf].Part == part))
        {
            return null;
        }

        var stride = leaves.Length < 2 ? 1 : state[leaves[1]].Position - first;
        for (var i = 0; i < leaves.Length; i++)
        {
            var place = state[leaves[i]];
            if (place.Part != part || place.Position != first + (i * stride))
            {
                return null;
            }
        }

        var scaled = stride == 1
            ? Number(index, first).Text
            : string.Create(CultureInfo.InvariantCulture, $"{Number(index).In(Product)} * {stride}{(first == 0 ? "" : $" + {first}")}");
        return $"{part.Name}[{scaled}]";
    }

    /// <summary>The text of a number plus a constant.</summary>
    public PrecedenceText Number(Term term, long plus = 0)
    {
        switch (term.Kind)
        {
            case TermKind.Constant:
                return PrecedenceText.Of(term.Number + plus);
            case TermKind.Leaf or TermKind.Select:
                var part = state[term.Leaves[0]].Part;
                return Shifted(Read(term), plus - part.Low);
            case TermKind.Add when term.Parts[1].IsConstant:
                return Number(term.Parts[0], plus + term.Parts[1].Number);
            case TermKind.Add:
                return Shifted(new($"{Number(term.Parts[0]).In(Sum)} + {Number(term.Parts[1]).In(Product)}", Sum), plus);
            case TermKind.Subtract:
                return Shifted(new($"{Number(term.Parts[0]).In(Sum)} - {Number(term.Parts[1]).In(Product)}", Sum), plus);
            case TermKind.Scale:
                var factor = term.Number.ToString(CultureInfo.InvariantCulture);
                return Shifted(new($"{Number(term.Parts[0]).In(Product)} * {factor}", Product), plus);
            case TermKind.Choice:
                return Chosen(term, branch => Number(branch, plus));
            default:
                return Shifted(Truth(term), plus);
        }
    }

    private static PrecedenceText Shifted(PrecedenceText piece, long plus) => plus switch
    {
        0 => piece,
        > 0 => new(string.Create(CultureInfo.InvariantCulture, $"{piece.In(Sum)} + {plus}"), Sum),
        _ => new(string.Create(CultureInfo.InvariantCulture, $"{piece.In(Sum)} - {-plus}"), Sum),
    };

    private PrecedenceText Read(Term term)
    {
        if (term.Kind == TermKind.Leaf)
        {
            return PrecedenceText.Of(state[term.Leaves[0]].ToString());
        }

        if (Location(term.Leaves, term.Parts[0]) is { } location)
        {
            return PrecedenceText.Of(location);
        }

        // The leaves are not a single location, so the text is a chain of conditionals.
        var index = Number(term.Parts[0]).In(Sum);
        var text = state[term.Leaves[^1]].ToString();
        for (var i = term.Leaves.Length - 2; i >= 0; i--)
        {
            text = string.Create(CultureInfo.InvariantCulture, $"({index} == {i} -> {state[term.Leaves[i]]} : {text})");
        }

        return PrecedenceText.Of(text);
    }

    private PrecedenceText Joined(string op, Term term, int strength) =>
        new($"{Truth(term.Parts[0]).In(strength)} {op} {Truth(term.Parts[1]).In(strength)}", strength);

    private PrecedenceText Chosen(Term term, Func<Term, PrecedenceText> branch) =>
        PrecedenceText.Of($"({Truth(term.Parts[0]).In(Or)} -> {branch(term.Parts[1]).In(Or)} : {branch(term.Parts[2]).In(Or)})");

    private PrecedenceText Negation(Term term) => term.Kind switch
    {
        TermKind.Equal => Equality(term, "!="),
        TermKind.Less => new($"{Number(term.Parts[0]).In(Sum)} >= {Number(term.Parts[1]).In(Sum)}", Comparison),
        _ => new($"!{Truth(term).In(Prefix)}", Prefix),
    };

    private PrecedenceText Equality(Term term, string op)
    {
        var (left, right) = (term.Parts[0], term.Parts[1]);
        if (left.Kind is TermKind.Leaf or TermKind.Select)
        {
            var part = state[left.Leaves[0]].Part;
            var read = Read(left);
            if (right.IsConstant && part.Sort is Sort.Boolean)
            {
                return right.Number == 1 == (op == "==") ? read : new($"!{read.In(Prefix)}", Prefix);
            }

            // Both sides use the stored representation.
            var other = right.IsConstant ? state.Constant(part.Sort, right.Number) : Number(right, part.Low);
            return new($"{read.In(Sum)} {op} {other.In(Sum)}", Comparison);
        }

        return new($"{Number(left).In(Sum)} {op} {Number(right).In(Sum)}", Comparison);
    }
}
