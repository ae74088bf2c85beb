using System.Text.RegularExpressions;

namespace Verify.Tests.Tidy;

/// <summary>
/// The layout of the sources: a namespace is a folder, a folder has few files, and dependencies between two folders go
/// one way.
/// </summary>
public sealed partial class RoomTests
{
    private const int MaxFiles = 15;

    // These files stand for files in other places.
    private static readonly string[] Visitors =
        ["Docs/LateFlush.cs", "Docs/LateFlushClaims.cs", "Docs/LocalShootdown.cs", "Laws/Soaking/Example.cs"];

    private static readonly Dictionary<string, string> Projects = Repository.FilesWith(".csproj").ToDictionary(
        file => file[..(file.LastIndexOf('/') + 1)],
        file => Path.GetFileNameWithoutExtension(file) is "Verify.Core" ? "Verify" : Path.GetFileNameWithoutExtension(file),
        StringComparer.Ordinal);

    [Fact]
    public void Namespaces_follow_folders() => Assert.Empty(Sources()
        .Where(source => !Array.Exists(Visitors, visitor => source.File.EndsWith(visitor, StringComparison.Ordinal)))
        .Where(source => source.Namespace != Expected(source.File))
        .Select(source => $"{source.File}: {source.Namespace}, expected {Expected(source.File)}"));

    [Fact]
    public void Folders_fit_on_a_screen() => Assert.Empty(Sources()
        .Where(source => !source.File.StartsWith("tests/", StringComparison.Ordinal))
        .GroupBy(source => FolderOf(source.File))
        .Where(folder => folder.Count() > MaxFiles)
        .Select(folder => $"{folder.Key}: {folder.Count()} files, {MaxFiles} are the most; find the two ideas in it"));

    [Fact]
    public void No_two_namespaces_of_a_project_use_each_other()
    {
        var uses = Sources().Where(source => !source.File.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(source => Using().Matches(source.Text).Select(match => (Project: ProjectOf(source.File), From: source.Namespace,
                To: match.Groups[1].Value)))
            .ToHashSet();
        Assert.Empty(uses.Where(use => string.CompareOrdinal(use.From, use.To) < 0 && uses.Contains((use.Project, use.To, use.From)))
            .Select(use => $"{use.From} and {use.To} use each other: move what both need below both"));
    }

    // Code sees the types of enclosing namespaces without a using.
    [Fact]
    public void No_namespace_uses_one_within_it_that_uses_it()
    {
        var sources = Sources().Where(source => source.File.StartsWith("src/", StringComparison.Ordinal)).ToList();
        var types = sources.GroupBy(source => source.Namespace).ToDictionary(
            room => room.Key,
            room => room.SelectMany(source => TypeHead().Matches(source.Text).Select(match => match.Groups[1].Value)).ToHashSet());
        var wrong = from outer in sources
                    from within in Using().Matches(outer.Text).Select(match => match.Groups[1].Value).Distinct()
                    where within.StartsWith(outer.Namespace + ".", StringComparison.Ordinal)
                    from inner in sources
                    where inner.Namespace == within
                    from word in Word().Matches(Code(inner.Text)).Select(match => match.Value).Distinct()
                    where types[outer.Namespace].Contains(word) && !types[within].Contains(word)
                    select $"{inner.File} uses {word}, and {outer.Namespace} uses {within}";
        Assert.Empty(wrong.Distinct());
    }

    // A trusted base must be short enough to read.
    [Fact]
    public void What_is_trusted_is_as_small_as_the_page_on_it_says()
    {
        var limits = TrustedLines().Matches(Repository.Text("src/ARCHITECTURE.md"))
            .ToDictionary(row => row.Groups[1].Value, row => int.Parse(row.Groups[2].Value.Replace(",", "", StringComparison.Ordinal),
                System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(["src/Verify.Core", "src/Verify.Lowering"], limits.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(limits["src/Verify.Core"], 0, 7000);
        foreach (var (project, limit) in limits)
        {
            var lines = Repository.FilesWith(".cs").Where(file => file.StartsWith(project + "/", StringComparison.Ordinal))
                .Sum(file => Repository.Lines(file).Length);
            Assert.True(lines < limit && lines > limit - 1000,
                $"{project} has {lines} lines, src/ARCHITECTURE.md says under {limit}: move out what no verdict rests on, or correct it");
        }
    }

    private static List<(string File, string Namespace, string Text)> Sources() =>
    [
        .. from file in Repository.FilesWith(".cs")
           let text = Repository.Text(file)
           let name = Declared().Match(text)
           where name.Success
           select (file, name.Groups[1].Value, text),
    ];

    private static string FolderOf(string file) => file[..(file.LastIndexOf('/') + 1)];

    private static string ProjectOf(string file) =>
        Projects.Keys.Where(folder => file.StartsWith(folder, StringComparison.Ordinal)).MaxBy(folder => folder.Length)!;

    private static string Expected(string file) =>
        (Projects[ProjectOf(file)] + "." + FolderOf(file)[ProjectOf(file).Length..].Replace('/', '.')).TrimEnd('.');

    // Removes comments and strings, which may name anything.
    private static string Code(string text) => Silent().Replace(text, "");

    [GeneratedRegex(@"^\| `(src/[\w.]+)` .* under ([\d,]+) lines", RegexOptions.Multiline)]
    private static partial Regex TrustedLines();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"^using (?:static )?(Verify[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^(?:public|internal) [^=(;{\n]*?(?:class|struct|record|interface|enum) (\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeHead();

    [GeneratedRegex(@"(?<![.\w])[A-Z]\w+(?!\w)")]
    private static partial Regex Word();

    [GeneratedRegex(@"//.*|""(?:\\.|[^""\\])*""")]
    private static partial Regex Silent();
}
