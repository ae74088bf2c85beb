using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Parametric.Logic;

/// <summary>A state of an instance as values of the first-order symbols.</summary>
public sealed class StateImage
{
    private readonly Dictionary<Symbol, (StateSymbol Leaf, int[] Values)> tables = [];

    /// <summary>Computes the image of a state.</summary>
    public StateImage(Signature signature, State state)
    {
        foreach (var leaf in signature.Leaves)
        {
            tables[leaf.Symbol] = (leaf, new int[Sizes(leaf).Aggregate(1, (product, size) => product * size)]);
            if (leaf.Sort is Sort.Interval range)
            {
                Array.Fill(tables[leaf.Symbol].Values, range.Low);
            }
        }

        for (var i = 0; i < state.Values.Length; i++)
        {
            Fill(signature.ShapeOf(signature.Model.Variables[i]), state.Values[i], []);
        }
    }

    /// <summary>The values of a leaf for all arguments; the last argument varies fastest.</summary>
    public ReadOnlySpan<int> Of(StateSymbol leaf) => tables[leaf.Symbol].Values;

    /// <summary>The value of a leaf at constant arguments.</summary>
    public Formula Of(Symbol symbol, ImmutableArray<Formula> arguments)
    {
        var (leaf, values) = tables[symbol];
        return Formula.Of(symbol.Sort, values[IndexOf(leaf, [.. arguments.Select(a => ((Formula.Constant)a).Number)])]);
    }

    /// <summary>The number of values that each argument of a leaf can have.</summary>
    public static IEnumerable<int> Sizes(StateSymbol leaf) => (leaf.Kind == StateSymbolKind.Relation ? leaf.Keys.Add(leaf.Sort) : leaf.Keys)
        .Select(sort => sort.ScalarCount);

    /// <summary>The index of an entry among the values of a leaf.</summary>
    public static int IndexOf(StateSymbol leaf, ReadOnlySpan<int> arguments)
    {
        var index = 0;
        for (var i = 0; i < arguments.Length; i++)
        {
            var sort = i < leaf.Keys.Length ? leaf.Keys[i] : leaf.Sort;
            index = (index * sort.ScalarCount) + arguments[i] - (sort is Sort.Interval range ? range.Low : 0);
        }

        return index;
    }

    private void Fill(Shape shape, Value value, ImmutableArray<int> keys)
    {
        switch (shape)
        {
            case Shape.Option option:
                Put(option.Flag, keys, value.Number);
                if (value.Number == 1)
                {
                    Fill(option.Content, value.Items[0], keys);
                }

                break;
            case Shape.Record record:
                for (var i = 0; i < record.Fields.Length; i++)
                {
                    Fill(record.Fields[i], value.Items[i], keys);
                }

                break;
            case Shape.Map map:
                foreach (var (key, entry) in Value.All(map.Key).Zip(value.Items))
                {
                    Fill(map.Values, entry, keys.Add(key.Number));
                }

                break;
            case Shape.Scalar { Leaf.Kind: StateSymbolKind.Relation } scalar:
                Put(scalar.Leaf, keys.Add(value.Number), 1);
                break;
            case Shape.Scalar scalar:
                Put(scalar.Leaf, keys, value.Number);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private void Put(StateSymbol leaf, ImmutableArray<int> arguments, int value) =>
        tables[leaf.Symbol].Values[IndexOf(leaf, arguments.AsSpan())] = value;
}
