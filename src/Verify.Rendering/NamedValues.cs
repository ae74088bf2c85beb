using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Rendering;

/// <summary>The members of sorts that a text names, in the order of the sorts' first appearance.</summary>
internal sealed class NamedValues
{
    private readonly List<Sort> sorts = [];
    private readonly Dictionary<Sort, SortedSet<int>> members = [];

    /// <summary>The sorts, each with the members that were added.</summary>
    public ImmutableArray<NamedMembers> All =>
        [.. sorts.Select(sort => new NamedMembers(sort, [.. members[sort].Select(number => Value.Scalar(sort, number).ToString())]))];

    /// <summary>Adds what a value names.</summary>
    public void Add(Value value)
    {
        switch (value.Sort)
        {
            case Sort.ScalarSet or Sort.Enumeration:
                Add(value.Sort, value.Number);
                break;
            case Sort.Mapping { Value: Sort.Boolean, Key: Sort.ScalarSet or Sort.Enumeration } set:
                for (var i = 0; i < value.Items.Length; i++)
                {
                    if (value.Items[i].IsTrue)
                    {
                        Add(set.Key, i);
                    }
                }

                break;
            default:
                foreach (var item in value.Items)
                {
                    Add(item);
                }

                break;
        }
    }

    private void Add(Sort sort, int number)
    {
        if (!members.TryGetValue(sort, out var known))
        {
            members[sort] = known = [];
            sorts.Add(sort);
        }

        known.Add(number);
    }
}

/// <summary>Members of a sort that a trace names.</summary>
/// <param name="Sort">The scalar set or the enumeration.</param>
/// <param name="Members">The names of the members, in their order.</param>
public sealed record NamedMembers(Sort Sort, ImmutableArray<string> Members);
