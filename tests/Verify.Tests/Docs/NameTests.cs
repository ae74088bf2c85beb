using System.Text.RegularExpressions;

namespace Verify.Tests.Docs;

/// <summary>The types, members, files, options, commands and links that pages name must exist.</summary>
public sealed partial class NameTests
{
    /// <summary>The pages that people write; generated ones name what their generator found.</summary>
    public static TheoryData<string> Pages =>
    [
        .. Repository.FilesWith(".md").Where(file => file is not ("src/ERRORS.md" or "models/README.md" or "proofs/README.md"
            or "proofs/ENGINES.md" or "tests/SEEDED-BUGS.md" or "src/docs/CHANGES.md" or "tests/Verify.Benchmarks/results.md")),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_name_on_a_page_exists(string file) => Fail(file, (line, isCode) => isCode ? []
        : Backticked().Matches(line).Select(match => CodeNames.WhyNot(match.Groups[1].Value)));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_on_a_page_is_one(string file) => Fail(file, (line, isCode) =>
        isCode && line.StartsWith("./verify ", StringComparison.Ordinal) ? [CodeNames.WhyNotCommand(line)] : []);

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_table_of_types_names_the_files_that_declare_them(string file) => Fail(file, (line, isCode) =>
        !isCode && RowOfType().Match(line) is { Success: true, Groups: var groups }
            && !CodeNames.Declares(groups[2].Value, groups[1].Value)
            ? [$"{groups[2].Value} does not declare {groups[1].Value}"]
            : []);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_to_a_file(string file) => Fail(file, (line, isCode) => isCode ? []
        : Link().Matches(Backticked().Replace(line, "")).Select(match => match.Groups[1].Value)
            .Where(target => !target.StartsWith("http", StringComparison.Ordinal) && target[0] != '#')
            .Select(target => Path.Combine(Path.GetDirectoryName(file)!, target.Split('#')[0]))
            .Where(target => !Path.Exists(Path.Combine(Repository.Root, target)))
            .Select(target => $"there is no '{target}'"));

    [Fact]
    public void The_index_has_every_page()
    {
        var index = Repository.Text("src/docs/README.md");
        Assert.All(Repository.FilesWith(".md").Where(file => file.StartsWith("src/docs/", StringComparison.Ordinal)
            && file != "src/docs/README.md"), file =>
            Assert.Contains($"({file["src/docs/".Length..]})", index, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SeenSet", null)]
    [InlineData("SeenSet.Grow", null)]
    [InlineData("Grow", null)]
    [InlineData("Verify.Explicit.Storage", null)]
    [InlineData("src/Verify.Explicit/Storage/SeenSet.cs", null)]
    [InlineData("Storage/SeenSet.cs", null)]
    [InlineData("models/FOLDER/NAME.cs", null)]
    [InlineData("src/Verify.Formats/NAME/NAMEWriter.cs", null)]
    [InlineData("--size cpu=3", null)]
    [InlineData("./verify check CLAIM --size cpu=3", null)]
    [InlineData("TLB-SHOOTDOWN", null)]
    [InlineData("unsat", null)]
    [InlineData("SeenSets", "type or member")]
    [InlineData("SeenSet.Shrink", "type or member")]
    [InlineData("src/Verify.Explicit/Storage/Seen.cs", "file or folder")]
    [InlineData("models/FOLDER/NAME.smt2", "file or folder")]
    [InlineData("--sise", "option")]
    [InlineData("./verify chek CLAIM", "command")]
    [InlineData("./verify check CLAIM --to tla", "option")]
    [InlineData("TLB-SHOOTDOWNS", "claim")]
    public void What_is_gone_is_noticed(string word, string? problem)
    {
        var found = CodeNames.WhyNot(word);
        Assert.True(problem is null ? found is null : found?.Contains(problem, StringComparison.Ordinal) == true, found);
    }

    private static void Fail(string file, Func<string, bool, IEnumerable<string?>> rule)
    {
        var isCode = false;
        var problems = new List<string>();
        foreach (var (line, number) in Repository.Lines(file).Select((line, i) => (line, i + 1)))
        {
            var isFence = line.StartsWith("```", StringComparison.Ordinal);
            isCode ^= isFence;
            problems.AddRange(isFence ? [] : rule(line, isCode).OfType<string>().Select(problem => $"{file}({number}): {problem}"));
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Backticked();

    [GeneratedRegex(@"^\| `(\w+)` \| `([\w./-]+\.cs)` \|")]
    private static partial Regex RowOfType();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
