using System.Diagnostics;
using System.Text;
using Verify.Modelling;

namespace Verify.Formats;

/// <summary>What the formats have in common that are written from the finite lowering: one question about single states.</summary>
internal static class SingleState
{
    /// <summary>Why a property cannot be asked about; null when it can.</summary>
    public static string? WhyNot(Property? property) => property switch
    {
        null => "it asks one question: name a property",
        Property.LeadsTo => $"'{property.Name}' is about runs that go on for ever, the format is about single states",
        _ => null,
    };

    /// <summary>The property that is asked about.</summary>
    public static Property Of(Property? property) => property ?? throw new UnreachableException("WhyNot says so");

    /// <summary>The first lines, as comments.</summary>
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
