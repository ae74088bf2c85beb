using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Verify.Modelling;

namespace Verify.Rendering;

/// <summary>
/// The meaning of names in a trace, from the model's own documentation: the text of a size, and the comment on the member
/// of a C# enum.
/// </summary>
public static partial class Legend
{
    /// <summary>One text for each sort or member that has documentation, such as <c>x, y: pages of the process</c>.</summary>
    /// <param name="names">The names.</param>
    /// <param name="processors">The sort whose members are the columns and need no explanation; null if there is none.</param>
    /// <param name="family">The family of the model; null if it is unknown.</param>
    public static ImmutableArray<string> Of(IEnumerable<NamedMembers> names, Sort? processors, ModelFamily? family) =>
    [
        .. names.Where(named => !named.Sort.Equals(processors)).SelectMany(named => named.Sort switch
        {
            Sort.ScalarSet set => family?.Sizes.FirstOrDefault(size => size.Name == set.Name)?.Text is { Length: > 0 } text
                ? [$"{string.Join(", ", named.Members)}: {text}"]
                : [],
            Sort.Enumeration { Type: { } type } => named.Members
                .Select(member => (Name: member, Text: CommentOn(type, member)))
                .Where(member => member.Text is { } text && !text.Equals(member.Name, StringComparison.OrdinalIgnoreCase))
                .Select(member => $"{member.Name}: {member.Text}"),
            _ => (IEnumerable<string>)[],
        }).Distinct(),
    ];

    private static string? CommentOn(Type type, string member)
    {
        var summary = Comments(type.Assembly)?.Descendants("member")
            .FirstOrDefault(node => node.Attribute("name")?.Value == $"F:{type.FullName?.Replace('+', '.')}.{member}")?.Element("summary");
        return summary is null ? null : FirstClause(Spaces().Replace(Plain(summary), " ").Trim());
    }

    private static string Plain(XElement element) => string.Concat(element.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement { FirstAttribute.Value: { } name } reference when reference.IsEmpty => name[(name.LastIndexOf('.') + 1)..],
        XElement inner => Plain(inner),
        _ => "",
    }));

    private static string FirstClause(string text)
    {
        var end = new[] { text.IndexOf(". ", StringComparison.Ordinal), text.IndexOf("; ", StringComparison.Ordinal) }
            .Where(at => at >= 0).DefaultIfEmpty(text.Length).Min();
        var first = text[..end].TrimEnd('.');
        return first.Length > 1 && char.IsLower(first[1]) ? char.ToLowerInvariant(first[0]) + first[1..] : first;
    }

    // The compiler writes the comments beside the assembly; a model may come without them.
    private static XElement? Comments(Assembly assembly)
    {
        try
        {
            var file = Path.ChangeExtension(assembly.Location, ".xml");
            return File.Exists(file) ? XElement.Load(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
