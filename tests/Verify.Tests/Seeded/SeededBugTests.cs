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

    [Fact]
    public void The_page_has_a_row_for_each()
    {
        var page = Repository.Text(SeededPage.File);
        Assert.All(SeededBug.All, bug =>
            Assert.Contains($"| {bug.Number} | {bug.Component} | {bug.Sentence} |", page, StringComparison.Ordinal));
    }
}
