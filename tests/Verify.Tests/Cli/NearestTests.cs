namespace Verify.Tests.Cli;

public sealed class NearestTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("VL-MARK", "vl-mark", 0)]
    [InlineData("VL-MRAK", "VL-MARK", 1)]
    [InlineData("VL-MAK", "VL-MARK", 1)]
    [InlineData("VL-MARKS", "VL-MARK", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_counts_edits(string from, string to, int edits) => Assert.Equal(edits, Suggestion.Distance(from, to));

    [Fact]
    public void The_nearest_comes_first_and_the_far_do_not_come() =>
        Assert.Equal(["gate", "rate"], Suggestion.To("gatr", ["rate", "list", "gate"]));
}
