using Verify.Modelling;

namespace Verify.Formats;

/// <summary>The header of an exported file, as comments of its language.</summary>
internal static class Heading
{
    /// <summary>The first lines: the model, the instance and the command.</summary>
    public static IEnumerable<string> Lines(Model model, string? instance, string checker, IEnumerable<string> usage)
    {
        yield return OneLine.Of($"Model '{model.Name}', digest {model.Digest}, written by Verify for {checker}.");
        if (instance is not null)
        {
            yield return OneLine.Of($"Instance: {instance}");
        }

        foreach (var line in usage)
        {
            yield return OneLine.Of(line);
        }
    }

    /// <summary>A property in one line.</summary>
    public static string Of(Property property) => OneLine.Of(property.Text == property.Name
        ? $"{property.Kind} \"{property.Name}\""
        : $"{property.Kind} \"{property.Name}\": {property.Text}");

    /// <summary>A rule in one line, with its sources.</summary>
    public static IEnumerable<string> Of(Rule rule)
    {
        yield return OneLine.Of(rule.Parameters.IsEmpty
            ? rule.Name
            : $"{rule.Name}({string.Join(", ", rule.Parameters.Select(p => p.Name))})");
        foreach (var source in rule.Sources)
        {
            yield return OneLine.Of($"  {source}");
        }
    }

    /// <summary>A variable in one line.</summary>
    public static string Of(Variable variable) => OneLine.Of(variable.IsGhost
        ? $"{variable.Name}: {Short(variable.Sort)} (ghost)"
        : $"{variable.Name}: {Short(variable.Sort)}");

    /// <summary>The short name of a sort.</summary>
    public static string Short(Sort sort) => sort switch
    {
        Sort.Enumeration enumeration => enumeration.Name,
        Sort.ScalarSet scalar => scalar.Name,
        Sort.Record record => record.Name,
        Sort.Optional optional => $"option<{Short(optional.Of)}>",
        Sort.Mapping map => $"map<{Short(map.Key)}, {Short(map.Value)}>",
        _ => sort.Text,
    };
}
