using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Verify.Tests.Tidy;

/// <summary>Style as tests. Each message says what to do; where a rule makes code worse, change the rule here.</summary>
public sealed partial class TidyTests
{
    // The aim is 100 columns. Longer lines do not fit next to each other on a screen.
    private const int LongestLine = 140;
    private const int LongestFile = 600;
    private const int LongFile = 400;
    private const int LongestFunction = 70;

    private static readonly string[] TopLevel =
    [
        ".ci", ".editorconfig", ".gitattributes", ".github", ".gitignore", ".vscode", "Directory.Build.props", "Directory.Packages.props",
        "LICENSE", "README.md", "Verify.sln", "global.json", "models", "proofs", "src", "tests", "verify",
    ];

    // The allowed references between projects; all others point away from the trusted base.
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Verify.Core"] = [],
        ["Verify.Rendering"] = ["Verify.Core"],
        ["Verify.Explain"] = ["Verify.Core", "Verify.Rendering"],
        ["Verify.Language"] = ["Verify.Core"],
        ["Verify.Murphi"] = ["Verify.Core", "Verify.Language"],
        ["Verify.Lowering"] = ["Verify.Core"],
        ["Verify.Solvers"] = ["Verify.Core", "Verify.Lowering"],
        ["Verify.Explicit"] = ["Verify.Core", "Verify.Lowering", "Verify.Rendering"],
        ["Verify.Symbolic"] = ["Verify.Core", "Verify.Rendering", "Verify.Solvers"],
        ["Verify.Parametric"] = ["Verify.Core", "Verify.Solvers"],
        ["Verify.Formats"] = ["Verify.Core", "Verify.Lowering", "Verify.Solvers"],
        ["Verify.Scheduling"] = ["Verify.Core", "Verify.Lowering", "Verify.Explicit"],
        ["Verify.Harness"] = ["Verify.Core", "Verify.Rendering", "Verify.Scheduling"],
        ["Verify.Coyote"] = ["Verify.Core", "Verify.Scheduling", "Verify.Harness"],
        ["Verify.Models"] = ["Verify.Core", "Verify.Language"],
        ["Verify.Proofs"] = ["Verify.Models"],
    };

    [Fact]
    public void Arrows_between_projects_point_towards_what_is_trusted()
    {
        foreach (var file in Repository.FilesWith(".csproj"))
        {
            var project = Path.GetFileNameWithoutExtension(file);
            var uses = XDocument.Parse(Repository.Text(file)).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
            if (Arrows.TryGetValue(project, out var allowed))
            {
                Assert.True(!uses.Except(allowed).Any(),
                    $"{file} may use {string.Join(", ", allowed.DefaultIfEmpty("nothing"))}, and uses {string.Join(", ", uses)}");
            }
            else
            {
                Assert.True(project is "Verify.Cli" || file.StartsWith("tests/", StringComparison.Ordinal),
                    $"{file} is in no room: say in TidyTests.Arrows what it may use");
            }
        }
    }

    [Fact]
    public void The_trusted_base_uses_no_packages() =>
        Assert.DoesNotContain("PackageReference", Repository.Text("src/Verify.Core/Verify.Core.csproj"));

    [Fact]
    public void Packages_have_their_versions_in_one_place() => Assert.All(Repository.FilesWith(".csproj"), file =>
        Assert.All(XDocument.Parse(Repository.Text(file)).Descendants("PackageReference"), reference =>
            Assert.Null(reference.Attribute("Version"))));

    [Fact]
    public void The_root_holds_only_what_belongs_there() =>
        Assert.Empty(Repository.Files.Select(file => file.Split('/')[0]).Distinct().Except(TopLevel));

    [Fact]
    public void Files_are_short_enough_to_be_one_idea() => Fail(Repository.FilesWith(".cs").Select(file =>
    {
        var lines = Repository.Lines(file);
        return lines.Length > LongestFile ? $"{file}: {lines.Length} lines; split it where its ideas part"
            : lines.Length > LongFile && !lines.Any(line => line.StartsWith("// Long because ", StringComparison.Ordinal))
                ? $"{file}: {lines.Length} lines; split it, or say above the namespace: // Long because …"
            : null;
    }));

    // Files that write another language contain lines of that language, whose length is not ours.
    [Fact]
    public void Lines_are_short_enough_to_stand_beside_others() => Fail(EachLine((line, file) =>
        line.Length > LongestLine && !file.Contains("Formats/", StringComparison.Ordinal)
            ? $"{line.Length} columns; break it, the aim is 100"
            : null, ".cs"));

    [Fact]
    public void Functions_fit_on_a_screen() => Fail(Repository.FilesWith(".cs").SelectMany(file =>
    {
        // The layout is enforced, so a member of a type starts and ends with a brace at its indentation.
        var lines = Repository.Lines(file);
        return from i in Enumerable.Range(1, Math.Max(0, lines.Length - 1))
               let open = FunctionBrace().Match(lines[i])
               where open.Success && !TypeHead().IsMatch(lines[i - 1])
               let end = Array.FindIndex(lines, i, line => line.StartsWith(open.Groups[1].Value + "}", StringComparison.Ordinal))
               where end - i > LongestFunction
               select $"{file}({i}): {end - i} lines; take the idea out of its middle that has a name";
    }));

    [Fact]
    public void Nothing_is_left_to_do_or_commented_out() => Fail(EachLine((line, file) =>
        Unfinished().IsMatch(line) && !file.EndsWith("TidyTests.cs", StringComparison.Ordinal) ? "do it, or open an issue for it"
            : CommentedOut().IsMatch(line) ? "code that is commented out: the history remembers it"
            : null, ".cs", ".sh", ".props", ".csproj", "verify", ".ci/run"));

    [Fact]
    public void Names_say_what_a_thing_is_for() => Fail(Repository.Files.SelectMany(file =>
        file.Split('/').Where(part => EmptyWord().IsMatch(part)).Select(part => $"{file}: '{part}' says nothing; name its purpose")));

    [Fact]
    public void No_path_of_a_machine_is_written_down() => Fail(EachLine((line, file) =>
        MachinePath().IsMatch(line) && !file.EndsWith("TidyTests.cs", StringComparison.Ordinal)
            ? "a path of one machine; make it relative to the repository"
            : null, ".cs", ".md", ".txt", ".props", ".csproj", ".json", "verify", ".ci/run"));

    [Fact]
    public void No_line_ends_in_blanks_and_every_file_ends_in_a_line() => Fail(
        EachLine((line, _) => line.Length > 0 && char.IsWhiteSpace(line[^1]) ? "blanks at its end" : null,
                ".cs", ".props", ".csproj", "verify")
            .Concat(Repository.FilesWith(".cs", ".md", ".props", ".csproj", "verify", ".ci/run")
                .Where(file => !OneLineBreak().IsMatch(Repository.Text(file)))
                .Select(file => $"{file}: should end in one line break")));

    [Fact]
    public void A_page_has_one_title() => Fail(Repository.FilesWith(".md").Select(file =>
    {
        var isCode = false;
        var titles = Repository.Lines(file).Count(line =>
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            return !isCode && line.StartsWith("# ", StringComparison.Ordinal);
        });
        return titles == 1 ? null : $"{file}: {titles} titles";
    }));

    [Fact]
    public void Names_of_tests_are_sentences()
    {
        foreach (var test in Tests())
        {
            var name = $"{test.DeclaringType!.Name}.{test.Name}";
            Assert.True(Sentence().IsMatch(test.Name), $"{name}: write a sentence, like Symmetry_keeps_the_verdict");
        }
    }

    [Fact]
    public void Every_error_code_is_provoked_by_a_test()
    {
        var provoked = Tests().SelectMany(test =>
            (test.GetCustomAttribute<ProvokesAttribute>()?.Codes ?? [])
                .Concat(test.GetCustomAttributes<InlineDataAttribute>().SelectMany(data => data.Data).OfType<string>()))
            .ToHashSet(StringComparer.Ordinal);
        var missing = Verify.ErrorCodes.All.Where(code => code != Verify.ErrorCodes.Internal && !provoked.Contains(code.Id));
        Assert.True(!missing.Any(), $"no test says [Provokes(\"…\")] for {string.Join(", ", missing.Select(code => code.Id))}");
    }

    [Fact]
    public void Every_error_code_is_minted_in_one_file()
    {
        var known = Verify.ErrorCodes.All.Select(code => code.Id).ToHashSet(StringComparer.Ordinal);
        Fail(EachLine((line, _) => ErrorCodes().Matches(line).FirstOrDefault(match => !known.Contains(match.Value)) is { } unknown
            ? $"{unknown.Value} is not minted in Diagnostics.cs"
            : null, ".cs", ".md", "verify", ".ci/run"));
    }

    private static IEnumerable<MethodInfo> Tests() => typeof(TidyTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Where(method => method.GetCustomAttribute<FactAttribute>() is not null);

    private static void Fail(IEnumerable<string?> problems)
    {
        var found = problems.OfType<string>().ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static IEnumerable<string> EachLine(Func<string, string, string?> rule, params string[] endings) =>
        from file in Repository.FilesWith(endings)
        from line in Repository.Lines(file).Select((text, i) => (text, number: i + 1))
        let problem = rule(line.text, file)
        where problem is not null
        select $"{file}({line.number}): {problem}";

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"^\s*//(?!/)\s*(\}|(var|if|for|foreach|return|using|public|private)\b.*[;{]$|.*\);$)")]
    private static partial Regex CommentedOut();

    [GeneratedRegex(@"(Util|Utils|Utilities|Helper|Helpers|Common|Manager|Misc)\b", RegexOptions.IgnoreCase)]
    private static partial Regex EmptyWord();

    [GeneratedRegex(@"(^|[\s""'`(=])(/home/|/root/|/tmp/|/Users/|/work/|/mnt/|[A-Z]:\\)")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"(^|[^\n])\n\z")]
    private static partial Regex OneLineBreak();

    [GeneratedRegex("VRF[0-9]{3}")]
    private static partial Regex ErrorCodes();

    [GeneratedRegex("^(?!.*Should)[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+)+$")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"^((?:    ){1,2})\{$")]
    private static partial Regex FunctionBrace();

    [GeneratedRegex(@"\b(class|record|struct|enum|interface) [A-Z]")]
    private static partial Regex TypeHead();
}
