using System.Collections.Immutable;
using Verify.Lowering;
using Verify.Modelling;

namespace Verify.Explicit.Symmetry;

/// <summary>The action of permutations of scalar-set members on the leaves of a state.</summary>
/// <remarks>
/// Ip and Dill, "Better verification through symmetry", 1996. The language cannot name a member of a scalar set, so
/// rules and properties are symmetric by construction. Only initial values, and resets to them, can single out a
/// member.
/// </remarks>
internal sealed class SymmetryGroup
{
    private const int Nowhere = -1;
    private readonly int[][] leavesOfPath; // the leaf for each combination of members
    private readonly ILookup<int, SymmetricLeaf> maskedBy;

    private SymmetryGroup(ImmutableArray<Sort.ScalarSet> sets, Int128 groupSize, ImmutableArray<SymmetricLeaf> leaves)
    {
        (Sets, GroupSize, Leaves) = (sets, groupSize, leaves);
        FirstOf = [.. sets.Select((_, set) => sets.Take(set).Sum(before => before.Members.Length))];
        MemberCount = sets.Sum(set => set.Members.Length);
        maskedBy = leaves.Where(leaf => leaf is { Flag: >= 0, Set: >= 0, Offset: 0 }).ToLookup(leaf => leaf.Flag);
        leavesOfPath = new int[leaves.Select(leaf => leaf.Path + 1).DefaultIfEmpty().Max()][];
        foreach (var leaf in leaves)
        {
            if (leavesOfPath[leaf.Path] is null)
            {
                leavesOfPath[leaf.Path] = new int[leaf.Keys.Aggregate(1, (size, key) => size * Sets[key.Set].Members.Length)];
                Array.Fill(leavesOfPath[leaf.Path], Nowhere);
            }

            leavesOfPath[leaf.Path][leaf.Keys.Aggregate(0, (at, key) => Place(at, key.Set, key.Member))] = leaf.Leaf;
        }
    }

    /// <summary>The scalar sets with more than one member.</summary>
    public ImmutableArray<Sort.ScalarSet> Sets { get; }

    /// <summary>The number of permutations.</summary>
    public Int128 GroupSize { get; }

    /// <summary>The relation of each leaf of the search to the sets.</summary>
    public ImmutableArray<SymmetricLeaf> Leaves { get; }

    /// <summary>The number of members of all sets.</summary>
    public int MemberCount { get; }

    /// <summary>
    /// The number of the first member of each set, when the members of all sets are numbered consecutively.
    /// </summary>
    public ImmutableArray<int> FirstOf { get; }

    /// <summary>The leaves whose 0 is a member only while the given flag is not 0.</summary>
    public IEnumerable<SymmetricLeaf> MaskedBy(SymmetricLeaf flag) => maskedBy[flag.Leaf];

    /// <summary>The leaf that takes the content of a leaf when two members of a set are swapped.</summary>
    public int Swapped(SymmetricLeaf leaf, int set, int a, int b)
    {
        var at = 0;
        foreach (var key in leaf.Keys)
        {
            at = Place(at, key.Set, key.Set == set ? Swapped(key.Member, a, b) : key.Member);
        }

        var target = leavesOfPath[leaf.Path][at];
        return target != Nowhere ? target : throw new System.Diagnostics.UnreachableException("a search contains only a part of a map");
    }

    /// <summary>The image of a member when two members of its set are swapped.</summary>
    public static int Swapped(int member, int a, int b) => member == a ? b : member == b ? a : member;

    /// <summary>The symmetry of a model, restricted to its rules and some predicates.</summary>
    /// <param name="model">The model.</param>
    /// <param name="asked">The property, and the witnesses that the search looks for.</param>
    /// <param name="lowered">The rules.</param>
    /// <param name="cone">The cone of influence; null if the search uses the whole model.</param>
    /// <param name="predicates">What the search evaluates.</param>
    /// <exception cref="UserErrorException">VRF203: an initial value or a reset singles out a member.</exception>
    public static SymmetryGroup Detect(
        Model model, ImmutableArray<Property> asked, LoweredModel lowered, ConeOfInfluence? cone, IEnumerable<LoweredPredicate> predicates)
    {
        var property = asked[0];
        CheckUnbroken(model, asked);
        if (lowered.Rules.Any(rule => rule.DependsOnOrder) || predicates.Any(predicate => predicate.DependsOnOrder))
        {
            throw UserErrorException.At(property.Where, ErrorCodes.BadReduction,
                "a quantifier over identities reads the value of an option that is empty in another order of evaluation",
                "guard the read with .HasValue inside of the quantifier, or search without symmetry");
        }

        if (property is Property.LeadsTo)
        {
            throw UserErrorException.At(property.Where, ErrorCodes.BadReduction,
                $"'{property.Name}' is a LeadsTo property; symmetry reduction supports Always, Reachable and NoDeadlock only");
        }

        var leaves = new SymmetricLeaf[lowered.Shape.Leaves.Length];
        var sets = new List<Sort.ScalarSet>();
        var walk = new Walk(sets, leaves);
        for (var i = 0; i < lowered.Shape.Variables.Length; i++)
        {
            walk.Visit(lowered.Shape.Variables[i], $"{i}", [], -1);
        }

        bool IsSearched(int leaf) => cone?.Has(leaf) ?? true;
        return new SymmetryGroup([.. sets], SizeOfGroup(sets, property),
            [.. leaves.Where(leaf => IsSearched(leaf.Leaf))
                .Select(leaf => leaf.Flag < 0 || IsSearched(leaf.Flag) ? leaf : leaf with { Set = -1 })]);
    }

    private static Int128 SizeOfGroup(List<Sort.ScalarSet> sets, Property property)
    {
        var size = Int128.One;
        foreach (var set in sets)
        {
            for (var factor = 2; factor <= set.Members.Length; factor++)
            {
                size = size <= Int128.MaxValue / factor
                    ? size * factor
                    : throw UserErrorException.At(property.Where, ErrorCodes.BadReduction,
                    $"the permutations of '{set.Name}', with {set.Members.Length} members, and the other sets are too many to count",
                    "search without symmetry");
            }
        }

        return size;
    }

    private int Place(int at, int set, int member) => (at * Sets[set].Members.Length) + member;

    private static void CheckUnbroken(Model model, ImmutableArray<Property> asked)
    {
        foreach (var variable in model.Variables.Where(v => v.Initially is not null))
        {
            Check(variable.Initially!, variable.Where, $"'{variable.Name}' starts with",
                "start it with None or with any value (AnyOf), or search without symmetry");
        }

        foreach (var start in model.StartConditions)
        {
            Check(start.Holds, start.Where, "an initial condition names");
        }

        foreach (var rule in model.Rules)
        {
            var what = $"rule '{rule.Name}' names";
            Check(rule.Guard, rule.Where, what);
            foreach (var update in rule.Updates)
            {
                Check(update.When, update.Where, what);
                Check(update.Target, update.Where, what);
                Check(update.Value, update.Where, what);
            }
        }

        foreach (var property in asked)
        {
            foreach (var part in property.Predicates)
            {
                Check(part, property.Where, $"property '{property.Name}' names");
            }
        }
    }

    /// <summary>The first member of a set that an expression names; null if it names none.</summary>
    public static Expr.Literal? MemberIn(Expr expr)
    {
        var search = new MemberSearch();
        search.Of(expr);
        return search.Found;
    }

    private static void Check(Expr expr, SourceLocation where, string what, string? hint = null)
    {
        if (MemberIn(expr) is { } member)
        {
            throw UserErrorException.At(where, ErrorCodes.BadReduction,
                $"{what} {member}, which breaks the symmetry of '{((Sort.ScalarSet)member.Sort).Name}'", hint);
        }
    }

    private sealed class MemberSearch : ExprVisitor
    {
        public Expr.Literal? Found { get; private set; }

        protected override ValueTuple OnLiteral(Expr.Literal node)
        {
            Found ??= node.Sort is Sort.ScalarSet { Members.Length: > 1 } ? node : null;
            return default;
        }
    }

    /// <summary>Follows the maps of a variable down to its leaves.</summary>
    private sealed class Walk(List<Sort.ScalarSet> sets, SymmetricLeaf[] leaves)
    {
        private readonly Dictionary<string, int> paths = new(StringComparer.Ordinal);

        public void Visit(Lowering.SortLayout storage, string path, ImmutableArray<SymmetricKey> keys, int flag)
        {
            switch (storage)
            {
                case Lowering.SortLayout.Single single:
                    Describe(single.Leaf, single.Sort, path, keys, flag);
                    break;
                case Lowering.SortLayout.Flagged flagged:
                    Describe(flagged.Flag, Sort.Bool, path + "?", keys, flag);
                    Visit(flagged.Content, path + "!", keys, flagged.Flag.Index);
                    break;
                case Lowering.SortLayout.Group group:
                    var (set, offset) = group.Sort is Sort.Mapping map ? Identity(map.Key) : (-1, 0);
                    for (var i = 0; i < group.Items.Length; i++)
                    {
                        var isMember = set >= 0 && i >= offset;
                        Visit(group.Items[i], isMember ? $"{path}[{set}]" : $"{path}.{i}",
                            isMember ? keys.Add(new SymmetricKey(set, i - offset)) : keys, flag);
                    }

                    break;
            }
        }

        private void Describe(Leaf leaf, Sort sort, string path, ImmutableArray<SymmetricKey> keys, int flag)
        {
            var (set, offset) = Identity(sort);
            if (!paths.TryGetValue(path, out var number))
            {
                paths[path] = number = paths.Count;
            }

            leaves[leaf.Index] = new SymmetricLeaf(leaf.Index, set, offset, number, keys, flag);
        }

        // The set whose members a scalar sort holds, and the code of the first member; the codes of enclosing options
        // come before it.
        private (int Set, int Offset) Identity(Sort sort)
        {
            var offset = 0;
            while (sort is Sort.Optional optional)
            {
                (sort, offset) = (optional.Of, offset + 1);
            }

            if (sort is not Sort.ScalarSet { Members.Length: > 1 } scalar)
            {
                return (-1, 0);
            }

            var set = sets.FindIndex(known => known.Equals(scalar));
            if (set < 0)
            {
                set = sets.Count;
                sets.Add(scalar);
            }

            return (set, offset);
        }
    }
}

/// <summary>A member in the path of a leaf.</summary>
/// <param name="Set">The scalar set.</param>
/// <param name="Member">The member.</param>
internal sealed record SymmetricKey(int Set, int Member);

/// <summary>The relation of a leaf to the scalar sets.</summary>
/// <param name="Leaf">The index of the leaf.</param>
/// <param name="Set">The set whose members it can hold; -1 for none.</param>
/// <param name="Offset">The code of the first member.</param>
/// <param name="Path">The path; leaves with the same path differ in their keys only.</param>
/// <param name="Keys">The members that select it.</param>
/// <param name="Flag">The flag of the option that contains it, -1 for none; while the flag is 0, the leaf holds no
/// member.</param>
internal sealed record SymmetricLeaf(int Leaf, int Set, int Offset, int Path, ImmutableArray<SymmetricKey> Keys, int Flag)
{
    /// <summary>The member that the leaf holds, given the codes of all leaves; -1 for none.</summary>
    public int MemberIn(int[] codes) => Flag < 0 || codes[Flag] != 0 ? MemberOf(codes[Leaf]) : -1;

    /// <summary>The member that a code stands for, provided that the flag is not 0; -1 for none.</summary>
    public int MemberOf(int code) => Set >= 0 && code >= Offset ? code - Offset : -1;
}
