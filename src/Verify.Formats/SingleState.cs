using System.Diagnostics;
using System.Text;
using Verify.Modelling;

namespace Verify.Formats;

/// <summary>
/// The common part of the formats that are written from the finite lowering, with one property about single states.
/// </summary>
internal static class SingleState
{
    /// <summary>The reason why a property is not supported; null if it is.</summary>
    public static string? WhyNot(Property? property) => property switch
    {
        null => "it contains one property: name a property",
        Property.LeadsTo => $"'{property.Name}' is a LeadsTo property, which the format does not support",
        _ => null,
    };

    /// <summary>The property, which must not be null.</summary>
    public static Property Of(Property? property) => property ?? throw new UnreachableException("WhyNot says so");

    /// <summary>The header as comments.</summary>
    public static string Head(Model model, Property property, string? instance, string checker, params string[] usage)
    {
        var text = new StringBuilder();
        foreach (var line in Heading.Lines(model, instance, checker, [Heading.Of(property), .. usage]))
        {
            text.Append("; ").Append(line.ReplaceLineEndings(" ")).Append('\n');
        }

        foreach (var rule in model.Rules.Where(rule => !rule.Sources.IsEmpty))
        {
            foreach (var line in Heading.Of(rule))
            {
                text.Append("; ").Append(line.ReplaceLineEndings(" ")).Append('\n');
            }
        }

        return text.ToString();
    }
}
