namespace Verify.Tests.Docs;

/// <summary>Tests of the comparison of pages.</summary>
public sealed class PageTests
{
    private const string Sample =
        """
        # Title

        ```
        $ not run
        ```

        ```console
        $ count 2
        1
        2
        $ count 4
        1
        ...
        4
        ```

        ```csharp
        var one = 1;
            var two = 2;
        ```
        """;

    [Fact]
    public void Commands_run_in_order_and_compare()
    {
        var commands = new List<string>();
        Assert.Empty(new Page(Sample).Run(command => Count(command, commands), isUpdate: false));
        Assert.Equal(["count 2", "count 4"], commands);
    }

    [Fact]
    public void Other_output_is_a_problem_and_an_update_writes_it_down()
    {
        var page = new Page(Sample.Replace("$ count 2", "$ count 3", StringComparison.Ordinal));
        Assert.Contains("$ count 3\nprints\n1\n2\n3\nand the page says\n1\n2", Assert.Single(page.Run(c => Count(c), false)));
        Assert.Empty(page.Run(c => Count(c), isUpdate: true));
        Assert.Contains("$ count 3\n1\n2\n3\n$ count 4\n1\n...\n4\n```", page.Text);
        Assert.Empty(page.Run(c => Count(c), isUpdate: false));
    }

    [Theory]
    [InlineData("a b c", "a b c", true)]
    [InlineData("a b c", "a b", false)]
    [InlineData("a b", "a b c", false)]
    [InlineData("...", "", true)]
    [InlineData("...", "a b c", true)]
    [InlineData("a ... c", "a b b c", true)]
    [InlineData("a ... c", "a c", true)]
    [InlineData("a ... c", "a c d", false)]
    [InlineData("... b ...", "a b c b", true)]
    [InlineData("... b ...", "a c", false)]
    [InlineData("a ... b ... b", "a b b", true)]
    [InlineData("a ... b ... b", "a b", false)]
    public void Three_dots_stand_for_any_number_of_lines(string expected, string found, bool isMatch) =>
        Assert.Equal(isMatch, Page.Matches(Words(expected), Words(found)));

    [Fact]
    public void Times_may_differ_and_nothing_else()
    {
        Assert.True(Page.Matches(["288 states, 0.01 s, explicit"], ["288 states, 12 s, explicit  "]));
        Assert.True(Page.Matches(["took 3 ms"], ["took 0.4 s"]));
        Assert.False(Page.Matches(["288 states, 0.01 s"], ["289 states, 0.01 s"]));
    }

    [Fact]
    public void What_cannot_be_run_is_left_as_it_is() =>
        Assert.Empty(new Page(Sample.Replace("1\n2\n", "3\n", StringComparison.Ordinal)).Run(_ => null, isUpdate: false));

    [Theory]
    [InlineData("./verify list", "list")]
    [InlineData("./verify check  'a b:c d' --json", "check|a b:c d|--json")]
    [InlineData("./verify check ''", "check|")]
    public void Words_may_stand_in_quotes(string command, string words) =>
        Assert.Equal(words.Split('|'), Shell.ArgumentsOf(command));

    [Fact]
    public void Code_is_found_however_far_it_is_indented()
    {
        var block = Assert.Single(new Page(Sample).Blocks("csharp"));
        Assert.True(Page.Contains("class C\n{\n        var one = 1;\n        var two = 2;\n}\n", block));
        Assert.False(Page.Contains("var one = 1;\n\nvar two = 2;\n", block));
        Assert.False(Page.Contains("var one = 1;\n", block));
        Assert.Empty(new Page("# Title\n").Blocks("csharp"));
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Count(string command, List<string>? commands = null)
    {
        commands?.Add(command);
        return string.Join('\n', Enumerable.Range(1, command[^1] - '0')) + "\n";
    }
}
