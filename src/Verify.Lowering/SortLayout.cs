using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Lowering;

/// <summary>A scalar part of a state, stored as a number from 0.</summary>
/// <param name="Index">The position of the leaf among all leaves.</param>
/// <param name="Codes">The number of codes that it can hold.</param>
/// <param name="Group">Leaves of one group hold the same part of the entries of one map and are consecutive.</param>
/// <param name="Variable">The variable that it belongs to.</param>
public sealed record Leaf(int Index, int Codes, int Group, Variable Variable);

/// <summary>The mapping from the values of a sort to leaves.</summary>
/// <remarks>
/// A scalar takes one leaf. An option of a record or map takes one leaf that is 1 if the option holds a value, then the
/// leaves of the content. They are 0 if it holds none, so that equal values have equal codes.
/// </remarks>
public abstract class SortLayout
{
    private SortLayout(Sort sort) => Sort = sort;

    /// <summary>The sort of the values.</summary>
    public Sort Sort { get; }

    /// <summary>One leaf.</summary>
    public sealed class Single : SortLayout
    {
        internal Single(Sort sort, Leaf leaf) : base(sort) => Leaf = leaf;

        /// <summary>The leaf.</summary>
        public Leaf Leaf { get; }
    }

    /// <summary>An option of a record or map.</summary>
    public sealed class Flagged : SortLayout
    {
        internal Flagged(Sort sort, Leaf flag, SortLayout content) : base(sort) => (Flag, Content) = (flag, content);

        /// <summary>1 if it holds a value.</summary>
        public Leaf Flag { get; }

        /// <summary>The layout of the value.</summary>
        public SortLayout Content { get; }
    }

    /// <summary>The fields of a record or the entries of a map.</summary>
    public sealed class Group : SortLayout
    {
        internal Group(Sort sort, ImmutableArray<SortLayout> items) : base(sort) => Items = items;

        /// <summary>The parts, in order.</summary>
        public ImmutableArray<SortLayout> Items { get; }
    }

    /// <summary>Writes the codes of a value.</summary>
    internal void Encode(Value value, Span<int> codes)
    {
        switch (this)
        {
            case Single single:
                codes[single.Leaf.Index] = value.CodeIn(Sort);
                break;
            case Flagged flagged:
                codes[flagged.Flag.Index] = value.Number;
                if (value.Number == 1)
                {
                    flagged.Content.Encode(value.Items[0], codes);
                }
                else
                {
                    flagged.Content.Clear(codes);
                }

                break;
            case Group group:
                for (var i = 0; i < group.Items.Length; i++)
                {
                    group.Items[i].Encode(value.Items[i], codes);
                }

                break;
        }
    }

    /// <summary>Reads a value from its codes.</summary>
    internal Value Decode(ReadOnlySpan<int> codes)
    {
        switch (this)
        {
            case Single single:
                return ValueOf(Sort, codes[single.Leaf.Index]);
            case Flagged flagged:
                return codes[flagged.Flag.Index] == 0 ? Value.None(Sort) : Value.Some(Sort, flagged.Content.Decode(codes));
            case Group group:
                var items = ImmutableArray.CreateBuilder<Value>(group.Items.Length);
                foreach (var item in group.Items)
                {
                    items.Add(item.Decode(codes));
                }

                return Value.Of(Sort, items.MoveToImmutable());
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>The value of a scalar sort with a given code.</summary>
    internal static Value ValueOf(Sort sort, int code) => sort switch
    {
        Sort.Optional optional => code == 0 ? Value.None(sort) : Value.Some(sort, ValueOf(optional.Of, code - 1)),
        Sort.Interval range => Value.Scalar(sort, code + range.Low),
        _ => Value.Scalar(sort, code),
    };

    private void Clear(Span<int> codes)
    {
        switch (this)
        {
            case Single single:
                codes[single.Leaf.Index] = 0;
                break;
            case Flagged flagged:
                codes[flagged.Flag.Index] = 0;
                flagged.Content.Clear(codes);
                break;
            case Group group:
                foreach (var item in group.Items)
                {
                    item.Clear(codes);
                }

                break;
        }
    }
}

/// <summary>The layout of all leaves of a model.</summary>
public sealed class StateShape
{
    private const int MaxLeaves = 1 << 16;
    private readonly List<Leaf> leaves = [];

    /// <summary>Assigns leaves to the variables of a model.</summary>
    /// <exception cref="UserErrorException">VRF122: a state has over 65,536 leaves.</exception>
    public StateShape(Model model)
    {
        Model = model;
        var storages = ImmutableArray.CreateBuilder<SortLayout>();
        foreach (var variable in model.Variables)
        {
            var groups = new Dictionary<string, int>(StringComparer.Ordinal);
            storages.Add(Spread(variable, variable.Sort, "", groups));
        }

        Variables = storages.ToImmutable();
        // Leaves of one group get consecutive positions, in the order of their creation.
        Leaves = [.. leaves];
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The layout of each variable, in the order of the model's variables.</summary>
    public ImmutableArray<SortLayout> Variables { get; }

    /// <summary>All leaves.</summary>
    public ImmutableArray<Leaf> Leaves { get; }

    /// <summary>The codes of a state, one per leaf.</summary>
    public int[] Encode(State state)
    {
        var codes = new int[Leaves.Length];
        for (var i = 0; i < Variables.Length; i++)
        {
            Variables[i].Encode(state.Values[i], codes);
        }

        return codes;
    }

    /// <summary>The state with the given codes.</summary>
    public State Decode(ReadOnlySpan<int> codes)
    {
        var values = ImmutableArray.CreateBuilder<Value>(Variables.Length);
        foreach (var storage in Variables)
        {
            values.Add(storage.Decode(codes));
        }

        return new State(values.MoveToImmutable());
    }

    private int groupCount;

    private SortLayout Spread(Variable variable, Sort sort, string path, Dictionary<string, int> groups)
    {
        if (sort.IsScalar)
        {
            return new SortLayout.Single(sort, AddLeaf(variable, sort.ScalarCount, path, groups));
        }

        switch (sort)
        {
            case Sort.Optional optional:
                var flag = AddLeaf(variable, 2, path + "?", groups);
                return new SortLayout.Flagged(sort, flag, Spread(variable, optional.Of, path + "!", groups));
            case Sort.Record record:
                return new SortLayout.Group(sort,
                    [.. record.Fields.Select((field, i) => Spread(variable, field.Sort, $"{path}.{i}", groups))]);
            case Sort.Mapping map:
                return new SortLayout.Group(sort,
                    [.. Enumerable.Range(0, map.Key.ScalarCount).Select(_ => Spread(variable, map.Value, path + "[]", groups))]);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private Leaf AddLeaf(Variable variable, int codes, string path, Dictionary<string, int> groups)
    {
        if (leaves.Count >= MaxLeaves)
        {
            throw UserErrorException.At(variable.Where, ErrorCodes.TooLarge,
                $"with '{variable.Name}' a state of '{Model.Name}' has over {MaxLeaves} parts");
        }

        if (!groups.TryGetValue(path, out var group))
        {
            groups[path] = group = groupCount++;
        }

        var leaf = new Leaf(leaves.Count, codes, group, variable);
        leaves.Add(leaf);
        return leaf;
    }
}
