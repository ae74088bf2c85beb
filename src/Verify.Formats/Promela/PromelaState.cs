using System.Globalization;
using Verify.Lowering;
using Verify.Modelling;

namespace Verify.Formats.Promela;

/// <summary>
/// The leaves of a model's states as Promela variables: one array for the same part of all entries of a map, in the
/// order of the keys. Numbers are stored unchanged, members and options as codes with names.
/// </summary>
internal sealed class PromelaState
{
    private const string Reserved = """
        active assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan d_step d_proctype do else
        empty enabled end eval false fi for full get_priority goto hidden if in init inline int len local ltl mtype
        nempty never nfull notrace np_ od of pc_value pid printf printm priority proctype provided run select
        set_priority short show skip timeout trace true typedef unless unsigned xr xs _last _nr_pr _pid STDIN
        auto case char const continue default define double enum extern float long register return signed sizeof
        static struct switch undef union void volatile while now main Some accept progress wait
        always eventually next release stronguntil until weakuntil U V W X
        """;

    private readonly Dictionary<string, string> members = new(StringComparer.Ordinal);
    private readonly List<(string Name, int Code)> defines = [];
    private readonly List<Part> parts = [];
    private readonly Dictionary<int, Part> partOfGroup = [];
    private readonly Place[] places;

    public PromelaState(StateShape shape)
    {
        Shape = shape;
        places = new Place[shape.Leaves.Length];
        for (var i = 0; i < shape.Variables.Length; i++)
        {
            Walk(shape.Model.Variables[i], shape.Variables[i], shape.Model.Variables[i].Name, "", isFlag: false);
        }
    }

    public StateShape Shape { get; }

    public Identifiers Names { get; } = new(Reserved);

    /// <summary>The names of the codes of members and empty options.</summary>
    public IReadOnlyList<(string Name, int Code)> Defines => defines;

    public IReadOnlyList<Part> Parts => parts;

    public Place this[int leaf] => places[leaf];

    /// <summary>A variable of the text, which holds one leaf or the leaves of one group.</summary>
    public sealed class Part(string name, Sort sort, Variable variable, string keys)
    {
        public string Name { get; } = name;

        /// <summary>The sort of each leaf.</summary>
        public Sort Sort { get; } = sort;

        public Variable Variable { get; } = variable;

        /// <summary>The composition of the index; empty for a variable without an index.</summary>
        public string Keys { get; } = keys;

        public List<int> Leaves { get; } = [];

        /// <summary>The number of code 0.</summary>
        public int Low => Sort is Sort.Interval range ? range.Low : 0;

        public string Type => (Low, Low + Sort.ScalarCount - 1) switch
        {
            _ when Sort is Sort.Boolean => "bool",
            ( >= 0, <= byte.MaxValue) => "byte",
            ( >= short.MinValue, <= short.MaxValue) => "short",
            _ => "int",
        };
    }

    /// <summary>The position of a leaf.</summary>
    public readonly record struct Place(Part Part, int Position)
    {
        public override string ToString() => Part.Keys.Length == 0
            ? Part.Name
            : string.Create(CultureInfo.InvariantCulture, $"{Part.Name}[{Position}]");
    }

    /// <summary>The constant for a code of a scalar sort, by name if it has one.</summary>
    public PrecedenceText Constant(Sort sort, long code) => sort switch
    {
        Sort.Boolean => PrecedenceText.Of(code == 0 ? "false" : "true"),
        Sort.Interval range => PrecedenceText.Of(code + range.Low),
        Sort.Enumeration enumeration => PrecedenceText.Of(members[enumeration.Text + code]),
        Sort.ScalarSet scalar => PrecedenceText.Of(members[scalar.Text + code]),
        Sort.Optional when code == 0 => PrecedenceText.Of("None"),
        Sort.Optional { Of: Sort.Interval { Low: not 0 } } => PrecedenceText.Of(code),
        Sort.Optional optional => PrecedenceText.Of($"Some({Constant(optional.Of, code - 1).Text})"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private void Walk(Variable variable, SortLayout storage, string name, string keys, bool isFlag)
    {
        switch (storage)
        {
            case SortLayout.Single single:
                Add(variable, single.Leaf, isFlag ? Sort.Bool : single.Sort, name, keys);
                break;
            case SortLayout.Flagged flagged:
                Add(variable, flagged.Flag, Sort.Bool, $"{name}_has", keys);
                Walk(variable, flagged.Content, $"{name}_value", keys, isFlag: false);
                break;
            case SortLayout.Group { Sort: Sort.Record record } group:
                for (var i = 0; i < group.Items.Length; i++)
                {
                    Walk(variable, group.Items[i], $"{name}_{record.Fields[i].Name}", keys, isFlag: false);
                }

                break;
            case SortLayout.Group { Sort: Sort.Mapping map } group:
                var key = map.Key is Sort.Interval { Low: not 0 } range
                    ? $"({Heading.Short(map.Key)} from {range.Low})"
                    : Heading.Short(map.Key);
                var index = keys.Length == 0 ? key : $"{(keys.Contains(' ', StringComparison.Ordinal) ? $"({keys})" : keys)} * {map.Key.ScalarCount} + {key}";
                foreach (var item in group.Items)
                {
                    Walk(variable, item, name, index, isFlag: false);
                }

                break;
        }
    }

    private void Add(Variable variable, Leaf leaf, Sort sort, string name, string keys)
    {
        if (!partOfGroup.TryGetValue(leaf.Group, out var part))
        {
            NameMembers(sort);
            part = new Part(Names.Take(name, $"v_{name}"), sort, variable, keys);
            partOfGroup[leaf.Group] = part;
            parts.Add(part);
        }

        places[leaf.Index] = new Place(part, part.Leaves.Count);
        part.Leaves.Add(leaf.Index);
    }

    private void NameMembers(Sort sort)
    {
        switch (sort)
        {
            case Sort.Optional optional:
                if (!defines.Contains(("None", 0)))
                {
                    defines.Add((Names.Take("None"), 0));
                }

                NameMembers(optional.Of);
                break;
            case Sort.Enumeration enumeration:
                NameMembers(sort, enumeration.Name, [.. enumeration.Members]);
                break;
            case Sort.ScalarSet scalar:
                NameMembers(sort, scalar.Name, [.. scalar.Members]);
                break;
        }
    }

    private void NameMembers(Sort sort, string owner, string[] all)
    {
        for (var i = 0; i < all.Length && !members.ContainsKey($"{sort.Text}{all.Length - 1}"); i++)
        {
            var name = Names.Take(all[i], $"{owner}_{all[i]}");
            members[$"{sort.Text}{i}"] = name;
            defines.Add((name, i));
        }
    }
}
