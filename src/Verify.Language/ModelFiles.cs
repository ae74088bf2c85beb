using System.Buffers;
using Verify.Language.Syntax;

namespace Verify.Language;

/// <summary>Files that describe models.</summary>
public static class ModelFiles
{
    private const int Longest = 16 << 20;

    private static readonly SearchValues<char> NotOfText = SearchValues.Create(
        [.. Enumerable.Range(0, 0xa0).Select(code => (char)code).Where(char.IsControl).Except("\t\r\n")]);

    /// <summary>The text of a file.</summary>
    /// <exception cref="UserErrorException">VRF402: there is no such file, or it cannot be read.</exception>
    public static string Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw UserErrorException.At(null, ErrorCodes.BadFile, Directory.Exists(path)
                ? $"'{path}' is a folder" : $"there is no file '{path}'", Nearest(path));
        }

        if (file.Length > Longest)
        {
            throw UserErrorException.At(null, ErrorCodes.BadFile, $"'{path}' is larger than 16 MB", "a protocol is a page or two");
        }

        var text = File.ReadAllText(path);
        var stray = text.AsSpan().IndexOfAny(NotOfText);
        return stray < 0
            ? text
            : throw UserErrorException.At(new SourceText(path, text).LocationOf(new Span(stray, stray + 1)), ErrorCodes.BadSyntax,
                $"the file is not a text: it has the control character 0x{(int)text[stray]:x2}", "write protocols as plain text in UTF-8");
    }

    private static string? Nearest(string path)
    {
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        return Directory.Exists(folder)
            ? Suggestion.Hint(Path.GetFileName(path),
                Directory.EnumerateFiles(folder, $"*{Path.GetExtension(path)}").Select(Path.GetFileName).OfType<string>())
            : null;
    }
}
