using System.Collections.Immutable;
using Verify.Language;

namespace Verify.Cli.Hosting;

/// <summary>The protocol files of the repository, whose claims stand beside those of the assemblies.</summary>
/// <remarks>A file is read at once and parsed late: a command that names a claim of C# need not wait for the parser.</remarks>
/// <param name="texts">The path of each file relative to the root, and its text or why it cannot be read.</param>
internal sealed class RepositoryProtocols(Func<IEnumerable<(string Path, string Text, Diagnostic? Unread)>> texts)
{
    private readonly Lazy<ImmutableArray<(string Path, string Text, Diagnostic? Unread)>> texts = new(() => [.. texts()]);
    private ImmutableArray<ProtocolFile> parsed;

    /// <summary>No files.</summary>
    public static RepositoryProtocols None { get; } = new(() => []);

    /// <summary>The files that have no mistakes, in the order of their paths.</summary>
    public IEnumerable<ProtocolFile> Files => Parsed.Where(file => file.Mistakes.IsEmpty);

    /// <summary>The mistakes in the other files, and the files that cannot be read.</summary>
    public IEnumerable<Diagnostic> Mistakes => texts.Value.Select(one => one.Unread).OfType<Diagnostic>()
        .Concat(Parsed.SelectMany(file => file.Mistakes).Select(mistake => mistake.Diagnostic));

    private ImmutableArray<ProtocolFile> Parsed => parsed.IsDefault
        ? parsed =
        [
            .. texts.Value.Where(one => one.Unread is null).Select(one => ProtocolFile.Parse(one.Path, one.Text, ProtocolFiles.Parts)),
        ]
        : parsed;

    /// <summary>The files in a folder and its subfolders.</summary>
    /// <param name="root">The root of the repository; null if there is none.</param>
    /// <param name="folder">The folder, relative to the root.</param>
    public static RepositoryProtocols Below(string? root, string folder) =>
        root is not null && Directory.Exists(Path.Combine(root, folder)) ? new(() => Read(root, folder)) : None;

    /// <summary>Reads the texts.</summary>
    public void Read() => _ = texts.Value;

    /// <summary>True if a file contains a word, so that it may have a claim of that name.</summary>
    public bool Mention(string word) => texts.Value.Any(one => one.Text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<(string Path, string Text, Diagnostic? Unread)> Read(string root, string folder) =>
        Directory.EnumerateFiles(Path.Combine(root, folder), $"*{ProtocolFile.Ending}", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(file =>
            {
                var path = Path.GetRelativePath(root, file).Replace('\\', '/');
                try
                {
                    return (path, File.ReadAllText(file), (Diagnostic?)null);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return (path, "", ErrorOutput.Diagnose(e));
                }
            });
}
