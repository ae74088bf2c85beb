using System.Text.Json;
using System.Text.Json.Serialization;
using Verify.Explicit.Disk;

namespace Verify.Explicit.Checkpoints;

/// <summary>
/// The text of a checkpoint: a <see cref="SearchSnapshot"/> as JSON, with the names of the state files.
/// </summary>
internal static class SnapshotText
{
    private const string Identity = "identity";
    private const string Search = "search";

    /// <summary>Opens a file by name, number of states, checksum and whether it is sorted.</summary>
    public delegate StateFile FindFile(string name, long count, ulong checksum, bool isSorted);

    /// <summary>Writes a snapshot as text.</summary>
    public static string Write(SearchSnapshot snapshot, string identity) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        [Identity] = identity,
        [Search] = JsonSerializer.SerializeToElement(snapshot, OptionsFor((name, _, _, _) => throw new JsonException(name))),
    });

    /// <summary>Reads from a text the identity of the search that wrote it.</summary>
    public static string IdentityOf(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty(Identity).GetString() ?? "";
    }

    /// <summary>Reads the snapshot from its text.</summary>
    public static SearchSnapshot Read(string text, FindFile find)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty(Search).Deserialize<SearchSnapshot>(OptionsFor(find)) ?? throw new JsonException();
    }

    private static JsonSerializerOptions OptionsFor(FindFile find) =>
        new() { IgnoreReadOnlyProperties = true, Converters = { new FileConverter(find) } };

    /// <summary>Writes a file as its name, with the facts that show whether its content has changed.</summary>
    private sealed class FileConverter(FindFile find) : JsonConverter<StateFile>
    {
        public override StateFile Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            var (name, count, checksum, isSorted) = JsonSerializer.Deserialize<Reference>(ref reader) ?? throw new JsonException();
            return find(name, count, checksum, isSorted);
        }

        public override void Write(Utf8JsonWriter writer, StateFile file, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new Reference(file.Name, file.Count, file.Checksum, file.Index.Length > 0));

        private sealed record Reference(string Name, long Count, ulong Checksum, bool IsSorted);
    }
}
