using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Verify.Cli.Editing;

namespace Verify.Tests.Cli;

/// <summary>The server of editors, as a process that a client starts and speaks to.</summary>
public sealed class LspTests
{
    private const string Uri = "file:///late-flush.verify";

    [Fact]
    public void An_editor_gets_what_it_asks_for()
    {
        using var editor = new Editor();
        var capabilities = editor.Ask("initialize", new JsonObject())["capabilities"]!;
        Assert.True((bool)capabilities["hoverProvider"]!);
        editor.Tell("initialized", new JsonObject());
        var text = Repository.Text("src/docs/samples/late-flush.verify");
        Assert.Empty(editor.Open(Uri, text));
        var outline = editor.About("textDocument/documentSymbol", text, "model").ToJsonString();
        Assert.Contains("late-flush", outline, StringComparison.Ordinal);
        var hover = editor.About("textDocument/hover", text, "tlb[d] = false").ToJsonString();
        Assert.Contains("tlb[cpu]: bool", hover, StringComparison.Ordinal);
        var definition = editor.About("textDocument/definition", text, "page_is_free && tlb");
        Assert.Equal(LineOf(text, "page_is_free: bool"), (int)definition["range"]!["start"]!["line"]!);
        var completion = editor.About("textDocument/completion", text, "pte = false").ToJsonString();
        Assert.Contains("page_is_free", completion, StringComparison.Ordinal);
        var lenses = editor.About("textDocument/codeLens", text, "model").AsArray();
        Assert.Equal(2, lenses.Count);
        var command = lenses[0]!["command"]!;
        var found = editor.Ask("workspace/executeCommand",
            new JsonObject { ["command"] = (string)command["command"]!, ["arguments"] = command["arguments"]!.DeepClone() });
        Assert.Equal("refuted, as expected", (string)found["verdict"]!);
        Assert.Contains("__free_page", (string)found["text"]!, StringComparison.Ordinal);
        lenses = editor.About("textDocument/codeLens", text, "model").AsArray();
        Assert.StartsWith("refuted", (string)lenses[0]!["command"]!["title"]!, StringComparison.Ordinal);
        Assert.Equal(0, editor.Leave());
    }

    [Fact]
    public void Mistakes_are_shown_while_one_types()
    {
        using var editor = new Editor();
        editor.Ask("initialize", new JsonObject());
        var text = Repository.Text("src/docs/samples/late-flush.verify").Replace("pte = false", "ptee = false", StringComparison.Ordinal);
        var found = editor.Open(Uri, text);
        Assert.Equal("VRF113", (string)found[0]!["code"]!);
        Assert.Equal(LineOf(text, "ptee"), (int)found[0]!["range"]!["start"]!["line"]!);
        Assert.NotEmpty(editor.Open("file:///a.m", "var x: 0..1; startstate x := y; end;"));
        Assert.NotEmpty(editor.Open(Uri, "model"));
        Assert.NotNull(editor.About("textDocument/completion", "model", "model"));
        Assert.Equal(0, editor.Leave());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[1, 2]")]
    [InlineData("{\"id\": 1}")]
    [InlineData("{\"id\": 1, \"method\": \"textDocument/hover\"}")]
    [InlineData("{\"id\": 1, \"method\": \"textDocument/hover\", \"params\": {\"textDocument\": 3}}")]
    [InlineData("{\"id\": 1, \"method\": \"workspace/executeCommand\", \"params\": {\"command\": \"verify.check\", \"arguments\": []}}")]
    [InlineData("{\"id\": 1, \"method\": \"no/such\"}")]
    public void Garbage_is_answered_by_an_error(string garbage)
    {
        using var editor = new Editor();
        editor.Ask("initialize", new JsonObject());
        editor.Send($"no header\r\nContent-Length: {Encoding.UTF8.GetByteCount(garbage)}\r\n\r\n{garbage}");
        Assert.NotNull(editor.Next()["error"]);
        Assert.Equal(0, editor.Leave());
    }

    [Fact]
    public void A_client_that_goes_away_leaves_no_process()
    {
        using var editor = new Editor();
        editor.Ask("initialize", new JsonObject());
        editor.Open(Uri, Repository.Text("src/docs/samples/late-flush.verify"));
        Assert.Equal(1, editor.Close());
    }

    private static int LineOf(string text, string part) =>
        text[..text.IndexOf(part, StringComparison.Ordinal)].Count(letter => letter == '\n');

    /// <summary>A client of a server in a process of its own.</summary>
    private sealed class Editor : IDisposable
    {
        private readonly Process process;
        private readonly MessagePipe pipe;
        private int asked;
        private int version;

        public Editor()
        {
            var start = new ProcessStartInfo(ToolProcess.Tool, ["lsp"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            pipe = new MessagePipe(process.StandardOutput.BaseStream, process.StandardInput.BaseStream);
        }

        public JsonObject Next() => pipe.Read() ?? throw new InvalidOperationException("the server has ended");

        public void Send(string text)
        {
            process.StandardInput.BaseStream.Write(Encoding.UTF8.GetBytes(text));
            process.StandardInput.BaseStream.Flush();
        }

        public void Tell(string method, JsonObject given) => pipe.Write(new JsonObject { ["method"] = method, ["params"] = given });

        public JsonNode Ask(string method, JsonObject given)
        {
            pipe.Write(new JsonObject { ["id"] = ++asked, ["method"] = method, ["params"] = given });
            while (true)
            {
                var answer = Next();
                if (answer["id"] is JsonValue id && id.GetValue<int>() == asked)
                {
                    return answer["error"] is null ? answer["result"]! : throw new InvalidOperationException(answer.ToJsonString());
                }
            }
        }

        /// <summary>Opens a text; the result are its diagnostics.</summary>
        public JsonArray Open(string uri, string text)
        {
            Tell("textDocument/didOpen", new JsonObject
            {
                ["textDocument"] = new JsonObject { ["uri"] = uri, ["languageId"] = "verify", ["version"] = ++version, ["text"] = text },
            });
            return Next()["params"]!["diagnostics"]!.AsArray();
        }

        /// <summary>Asks about the place of a part of the text.</summary>
        public JsonNode About(string method, string text, string part)
        {
            var at = text.IndexOf(part, StringComparison.Ordinal);
            return Ask(method, new JsonObject
            {
                ["textDocument"] = new JsonObject { ["uri"] = Uri },
                ["position"] = new JsonObject { ["line"] = LineOf(text, part), ["character"] = at - text.LastIndexOf('\n', at) - 1 },
            });
        }

        public int Leave()
        {
            pipe.Write(new JsonObject { ["id"] = ++asked, ["method"] = "shutdown" });
            _ = Next();
            Tell("exit", []);
            return Close();
        }

        public int Close()
        {
            process.StandardInput.Close();
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), "the server does not end");
            return process.ExitCode;
        }

        public void Dispose()
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            process.Dispose();
        }
    }
}
