using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Rendering;

/// <summary>
/// A value in short form: the names of the flags that are set, and the other fields with their names, such as
/// <c>f0 W asid=1</c>. The first field has no name if its value is a member that no other field can have: its name tells
/// it; a value that starts with a name is in parentheses. Ghost fields are left out.
/// </summary>
public static class ShortValue
{
    /// <summary>The text of a value.</summary>
    public static string Of(Value value) => value.Sort switch
    {
        Sort.Optional => value.Number == 0 ? "None"
            : value.Items[0] is { Sort: Sort.Optional, Number: 0 } ? "Some(None)" : Of(value.Items[0]),
        Sort.Record record => OfRecord(record, value.Items),
        Sort.Mapping { Value: Sort.Boolean } set => $"{{{string.Join(", ", Members(set, value.Items))}}}",
        Sort.Mapping => $"[{string.Join(", ", value.Items.Select(Of))}]",
        _ => value.ToString(),
    };

    private static IEnumerable<string> Members(Sort.Mapping set, ImmutableArray<Value> items) =>
        Value.All(set.Key).Zip(items).Where(entry => entry.Second.IsTrue).Select(entry => Of(entry.First));

    private static string OfRecord(Sort.Record record, ImmutableArray<Value> items)
    {
        var parts = new List<string>();
        var fields = record.Fields.Zip(items).Where(pair => !pair.First.IsGhost).ToList();
        foreach (var (field, item) in fields)
        {
            switch (item.Sort)
            {
                case Sort.Boolean when item.IsTrue:
                    parts.Add(field.Name);
                    break;
                case Sort.Boolean:
                    break;
                case Sort.Optional when item.Number == 0 && field != fields[0].First:
                    break;
                case Sort.Record:
                    parts.Add(Of(item) is ['(', ..] inner ? $"{field.Name}={inner}" : $"{field.Name}=({Of(item)})");
                    break;
                default:
                    parts.Add(IsTold(field) && item is not { Sort: Sort.Optional, Number: 0 } ? Of(item) : $"{field.Name}={Of(item)}");
                    break;
            }
        }

        // The value consists of flags, and none of them is set.
        return parts switch
        {
            [] => "-",
            [var one, ..] when one.Contains('=') && !one.Contains('(') => $"({string.Join(" ", parts)})",
            _ => string.Join(" ", parts),
        };

        // True if the name of a member tells the field: an enumeration, or the first of identities, that no other field has.
        bool IsTold(Field field) => MembersIn(field.Sort) is { } members
            && (members is Sort.Enumeration || field == fields[0].First)
            && fields.Count(other => members.Equals(MembersIn(other.First.Sort))) == 1;
    }

    private static Sort? MembersIn(Sort sort) => sort switch
    {
        Sort.Enumeration or Sort.ScalarSet => sort,
        Sort.Optional optional => MembersIn(optional.Of),
        _ => null,
    };
}
