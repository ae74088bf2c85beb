using System.Text.Json.Nodes;

namespace Verify.Cli.Editing;

/// <summary>Answers an editor: diagnostics, definitions, hovers, completions, an outline, and claims that are decided.</summary>
/// <param name="pipe">The messages.</param>
/// <param name="decide">Decides a claim, or a property, of a text.</param>
internal sealed class LanguageServer(MessagePipe pipe, Func<EditedFile, string, CancellationToken, (string Word, string Text)> decide)
    : IDisposable
{
    private const string CheckCommand = "verify.check";
    private const int ParseError = -32700;
    private const int InvalidRequest = -32600;
    private const int UnknownMethod = -32601;
    private const int InvalidParameters = -32602;
    private const int NotInitialized = -32002;
    private readonly Dictionary<string, EditedFile> files = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource ending = new();
    private bool isInitialized;
    private bool isShutDown;

    /// <summary>Answers until the editor says <c>exit</c> or goes away.</summary>
    /// <returns>True if the editor said good-bye in order.</returns>
    public bool Run()
    {
        while (pipe.Read() is { } message)
        {
            if (message == MessagePipe.Garbage)
            {
                Fail(null, ParseError, "the message is not a JSON object");
            }
            else if (message["method"] is JsonValue name && name.TryGetValue<string>(out var method))
            {
                if (method == "exit")
                {
                    break;
                }

                Take(method, message["id"]?.DeepClone(), message["params"] as JsonObject ?? []);
            }
            else if (message["id"] is { } id && message["result"] is null && message["error"] is null)
            {
                Fail(id.DeepClone(), InvalidRequest, "the message has no method");
            }
        }

        ending.Cancel();
        return isShutDown;
    }

    /// <inheritdoc/>
    public void Dispose() => ending.Dispose();

    private void Take(string method, JsonNode? id, JsonObject given)
    {
        if (id is not null && (!isInitialized || isShutDown) && method is not "initialize")
        {
            Fail(id, isShutDown ? InvalidRequest : NotInitialized, isShutDown ? "the server is shut down"
                : "the server is not initialized");
            return;
        }

        try
        {
            Answer(method, id, given);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or KeyNotFoundException or OverflowException)
        {
            Fail(id, InvalidParameters, $"the parameters of '{method}' cannot be read");
        }
    }

    private void Answer(string method, JsonNode? id, JsonObject given)
    {
        switch (method)
        {
            case "initialize":
                isInitialized = true;
                Reply(id, new JsonObject { ["capabilities"] = Capabilities(), ["serverInfo"] = new JsonObject { ["name"] = "verify" } });
                break;
            case "shutdown":
                isShutDown = true;
                Reply(id, null);
                break;
            case "textDocument/didOpen":
                Update(UriOf(given), TextIn(Part(given, "textDocument"), "text"));
                break;
            case "textDocument/didChange":
                Update(UriOf(given), TextIn(Last(Part(given, "contentChanges").AsArray()), "text"));
                break;
            case "textDocument/didClose":
                files.Remove(UriOf(given));
                Publish(UriOf(given), []);
                break;
            case "textDocument/definition":
                Reply(id, FileOf(given)?.Definition(OffsetIn(given)));
                break;
            case "textDocument/hover":
                Reply(id, FileOf(given)?.Hover(OffsetIn(given)));
                break;
            case "textDocument/completion":
                Reply(id, FileOf(given)?.Completion(OffsetIn(given)));
                break;
            case "textDocument/documentSymbol":
                Reply(id, FileOf(given)?.Outline());
                break;
            case "textDocument/codeLens":
                Reply(id, FileOf(given)?.Lenses(CheckCommand));
                break;
            case "textDocument/formatting":
                Reply(id, FileOf(given)?.Formatted());
                break;
            case "workspace/executeCommand" when (string?)given["command"] == CheckCommand:
                Check(id, Part(given, "arguments").AsArray());
                break;
            default:
                if (id is not null)
                {
                    Fail(id, UnknownMethod, $"there is no method '{method}'");
                }

                break;
        }
    }

    private static JsonObject Capabilities() => new()
    {
        ["textDocumentSync"] = new JsonObject { ["openClose"] = true, ["change"] = 1 },
        ["definitionProvider"] = true,
        ["hoverProvider"] = true,
        ["completionProvider"] = new JsonObject(),
        ["documentSymbolProvider"] = true,
        ["codeLensProvider"] = new JsonObject(),
        ["documentFormattingProvider"] = true,
        ["executeCommandProvider"] = new JsonObject { ["commands"] = new JsonArray(CheckCommand) },
    };

    private static string UriOf(JsonObject given) => TextIn(Part(given, "textDocument"), "uri");

    // A part that must be there.
    private static JsonNode Part(JsonNode of, string name) => of[name] ?? throw new FormatException(name);

    private static string TextIn(JsonNode of, string name) => Part(of, name).GetValue<string>();

    private static JsonNode Last(JsonArray all) => all.LastOrDefault() ?? throw new FormatException("an empty list");

    private EditedFile? FileOf(JsonObject given) => files.GetValueOrDefault(UriOf(given));

    private int OffsetIn(JsonObject given) =>
        FileOf(given)?.OffsetOf(
            Part(Part(given, "position"), "line").GetValue<int>(), Part(Part(given, "position"), "character").GetValue<int>()) ?? 0;

    private void Update(string uri, string text)
    {
        var file = files[uri] = new EditedFile(uri, text);
        Publish(uri, file.Diagnostics());
    }

    private void Publish(string uri, JsonArray diagnostics) => pipe.Write(new JsonObject
    {
        ["method"] = "textDocument/publishDiagnostics",
        ["params"] = new JsonObject { ["uri"] = uri, ["diagnostics"] = diagnostics },
    });

    // A search may take long, so the editor is answered meanwhile.
    private void Check(JsonNode? id, JsonArray arguments)
    {
        var (uri, name) = arguments is [JsonValue path, JsonValue claim]
            ? (path.GetValue<string>(), claim.GetValue<string>())
            : throw new FormatException("a file and a claim are needed");
        if (files.GetValueOrDefault(uri) is not { } file)
        {
            Fail(id, InvalidParameters, $"'{uri}' is not open");
            return;
        }

        var stop = ending.Token;
        new Thread(() =>
        {
            var (word, text) = decide(file, name, stop);
            if (!stop.IsCancellationRequested)
            {
                file.Note(name, word);
                Reply(id, new JsonObject { ["claim"] = name, ["verdict"] = word, ["text"] = text });
            }
        }, 16 << 20)
        { IsBackground = true, Name = "verify check" }.Start();
    }

    private void Reply(JsonNode? id, JsonNode? result)
    {
        if (id is not null)
        {
            pipe.Write(new JsonObject { ["id"] = id, ["result"] = result });
        }
    }

    private void Fail(JsonNode? id, int code, string message) => pipe.Write(new JsonObject
    {
        ["id"] = id,
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
    });
}
