using System.IO.Enumeration;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Seeded;

public sealed class SeededBugTests
{
    [Fact]
    public void Every_text_that_a_bug_replaces_is_there_once()
    {
        var lost = SeededBug.All.Where(bug => Repository.Text(bug.File).Split(bug.Old).Length != 2)
            .Select(bug => $"{SeededBug.List}: {bug.Number}, {bug.File} does not have this once:\n{bug.Old}");
        Assert.Empty(lost);
    }

    [Fact]
    public void Bugs_are_numbered_and_none_is_switched_on_by_itself()
    {
        Assert.Equal(Enumerable.Range(1, SeededBug.All.Count), SeededBug.All.Select(bug => bug.Number));
        Assert.True(SeededBug.All.Count >= 50);
        Assert.All(SeededBug.All, bug => Assert.Contains("BUG", bug.New, StringComparison.Ordinal));
        Assert.All(SeededBug.All, bug => Assert.DoesNotContain("BUG", bug.Old, StringComparison.Ordinal));
    }

    // A pattern that matches no class runs no tests, which would look like an undetected bug.
    [Fact]
    public void What_looks_for_a_bug_is_there()
    {
        var classes = typeof(SeededBugTests).Assembly.GetTypes()
            .Where(type => type.GetMethods().Any(method => method.IsDefined(typeof(FactAttribute), inherit: true)))
            .Select(type => type.FullName!).ToList();
        foreach (var bug in SeededBug.All)
        {
            Assert.All(bug.Tests, pattern => Assert.Contains(classes, name => FileSystemName.MatchesSimpleExpression(pattern, name)));
            Assert.All(bug.Laws, part => Assert.Contains(Lawbook.All, law => law.Name.Contains(part, StringComparison.OrdinalIgnoreCase)));
        }
    }

    [Fact]
    public void The_page_has_a_row_for_each()
    {
        var page = Repository.Text(SeededPage.File);
        Assert.All(SeededBug.All, bug =>
            Assert.Contains($"| {bug.Number} | {bug.Component} | {bug.Sentence} |", page, StringComparison.Ordinal));
    }
}
