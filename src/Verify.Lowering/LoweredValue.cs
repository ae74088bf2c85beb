using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Modelling;

namespace Verify.Lowering;

/// <summary>An expression as a tree of terms in the shape of its sort.</summary>
internal abstract class LoweredValue
{
    private LoweredValue(Sort sort) => Sort = sort;

    public Sort Sort { get; }

    /// <summary>A truth value, a member of an enum or scalar set, or a number (not its code).</summary>
    public sealed class Number(Sort sort, Term term) : LoweredValue(sort)
    {
        public Term Term { get; } = term;
    }

    /// <summary>An option. <c>Code</c> is its code under its own sort if the sort is scalar.</summary>
    public sealed class Option(Sort sort, Term has, LoweredValue content, Term? code) : LoweredValue(sort)
    {
        public Term Has { get; } = has;

        public LoweredValue Content { get; } = content;

        public Term? Code { get; } = code;
    }

    /// <summary>A record or a map.</summary>
    public sealed class Tuple(Sort sort, ImmutableArray<LoweredValue> items) : LoweredValue(sort)
    {
        public ImmutableArray<LoweredValue> Items { get; } = items;
    }
}

/// <summary>Operations on lowered values: conversion from and to codes, choice, comparison, selection.</summary>
internal sealed class LoweredOps(TermPool pool)
{
    /// <summary>Makes the value of a scalar sort from its code.</summary>
    public LoweredValue FromCode(Sort sort, Term code) => sort switch
    {
        Sort.Optional optional => new LoweredValue.Option(sort, pool.Not(pool.Equal(code, pool.Constant(0))),
            FromCode(optional.Of, pool.Add(code, -1)), code),
        Sort.Interval range => new LoweredValue.Number(sort, pool.Add(code, range.Low)),
        _ => new LoweredValue.Number(sort, code),
    };

    /// <summary>Makes the value that a part of the state holds.</summary>
    public LoweredValue Read(SortLayout storage) => storage switch
    {
        SortLayout.Single single => FromCode(single.Sort, pool.Leaf(single.Leaf.Index, single.Leaf.Codes)),
        SortLayout.Flagged flagged => new LoweredValue.Option(flagged.Sort,
            pool.Leaf(flagged.Flag.Index, 2), Read(flagged.Content), null),
        SortLayout.Group group => new LoweredValue.Tuple(group.Sort, [.. group.Items.Select(Read)]),
        _ => throw new UnreachableException(),
    };

    /// <summary>The value of a sort whose leaves are all 0.</summary>
    public LoweredValue Zero(Sort sort) => sort switch
    {
        _ when sort.IsScalar => FromCode(sort, pool.Constant(0)),
        Sort.Optional optional => new LoweredValue.Option(sort, pool.False, Zero(optional.Of), null),
        Sort.Record record => new LoweredValue.Tuple(sort, [.. record.Fields.Select(f => Zero(f.Sort))]),
        Sort.Mapping map => new LoweredValue.Tuple(sort, [.. Enumerable.Repeat(Zero(map.Value), map.Key.ScalarCount)]),
        _ => throw new UnreachableException(),
    };

    /// <summary>The code of a value under a scalar sort, and whether the value has one.</summary>
    public (Term Code, Term Fits) Code(LoweredValue value, Sort sort)
    {
        switch (value, sort)
        {
            case (LoweredValue.Option { Code: { } code }, _) when value.Sort.Equals(sort):
                return (code, pool.True);
            case (LoweredValue.Option option, Sort.Optional optional):
                var (inner, fits) = Code(option.Content, optional.Of);
                return (pool.Choice(option.Has, pool.Add(inner, 1), pool.Constant(0)), pool.Implies(option.Has, fits));
            case (LoweredValue.Number number, Sort.Interval range):
                var inRange = pool.And(
                    pool.AtMost(pool.Constant(range.Low), number.Term), pool.AtMost(number.Term, pool.Constant(range.High)));
                return (pool.Add(number.Term, -range.Low), inRange);
            case (LoweredValue.Number number, _):
                return (number.Term, pool.True);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>One of two values of the same shape, selected by a condition.</summary>
    public LoweredValue Choice(Term condition, LoweredValue a, LoweredValue b, Sort sort)
    {
        if (condition.IsConstant)
        {
            return condition.IsTrue ? a : b;
        }

        switch (a, b)
        {
            case (LoweredValue.Number x, LoweredValue.Number y):
                return new LoweredValue.Number(sort, pool.Choice(condition, x.Term, y.Term));
            case (LoweredValue.Option { Code: { } x }, LoweredValue.Option { Code: { } y }) when a.Sort.Equals(b.Sort):
                return FromCode(a.Sort, pool.Choice(condition, x, y));
            case (LoweredValue.Option x, LoweredValue.Option y):
                return new LoweredValue.Option(sort, pool.Choice(condition, x.Has, y.Has),
                    Choice(condition, x.Content, y.Content, ((Sort.Optional)sort).Of), null);
            case (LoweredValue.Tuple x, LoweredValue.Tuple y):
                return new LoweredValue.Tuple(a.Sort,
                    [.. x.Items.Select((item, i) => Choice(condition, item, y.Items[i], item.Sort))]);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>True if two values are equal.</summary>
    public Term Equal(LoweredValue a, LoweredValue b)
    {
        switch (a, b)
        {
            case (LoweredValue.Number x, LoweredValue.Number y):
                return pool.Equal(x.Term, y.Term);
            case (LoweredValue.Option { Code: { } x }, LoweredValue.Option { Code: { } y }) when a.Sort.Equals(b.Sort):
                return pool.Equal(x, y);
            case (LoweredValue.Option x, LoweredValue.Option y):
                return pool.And(pool.Equal(x.Has, y.Has), pool.Or(pool.Not(x.Has), Equal(x.Content, y.Content)));
            case (LoweredValue.Tuple x, LoweredValue.Tuple y):
                return pool.All([.. x.Items.Zip(y.Items, Equal)]);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>One of several values of one sort, by an index from 0.</summary>
    public LoweredValue Select(ImmutableArray<LoweredValue> items, Term index)
    {
        if (index.IsConstant)
        {
            return items[(int)index.Number];
        }

        switch (items[0])
        {
            case LoweredValue.Number:
                var low = items[0].Sort is Sort.Interval range ? range.Low : 0;
                var numbers = items.Select(item => pool.Add(((LoweredValue.Number)item).Term, -low)).ToImmutableArray();
                return new LoweredValue.Number(items[0].Sort, pool.Add(SelectTerm(numbers, index), low));
            case LoweredValue.Option { Code: not null }:
                return FromCode(items[0].Sort, SelectTerm([.. items.Select(item => ((LoweredValue.Option)item).Code!)], index));
            case LoweredValue.Option first:
                return new LoweredValue.Option(first.Sort,
                    SelectTerm([.. items.Select(item => ((LoweredValue.Option)item).Has)], index),
                    Select([.. items.Select(item => ((LoweredValue.Option)item).Content)], index), null);
            case LoweredValue.Tuple first:
                return new LoweredValue.Tuple(first.Sort,
                    [.. first.Items.Select((_, i) => Select([.. items.Select(item => ((LoweredValue.Tuple)item).Items[i])], index))]);
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

        // A map of leaves, or a map of maps under a second index, stays a single lookup.
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
