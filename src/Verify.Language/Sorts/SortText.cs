using System.Globalization;
using Verify.Modelling;

namespace Verify.Language.Sorts;

/// <summary>Sorts as the language writes them.</summary>
public static class SortText
{
    /// <summary>A sort, with members and fields left out.</summary>
    public static string Of(Sort sort) => Of(sort, NameOf);

    /// <summary>A sort, with a name for each sort that has members or fields.</summary>
    public static string Of(Sort sort, Func<Sort, string> name) => sort switch
    {
        Sort.Boolean => "bool",
        Sort.Interval range => string.Create(CultureInfo.InvariantCulture, $"{range.Low}..{range.High}"),
        Sort.Optional { Of: Sort.Mapping } option => $"({Of(option.Of, name)})?",
        Sort.Optional { Of: Sort.Interval } option => $"({Of(option.Of, name)})?",
        Sort.Optional option => $"{Of(option.Of, name)}?",
        Sort.Mapping map => $"[{Of(map.Key, name)}] {Of(map.Value, name)}",
        _ => name(sort),
    };

    private static string NameOf(Sort sort) => sort switch
    {
        Sort.ScalarSet set => set.Name,
        Sort.Enumeration enumeration => enumeration.Name,
        Sort.Record record => record.Name,
        _ => sort.Text,
    };
}
