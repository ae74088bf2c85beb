using Verify.Modelling;

namespace Verify.Formats;

/// <summary>The header of an exported file, as comments of its language.</summary>
internal static class Heading
{
    /// <summary>The first lines: the model, the instance and the command.</summary>
    public static IEnumerable<string> Lines(Model model, string? instance, string checker, IEnumerable<string> usage)
    {
        yield return OneLine($"Model '{model.Name}', digest {model.Digest}, written by Verify for {checker}.");
        if (instance is not null)
        {
            yield return OneLine($"Instance: {instance}");
        }

        foreach (var line in usage)
        {
            yield return OneLine(line);
        }
    }

    /// <summary>A text without line breaks, because a checker would read the text after a break as a part of the model.</summary>
    public static string OneLine(string text) =>
        text.Any(IsBreak) ? string.Concat(text.Select(letter => IsBreak(letter) ? ' ' : letter)) : text;

    /// <summary>A property in one line.</summary>
    public static string Of(Property property) => OneLine(property.Text == property.Name
        ? $"{property.Kind} \"{property.Name}\""
        : $"{property.Kind} \"{property.Name}\": {property.Text}");

    /// <summary>A rule in one line, with its sources.</summary>
    public static IEnumerable<string> Of(Rule rule)
    {
        yield return OneLine(rule.Parameters.IsEmpty
            ? rule.Name
            : $"{rule.Name}({string.Join(", ", rule.Parameters.Select(p => p.Name))})");
        foreach (var source in rule.Sources)
        {
            yield return OneLine($"  {source}");
        }
    }

    /// <summary>A variable in one line.</summary>
    public static string Of(Variable variable) => OneLine(variable.IsGhost
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

    private static bool IsBreak(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';
}
