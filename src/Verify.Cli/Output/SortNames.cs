using System.Globalization;
using Verify.Modelling;

namespace Verify.Cli.Output;

/// <summary>The sorts that a model uses: a short name for each, and a declaration for those that have members or fields.</summary>
internal sealed class SortNames
{
    private readonly Dictionary<string, Sort> declared = new(StringComparer.Ordinal);

    public SortNames(Model model)
    {
        foreach (var sort in model.Variables.Select(variable => variable.Sort)
            .Concat(model.Rules.SelectMany(rule => rule.Parameters.Select(parameter => parameter.Sort))))
        {
            Collect(sort);
        }
    }

    /// <summary>The sorts with members or fields, each with its name and its content, in the order of their first use.</summary>
    public IEnumerable<(string Name, string Kind, string Content)> Declarations => declared.Values.Select(sort => sort switch
    {
        Sort.ScalarSet set => (set.Name, "members", string.Join(", ", set.Members)),
        Sort.Enumeration enumeration => (enumeration.Name, "enum", string.Join(", ", enumeration.Members)),
        Sort.Record record => (record.Name, "record", string.Join(", ", record.Fields.Select(
            part => $"{part.Name}: {Of(part.Sort)}{(part.IsGhost ? " (ghost)" : "")}"))),
        _ => throw new System.Diagnostics.UnreachableException(),
    });

    /// <summary>A sort in a few letters, as <c>cpu -&gt; option(page)</c>.</summary>
    public static string Of(Sort sort) => sort switch
    {
        Sort.ScalarSet set => set.Name,
        Sort.Enumeration enumeration => enumeration.Name,
        Sort.Record record => record.Name,
        Sort.Interval range => string.Create(CultureInfo.InvariantCulture, $"{range.Low}..{range.High}"),
        Sort.Optional option => $"option({Of(option.Of)})",
        Sort.Mapping map => $"{Of(map.Key)} -> {Of(map.Value)}",
        _ => "bool",
    };

    private void Collect(Sort sort)
    {
        switch (sort)
        {
            case Sort.Optional option:
                Collect(option.Of);
                break;
            case Sort.Mapping map:
                Collect(map.Key);
                Collect(map.Value);
                break;
            case Sort.ScalarSet or Sort.Enumeration:
                declared.TryAdd(sort.Text, sort);
                break;
            case Sort.Record record:
                declared.TryAdd(sort.Text, sort);
                foreach (var part in record.Fields)
                {
                    Collect(part.Sort);
                }

                break;
        }
    }
}
