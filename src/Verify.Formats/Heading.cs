using Verify.Modelling;

namespace Verify.Formats;

/// <summary>What a text says of itself, in the comments of its language.</summary>
internal static class Heading
{
    /// <summary>The first lines: which model, which instance, how to run it.</summary>
    public static IEnumerable<string> Lines(Model model, string? instance, string checker, IEnumerable<string> usage)
    {
        yield return $"Model '{model.Name}', digest {model.Digest}, written by Verify for {checker}.";
        if (instance is not null)
        {
            yield return $"Instance: {instance}";
        }

        foreach (var line in usage)
        {
            yield return line;
        }
    }

    /// <summary>A property in a line.</summary>
    public static string Of(Property property) => property.Text == property.Name
        ? $"{property.Kind} \"{property.Name}\""
        : $"{property.Kind} \"{property.Name}\": {property.Text}";

    /// <summary>A rule in a line, and where it comes from.</summary>
    public static IEnumerable<string> Of(Rule rule)
    {
        yield return rule.Parameters.IsEmpty
            ? rule.Name
            : $"{rule.Name}({string.Join(", ", rule.Parameters.Select(p => p.Name))})";
        foreach (var source in rule.Sources)
        {
            yield return $"  {source}";
        }
    }

    /// <summary>A variable in a line.</summary>
    public static string Of(Variable variable) => variable.IsGhost
        ? $"{variable.Name}: {Short(variable.Sort)} (ghost)"
        : $"{variable.Name}: {Short(variable.Sort)}";

    /// <summary>A sort by its name, where it has one.</summary>
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
