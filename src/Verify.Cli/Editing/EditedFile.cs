using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Verify.Language;
using Verify.Language.Printing;
using Verify.Language.Syntax;
using Verify.Modelling;
using Verify.Murphi;

namespace Verify.Cli.Editing;

/// <summary>A text as an editor has it, saved or not, with what can be said of its parts.</summary>
internal sealed class EditedFile
{
    private const int MostInstances = 8;
    private readonly ConcurrentDictionary<string, string> verdicts = new(StringComparer.Ordinal);
    private readonly ProtocolFile? protocol;
    private readonly EditedNames? names;
    private readonly string uri;

    public EditedFile(string uri, string text)
    {
        this.uri = uri;
        Path = Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.IsFile ? parsed.LocalPath : uri;
        Source = new SourceText(Path, text);
        var isMurphi = Path.EndsWith(MurphiFile.Ending, StringComparison.Ordinal);
        protocol = isMurphi ? null : ProtocolFile.Parse(Path, text);
        names = protocol is null ? null : new EditedNames(protocol);
        File = protocol ?? (IModelFile)MurphiFile.Parse(Path, text);
    }

    public string Path { get; }

    public SourceText Source { get; }

    public IModelFile File { get; }

    /// <summary>Notes the verdict on a claim, which its lens shows until the text changes.</summary>
    public void Note(string claim, string verdict) => verdicts[claim] = verdict;

    /// <summary>The offset of a position; the nearest one if there is none.</summary>
    public int OffsetOf(int line, int character)
    {
        var start = 0;
        for (; line > 0 && Source.Text.IndexOf('\n', start) is >= 0 and var end; line--)
        {
            start = end + 1;
        }

        var last = Source.Text.IndexOf('\n', start) is >= 0 and var next ? next : Source.Text.Length;
        return Math.Clamp(start + Math.Max(0, character), 0, last);
    }

    /// <summary>The mistakes of the text, and of the instances of its first claims.</summary>
    public JsonArray Diagnostics()
    {
        var found = protocol is null ? Thrown() : Found(protocol);
        return [.. found.Select(one => (JsonNode)new JsonObject
        {
            ["range"] = RangeOf(one.Span),
            ["severity"] = 1,
            ["code"] = one.Diagnostic.Code.Id,
            ["source"] = "verify",
            ["message"] = $"{one.Diagnostic.Message}\nhint: {one.Diagnostic.Hint}",
        })];
    }

    private static IEnumerable<(Span Span, Diagnostic Diagnostic)> Found(ProtocolFile file) => file.Claims
        .Select(claim => claim.Choices).Prepend(Choices.Default).DistinctBy(choices => Instance.Describe(file.Family, choices))
        .Take(MostInstances).SelectMany(choices => file.MistakesOf(choices)).DistinctBy(one => (one.Span, one.Diagnostic.Message));

    private IEnumerable<(Span Span, Diagnostic Diagnostic)> Thrown()
    {
        try
        {
            File.Check([Choices.Default]);
            return [];
        }
        catch (UserErrorException e)
        {
            return e.All.Select(one => (SpanOf(one.Where), one));
        }
    }

    private Span SpanOf(SourceLocation? where)
    {
        var start = OffsetOf((where?.Line ?? 1) - 1, Math.Max(0, (where?.Column ?? 1) - 1));
        return new Span(start, OffsetOf((where?.Line ?? 1) - 1, int.MaxValue >> 1));
    }

    public JsonObject? Definition(int offset) => names?.At(offset) is { } found
        ? new JsonObject { ["uri"] = uri, ["range"] = RangeOf(found.Name.Span) }
        : null;

    public JsonObject? Hover(int offset) => names?.At(offset) is { } found
        ? new JsonObject
        {
            ["contents"] = new JsonObject
            {
                ["kind"] = "markdown",
                ["value"] = $"```verify\n{found.Header}\n```\n{found.Text}"
            }
        }
        : null;

    public JsonArray Completion(int offset) =>
    [
        .. (names?.VisibleAt(offset) ?? []).Select(one => (JsonNode)new JsonObject
        {
            ["label"] = one.Name.Text, ["kind"] = one.CompletionKind, ["detail"] = one.Header, ["documentation"] = one.Text,
        }),
        .. (names is null ? [] : EditedNames.Words).Select(word => (JsonNode)new JsonObject { ["label"] = word, ["kind"] = 14 }),
    ];

    public JsonArray Outline() =>
    [
        .. (names?.Declared ?? []).Where(one => one.Scope is null && one.Parent is null).Select(one => (JsonNode)new JsonObject
        {
            ["name"] = one.Name.Text, ["detail"] = one.Kind, ["kind"] = one.SymbolKind,
            ["range"] = RangeOf(one.Whole), ["selectionRange"] = RangeOf(one.Name.Span),
            ["children"] = new JsonArray([.. names!.Declared.Where(part => part.Parent == one).Select(part => (JsonNode)new JsonObject
            {
                ["name"] = part.Name.Text, ["detail"] = part.Kind, ["kind"] = part.SymbolKind,
                ["range"] = RangeOf(part.Whole), ["selectionRange"] = RangeOf(part.Name.Span),
            })]),
        }),
    ];

    /// <summary>A lens above each claim, and above each property of a file without claims.</summary>
    public JsonArray Lenses(string command)
    {
        var asked = names is not null
            ? names.Declared.Where(one => one.Kind == "claim").Select(one => (one.Name.Text, one.Name.Span)).ToList()
            : [];
        return [.. (asked.Count > 0 ? asked : Properties()).Select(one => (JsonNode)new JsonObject
        {
            ["range"] = RangeOf(one.Span),
            ["command"] = new JsonObject
            {
                ["title"] = verdicts.TryGetValue(one.Text, out var verdict) ? $"{verdict} — check again" : "check this claim",
                ["command"] = command,
                ["arguments"] = new JsonArray(uri, one.Text),
            },
        })];
    }

    private List<(string Text, Span Span)> Properties()
    {
        if (names is not null)
        {
            return [.. names.Declared.Where(one => one.Kind is "always" or "reachable" or "leadsto" or "nodeadlock")
                .Select(one => (one.Name.Text, one.Name.Span))];
        }

        try
        {
            return [.. new Instance(File.Family, Choices.Default).Model.Properties.Select(one => (one.Name, SpanOf(one.Where)))];
        }
        catch (UserErrorException)
        {
            return [];
        }
    }

    /// <summary>The edits that lay the text out.</summary>
    public JsonArray Formatted()
    {
        try
        {
            return protocol is null || Formatter.Format(Path, Source.Text) is not { } text || text == Source.Text
                ? []
                : [new JsonObject { ["range"] = RangeOf(new Span(0, Source.Text.Length)), ["newText"] = text }];
        }
        catch (UserErrorException)
        {
            return []; // the mistakes are known already
        }
    }

    private JsonObject RangeOf(Span span) => new() { ["start"] = PositionOf(span.Start), ["end"] = PositionOf(span.End) };

    private JsonObject PositionOf(int offset)
    {
        offset = Math.Clamp(offset, 0, Source.Text.Length);
        return new JsonObject { ["line"] = Source.LineOf(offset) - 1, ["character"] = Source.ColumnOf(offset) - 1 };
    }
}
