using System.Collections.Immutable;
using Verify.Language.Parts;
using Verify.Modelling;

namespace Verify.Language.Sorts;

/// <summary>The names that a protocol file declares for one instance, and those that are bound at a place in it.</summary>
internal sealed class Scope
{
    private readonly Dictionary<string, List<(Sort Sort, int Position)>> members = new(StringComparer.Ordinal);
    private readonly List<(string Name, Expr Value)> bound = [];

    /// <summary>The sorts by name.</summary>
    public Dictionary<string, Sort> Sorts { get; } = new(StringComparer.Ordinal) { ["bool"] = Sort.Bool };

    /// <summary>Variables, and sizes as constants.</summary>
    public Dictionary<string, Expr> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>The threads that are declared so far.</summary>
    public Dictionary<string, ModelThread> Threads { get; } = new(StringComparer.Ordinal);

    /// <summary>The words of the parts that are used.</summary>
    public Dictionary<string, (PartWord Word, PartUse Use, ImmutableArray<(string Name, Sort Sort)> Inputs)> Words { get; } =
        new(StringComparer.Ordinal);

    /// <summary>The name of the part that has a word; null if none has it.</summary>
    public Func<string, string?> PartWith { get; init; } = _ => null;

    /// <summary>True for a sort whose variables some part takes.</summary>
    public Func<Sort, bool> IsFollowed { get; set; } = _ => false;

    /// <summary>For each kind of choice, the names that the family offers, and whether the instance has them.</summary>
    public Dictionary<string, ImmutableDictionary<string, bool>> Choices { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that exist in other instances only.</summary>
    public HashSet<string> Elsewhere { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a sort, and the members that can be named without it.</summary>
    public void Add(string name, Sort sort)
    {
        Sorts[name] = sort;
        var names = MembersOf(sort);
        for (var i = 0; i < names.Length; i++)
        {
            if (!members.TryGetValue(names[i], out var known))
            {
                members[names[i]] = known = [];
            }

            known.Add((sort, i));
        }
    }

    /// <summary>The members of an enum or a scalar set; none for other sorts.</summary>
    public static ImmutableArray<string> MembersOf(Sort sort) => sort switch
    {
        Sort.Enumeration enumeration => enumeration.Members,
        Sort.ScalarSet set => set.Members,
        _ => [],
    };

    /// <summary>A member of an enum or a scalar set as an expression.</summary>
    public static Expr Member(Sort sort, int position) => sort is Sort.Enumeration enumeration
        ? Dsl.MemberOf(enumeration, position)
        : Dsl.IdentityOf((Sort.ScalarSet)sort, position);

    /// <summary>The members of a name in all sorts.</summary>
    public IReadOnlyList<(Sort Sort, int Position)> Members(string name) => members.GetValueOrDefault(name, []);

    /// <summary>The value of a name that is bound or declared; null if there is none.</summary>
    public Expr? Find(string name)
    {
        for (var i = bound.Count - 1; i >= 0; i--)
        {
            if (bound[i].Name == name)
            {
                return bound[i].Value;
            }
        }

        return Values.GetValueOrDefault(name);
    }

    /// <summary>All names that an expression may contain, for suggestions.</summary>
    public IEnumerable<string> Known => bound.Select(one => one.Name).Concat(Values.Keys).Concat(members.Keys);

    /// <summary>Binds a name until <see cref="Release"/>.</summary>
    public void Bind(string name, Expr value) => bound.Add((name, value));

    /// <summary>The number of bound names, to release later ones.</summary>
    public int Mark => bound.Count;

    /// <summary>Releases the names that were bound since a mark.</summary>
    public void Release(int mark) => bound.RemoveRange(mark, bound.Count - mark);
}
