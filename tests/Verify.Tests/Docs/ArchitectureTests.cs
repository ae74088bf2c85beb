using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Verify.Tests.Docs;

/// <summary>The page on architecture describes the projects of today: which there are, how large they are, and what they use.</summary>
public sealed partial class ArchitectureTests
{
    private const string Everything = "everything above and below";

    private static readonly List<(string Folder, int Lines, string Uses)> Rows =
    [
        .. Repository.Lines("src/ARCHITECTURE.md").Select(line => Row().Match(line)).Where(match => match.Success)
            .Select(match => (match.Groups[1].Value, int.Parse(match.Groups[2].Value, NumberStyles.AllowThousands,
                CultureInfo.InvariantCulture), match.Groups[3].Value)),
    ];

    [Fact]
    public void Every_project_has_a_row() => Assert.Equal(
        Projects().Select(FolderOf).Order(StringComparer.Ordinal), Rows.Select(row => row.Folder).Order(StringComparer.Ordinal));

    [Fact]
    public void The_table_names_what_a_project_uses() => Assert.All(Rows.Where(row => row.Uses != Everything), row =>
        Assert.Equal(row.Uses == "nothing" ? [] : row.Uses.Split(", "), UsedBy(row.Folder)));

    [Fact]
    public void A_project_is_about_as_large_as_the_table_says() => Assert.All(Rows, row =>
    {
        var lines = Repository.FilesWith(".cs").Where(file => file.StartsWith(row.Folder + "/", StringComparison.Ordinal))
            .Sum(file => Repository.Lines(file).Length);
        Assert.True(Math.Abs(lines - row.Lines) <= lines / 5, $"{row.Folder} has {lines} lines, the table says {row.Lines}");
    });

    private static IEnumerable<string> Projects() =>
        Repository.FilesWith(".csproj").Where(file => !file.StartsWith("tests/", StringComparison.Ordinal));

    private static string FolderOf(string file) => file[..file.LastIndexOf('/')];

    private static IEnumerable<string> UsedBy(string folder) =>
        XDocument.Parse(Repository.Text(Projects().Single(file => FolderOf(file) == folder))).Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'))
            .Select(path => Path.GetFileNameWithoutExtension(path)["Verify.".Length..]).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^\| `([\w./]+)` \| .+ \| ([\d,]+) \| ([\w, ]+) \|$")]
    private static partial Regex Row();
}
