using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Verify.Cli.Editing;

/// <summary>Messages of JSON-RPC with a header that states their length, as the language server protocol has them.</summary>
internal sealed class MessagePipe(Stream input, Stream output)
{
    private const int Longest = 64 << 20;
    private readonly Lock writing = new();

    /// <summary>The next message; null at the end of the input, <see cref="Garbage"/> for a message that is not a JSON object.</summary>
    public JsonObject? Read()
    {
        if (ReadLength() is not { } length)
        {
            return null;
        }

        var bytes = new byte[length];
        if (input.ReadAtLeast(bytes, length, throwOnEndOfStream: false) < length)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(bytes) as JsonObject ?? Garbage;
        }
        catch (JsonException)
        {
            return Garbage;
        }
    }

    /// <summary>The message in place of one that cannot be read.</summary>
    public static JsonObject Garbage { get; } = [];

    /// <summary>Writes a message.</summary>
    public void Write(JsonObject message)
    {
        message["jsonrpc"] = "2.0";
        var body = Encoding.UTF8.GetBytes(message.ToJsonString());
        lock (writing)
        {
            output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n")));
            output.Write(body);
            output.Flush();
        }
    }

    // Lines that are no header are passed over.
    private int? ReadLength()
    {
        var length = -1;
        while (ReadLine() is { } line)
        {
            if (line.Length == 0 && length >= 0)
            {
                return length;
            }

            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(line.AsSpan(15), CultureInfo.InvariantCulture, out var found) && found is >= 0 and <= Longest)
            {
                length = found;
            }
        }

        return null;
    }

    private string? ReadLine()
    {
        var line = new StringBuilder();
        while (input.ReadByte() is >= 0 and var letter)
        {
            if (letter == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            if (line.Length < 1000)
            {
                line.Append((char)letter);
            }
        }

        return null;
    }
}
