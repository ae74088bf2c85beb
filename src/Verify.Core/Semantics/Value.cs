using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Verify.Modelling;

namespace Verify.Semantics;

/// <summary>A value of any sort, as a tree. Slow and obvious: the reference interpreter's own representation.</summary>
public sealed class Value : IEquatable<Value>
{
    private readonly int hash;

    private Value(Sort sort, int number, ImmutableArray<Value> items)
    {
        (Sort, Number, Items) = (sort, number, items);
        var code = new HashCode();
        code.Add(number);
        foreach (var item in items)
        {
            code.Add(item.hash);
        }

        hash = code.ToHashCode();
    }

    /// <summary>The sort.</summary>
    public Sort Sort { get; }

    /// <summary>
    /// The number of a range; 0 or 1 for a truth value; the position of a member; 1 if an option holds a value.
    /// </summary>
    public int Number { get; }

    /// <summary>The content of an option, the fields of a record, the values of a map in the order of its keys.</summary>
    public ImmutableArray<Value> Items { get; }

    /// <summary>True if a truth value is true.</summary>
    public bool IsTrue => Number == 1;

    /// <summary>A value of a scalar sort other than an option.</summary>
    public static Value Scalar(Sort sort, int number) => new(sort, number, []);

    /// <summary>A truth value.</summary>
    public static Value Truth(bool holds) => Scalar(Sort.Bool, holds ? 1 : 0);

    /// <summary>The empty option of a sort.</summary>
    public static Value None(Sort sort) => new(sort, 0, []);

    /// <summary>An option that holds a value.</summary>
    public static Value Some(Sort sort, Value content) => new(sort, 1, [content]);

    /// <summary>A record or a map made from its parts.</summary>
    public static Value Of(Sort sort, ImmutableArray<Value> items) => new(sort, 0, items);

    /// <summary>All values of a sort in the order of their numbers, computed on demand.</summary>
    public static IEnumerable<Value> All(Sort sort) => sort switch
    {
        Sort.Optional optional => All(optional.Of).Select(value => Some(sort, value)).Prepend(None(sort)),
        Sort.Interval range => Enumerable.Range(range.Low, range.ScalarCount).Select(n => Scalar(sort, n)),
        { IsScalar: true } => Enumerable.Range(0, sort.ScalarCount).Select(n => Scalar(sort, n)),
        _ => PartsOf(sort).Aggregate((IEnumerable<ImmutableArray<Value>>)[[]],
            (all, part) => all.SelectMany(items => All(part).Select(items.Add))).Select(items => Of(sort, items)),
    };

    /// <summary>The number of values of a sort.</summary>
    public static BigInteger CountOf(Sort sort) => sort switch
    {
        { IsScalar: true } => sort.ScalarCount,
        Sort.Optional optional => CountOf(optional.Of) + 1,
        _ => PartsOf(sort).Aggregate(BigInteger.One, (count, part) => count * CountOf(part)),
    };

    /// <summary>The value with a number, from 0, among all values of a sort.</summary>
    internal static Value At(Sort sort, BigInteger number)
    {
        switch (sort)
        {
            case Sort.Optional optional:
                return number.IsZero ? None(sort) : Some(sort, At(optional.Of, number - 1));
            case { IsScalar: true }:
                return Scalar(sort, (sort is Sort.Interval range ? range.Low : 0) + (int)number);
            default:
                var items = new Stack<Value>();
                foreach (var part in PartsOf(sort).Reverse())
                {
                    number = BigInteger.DivRem(number, CountOf(part), out var own);
                    items.Push(At(part, own));
                }

                return Of(sort, [.. items]);
        }
    }

    /// <summary>The number of the value among all values of a sort; any if it is not one of them.</summary>
    internal BigInteger NumberIn(Sort sort) => sort switch
    {
        { IsScalar: true } => Math.Max(0, CodeIn(sort)),
        Sort.Optional optional => Number == 0 ? 0 : Items[0].NumberIn(optional.Of) + 1,
        _ => PartsOf(sort).Zip(Items).Aggregate(BigInteger.Zero,
            (number, part) => (number * CountOf(part.First)) + part.Second.NumberIn(part.First)),
    };

    private static IEnumerable<Sort> PartsOf(Sort sort) => sort is Sort.Record record
        ? record.Fields.Select(field => field.Sort)
        : Enumerable.Repeat(((Sort.Mapping)sort).Value, ((Sort.Mapping)sort).Key.ScalarCount);

    /// <summary>The position of a scalar value among all values of a sort; -1 if it is out of range.</summary>
    public int CodeIn(Sort sort) => sort switch
    {
        Sort.Optional when Number == 0 => 0,
        Sort.Optional optional => Items[0].CodeIn(optional.Of) is var code and >= 0 ? code + 1 : -1,
        Sort.Interval range => Number < range.Low || Number > range.High ? -1 : Number - range.Low,
        _ => Number,
    };

    /// <inheritdoc/>
    public bool Equals(Value? other)
    {
        if (other is null || other.Number != Number || other.hash != hash || other.Items.Length != Items.Length)
        {
            return false;
        }

        for (var i = 0; i < Items.Length; i++)
        {
            if (!Items[i].Equals(other.Items[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Value);

    /// <inheritdoc/>
    public override int GetHashCode() => hash;

    /// <summary>The value in the notation of reports.</summary>
    public override string ToString() => Sort switch
    {
        Sort.Boolean => IsTrue ? "true" : "false",
        Sort.Interval => Number.ToString(CultureInfo.InvariantCulture),
        Sort.Enumeration enumeration => enumeration.Members[Number],
        Sort.ScalarSet scalar => scalar.Members[Number],
        Sort.Optional when Number == 0 => "None",
        Sort.Optional { Of: Sort.Optional } => $"Some({Items[0]})",
        Sort.Optional => Items[0].ToString(),
        Sort.Record record => $"({string.Join(", ", Items.Select((item, i) => $"{record.Fields[i].Name}={item}"))})",
        Sort.Mapping => $"[{string.Join(", ", Items)}]",
        _ => throw new UnreachableException(),
    };
}

/// <summary>A state: one value per variable, in the order of the model's variables.</summary>
/// <param name="values">The values.</param>
public sealed class State(ImmutableArray<Value> values) : IEquatable<State>
{
    /// <summary>The values, in the order of the model's variables.</summary>
    public ImmutableArray<Value> Values { get; } = values;

    /// <inheritdoc/>
    public bool Equals(State? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as State);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var code = new HashCode();
        foreach (var value in Values)
        {
            code.Add(value.GetHashCode());
        }

        return code.ToHashCode();
    }
}
