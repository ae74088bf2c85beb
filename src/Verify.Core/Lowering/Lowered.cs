using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Modelling;

namespace Verify.Lowering;

/// <summary>An expression spread over terms, in the shape of its sort.</summary>
internal abstract class Lowered
{
    private Lowered(Sort sort) => Sort = sort;

    public Sort Sort { get; }

    /// <summary>A truth value, a member, or a number (not its code).</summary>
    public sealed class Number(Sort sort, Term term) : Lowered(sort)
    {
        public Term Term { get; } = term;
    }

    /// <summary>An option. <c>Code</c> is its code under its own sort, when it is scalar.</summary>
    public sealed class Option(Sort sort, Term has, Lowered content, Term? code) : Lowered(sort)
    {
        public Term Has { get; } = has;

        public Lowered Content { get; } = content;

        public Term? Code { get; } = code;
    }

    /// <summary>A record or a map.</summary>
    public sealed class Tuple(Sort sort, ImmutableArray<Lowered> items) : Lowered(sort)
    {
        public ImmutableArray<Lowered> Items { get; } = items;
    }
}

/// <summary>Operations on spread values: from and to codes, choice, comparison, selection.</summary>
internal sealed class LoweredOps(TermPool pool)
{
    /// <summary>The value of a scalar sort that has a code.</summary>
    public Lowered FromCode(Sort sort, Term code) => sort switch
    {
        Sort.Optional optional => new Lowered.Option(sort, pool.Not(pool.Equal(code, pool.Constant(0))),
            FromCode(optional.Of, pool.Add(code, -1)), code),
        Sort.Interval range => new Lowered.Number(sort, pool.Add(code, range.Low)),
        _ => new Lowered.Number(sort, code),
    };

    /// <summary>The value that a part of the state holds.</summary>
    public Lowered Read(Storage storage) => storage switch
    {
        Storage.Single single => FromCode(single.Sort, pool.Leaf(single.Leaf.Index, single.Leaf.Codes)),
        Storage.Flagged flagged => new Lowered.Option(flagged.Sort,
            pool.Leaf(flagged.Flag.Index, 2), Read(flagged.Content), null),
        Storage.Group group => new Lowered.Tuple(group.Sort, [.. group.Items.Select(Read)]),
        _ => throw new UnreachableException(),
    };

    /// <summary>The value that all leaves of a sort have when they are 0.</summary>
    public Lowered Zero(Sort sort) => sort switch
    {
        _ when sort.IsScalar => FromCode(sort, pool.Constant(0)),
        Sort.Optional optional => new Lowered.Option(sort, pool.False, Zero(optional.Of), null),
        Sort.Record record => new Lowered.Tuple(sort, [.. record.Fields.Select(f => Zero(f.Sort))]),
        Sort.Mapping map => new Lowered.Tuple(sort, [.. Enumerable.Repeat(Zero(map.Value), map.Key.ScalarCount)]),
        _ => throw new UnreachableException(),
    };

    /// <summary>The code of a value under a scalar sort, and whether it has one.</summary>
    public (Term Code, Term Fits) Code(Lowered value, Sort sort)
    {
        switch (value, sort)
        {
            case (Lowered.Option { Code: { } code }, _) when value.Sort.Equals(sort):
                return (code, pool.True);
            case (Lowered.Option option, Sort.Optional optional):
                var (inner, fits) = Code(option.Content, optional.Of);
                return (pool.Choice(option.Has, pool.Add(inner, 1), pool.Constant(0)), pool.Implies(option.Has, fits));
            case (Lowered.Number number, Sort.Interval range):
                var inRange = pool.And(
                    pool.AtMost(pool.Constant(range.Low), number.Term), pool.AtMost(number.Term, pool.Constant(range.High)));
                return (pool.Add(number.Term, -range.Low), inRange);
            case (Lowered.Number number, _):
                return (number.Term, pool.True);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>One of two values of one shape.</summary>
    public Lowered Choice(Term condition, Lowered a, Lowered b, Sort sort)
    {
        if (condition.IsConstant)
        {
            return condition.IsTrue ? a : b;
        }

        switch (a, b)
        {
            case (Lowered.Number x, Lowered.Number y):
                return new Lowered.Number(sort, pool.Choice(condition, x.Term, y.Term));
            case (Lowered.Option { Code: { } x }, Lowered.Option { Code: { } y }) when a.Sort.Equals(b.Sort):
                return FromCode(a.Sort, pool.Choice(condition, x, y));
            case (Lowered.Option x, Lowered.Option y):
                return new Lowered.Option(sort, pool.Choice(condition, x.Has, y.Has),
                    Choice(condition, x.Content, y.Content, ((Sort.Optional)sort).Of), null);
            case (Lowered.Tuple x, Lowered.Tuple y):
                return new Lowered.Tuple(a.Sort,
                    [.. x.Items.Select((item, i) => Choice(condition, item, y.Items[i], item.Sort))]);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Whether two values are the same.</summary>
    public Term Equal(Lowered a, Lowered b)
    {
        switch (a, b)
        {
            case (Lowered.Number x, Lowered.Number y):
                return pool.Equal(x.Term, y.Term);
            case (Lowered.Option { Code: { } x }, Lowered.Option { Code: { } y }) when a.Sort.Equals(b.Sort):
                return pool.Equal(x, y);
            case (Lowered.Option x, Lowered.Option y):
                return pool.And(pool.Equal(x.Has, y.Has), pool.Or(pool.Not(x.Has), Equal(x.Content, y.Content)));
            case (Lowered.Tuple x, Lowered.Tuple y):
                return pool.All([.. x.Items.Zip(y.Items, Equal)]);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>One of several values of one sort, by an index from 0.</summary>
    public Lowered Select(ImmutableArray<Lowered> items, Term index)
    {
        if (index.IsConstant)
        {
            return items[(int)index.Number];
        }

        switch (items[0])
        {
            case Lowered.Number:
                var low = items[0].Sort is Sort.Interval range ? range.Low : 0;
                var numbers = items.Select(item => pool.Add(((Lowered.Number)item).Term, -low)).ToImmutableArray();
                return new Lowered.Number(items[0].Sort, pool.Add(SelectTerm(numbers, index), low));
            case Lowered.Option { Code: not null }:
                return FromCode(items[0].Sort, SelectTerm([.. items.Select(item => ((Lowered.Option)item).Code!)], index));
            case Lowered.Option first:
                return new Lowered.Option(first.Sort,
                    SelectTerm([.. items.Select(item => ((Lowered.Option)item).Has)], index),
                    Select([.. items.Select(item => ((Lowered.Option)item).Content)], index), null);
            case Lowered.Tuple first:
                return new Lowered.Tuple(first.Sort,
                    [.. first.Items.Select((_, i) => Select([.. items.Select(item => ((Lowered.Tuple)item).Items[i])], index))]);
            default:
                throw new UnreachableException();
        }
    }

    private Term SelectTerm(ImmutableArray<Term> terms, Term index)
    {
        if (terms.All(term => term == terms[0]))
        {
            return terms[0];
        }

        // Whole maps of leaves, and maps of maps under a second index, stay one lookup.
        if (terms.All(term => term.Kind == TermKind.Leaf))
        {
            return pool.Select([.. terms.Select(term => term.Leaves[0])], index, (int)terms[0].Max + 1);
        }

        if (terms.All(term => term.Kind == TermKind.Select && term.Parts[0] == terms[0].Parts[0]
            && term.Leaves.Length == terms[0].Leaves.Length))
        {
            var combined = pool.Add(pool.Scale(index, terms[0].Leaves.Length), terms[0].Parts[0]);
            return pool.Select([.. terms.SelectMany(term => term.Leaves)], combined, (int)terms[0].Max + 1);
        }

        var result = terms[^1];
        for (var i = terms.Length - 2; i >= 0; i--)
        {
            result = pool.Choice(pool.Equal(index, pool.Constant(i)), terms[i], result);
        }

        return result;
    }
}
