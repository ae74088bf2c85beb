using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Language.Parts;

namespace Verify.Cli.Commands;

/// <summary>The parts of the hardware that protocol files use, with the words that they add.</summary>
internal static class PartListing
{
    private const string Asked = "hardware";

    /// <summary>The parts that an argument names: <c>hardware</c> or <c>hardware:tlb</c>; null if it names something else.</summary>
    /// <exception cref="UserErrorException">VRF113: there is no such part.</exception>
    public static IReadOnlyList<HardwarePart>? Find(string argument)
    {
        if (argument == Asked)
        {
            return ProtocolFiles.Parts();
        }

        if (!argument.StartsWith($"{Asked}:", StringComparison.Ordinal))
        {
            return null;
        }

        var name = argument[(Asked.Length + 1)..];
        return ProtocolFiles.Parts().FirstOrDefault(part => part.Name == name) is { } found
            ? [found]
            : throw UserErrorException.At(null, ErrorCodes.UnknownName, $"there is no part '{name}'",
                Suggestion.Hint(name, ProtocolFiles.Parts().Select(part => part.Name)) ?? $"see verify show {Asked}");
    }

    /// <summary>Writes parts as a table.</summary>
    public static void Write(Terminal terminal, IEnumerable<HardwarePart> parts) =>
        Table.Write(terminal, ["part", "what", "name", "meaning"], [.. parts.SelectMany(RowsOf)]);

    /// <summary>Writes parts as JSON.</summary>
    public static void WriteJson(Terminal terminal, IEnumerable<HardwarePart> parts) => ResultJson.Document(terminal.Out, json =>
    {
        json.WriteString("tool", ToolVersion.Text);
        ResultJson.Array(json, "parts", parts, (_, part) =>
        {
            json.WriteString("name", part.Name);
            json.WriteString("summary", part.Summary);
            ResultJson.Array(json, "content", RowsOf(part).Skip(1), (_, row) =>
            {
                json.WriteString("what", row[1]);
                json.WriteString("name", row[2]);
                json.WriteString("text", row[3]);
            });
        });
    });

    private static IEnumerable<string[]> RowsOf(HardwarePart part) =>
    [
        [part.Name, "", "", part.Summary],
        .. part.Needs.Select(need => new[] { "", "needs", need, "" }),
        .. part.Parameters.Select(one => new[] { "", "argument", Written(one), one.Text }),
        .. part.State.Select(one => new[] { "", "state", one.Name, one.Text }),
        .. part.Rules.Select(one => new[] { "", "rule", one.Name, one.Text }),
        .. part.Words.Select(word => new[] { "", word.Kind, $"{word.Name}({word.Inputs})", word.Text }),
    ];

    private static string Written(PartParameter one) => one.Kind switch
    {
        PartParameterKind.Flag => one.Name,
        PartParameterKind.Choice => $"{one.Name} = {string.Join(" | ", one.Choices)}",
        PartParameterKind.Sort => $"{one.Name} = SORT",
        PartParameterKind.Number => $"{one.Name} = NUMBER",
        _ => $"{one.Name} = VARIABLE",
    };
}
