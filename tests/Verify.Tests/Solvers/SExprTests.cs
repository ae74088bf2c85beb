using FsCheck;
using FsCheck.Fluent;
using Verify.Solvers;

namespace Verify.Tests.Solvers;

/// <summary>S-expressions from solvers, including malformed and hostile ones.</summary>
public sealed class SExprTests
{
    [Theory]
    [InlineData("sat")]
    [InlineData("((x #b0101) (|a b| (_ bv3 4)))")]
    [InlineData("(error \"line 1: \"\"x\"\" unknown\")")]
    [InlineData("()")]
    [InlineData("(() (()) a)")]
    public void A_parsed_expression_is_printed_unchanged(string text) => Assert.Equal(text, Assert.Single(SExpr.ReadAll(text)).ToString());

    [Fact]
    public void Comments_and_blanks_separate() => Assert.Equal(["a", "(b c)", "d"],
        SExpr.ReadAll("a ; (not this\n (b\t\n c);end\nd").Select(one => one.ToString()));

    [Fact]
    public void Bars_and_quotes_come_off() => Assert.Equal(["a b", "say \"so\"", "c"],
        SExpr.ReadAll("|a b| \"say \"\"so\"\"\" c").Select(one => one.Bare));

    [Theory]
    [InlineData(")")]
    [InlineData("(a (b)")]
    [InlineData("\"open")]
    [InlineData("(|open)")]
    [InlineData("a\u0001b")]
    public void Malformed_text_is_rejected(string text) => Assert.Equal(SolverFailure.Garbage,
        Assert.Throws<SolverException>(() => SExpr.ReadAll(text)).Trouble);

    [Fact]
    public void An_endless_answer_is_garbage()
    {
        using var letters = new StringReader(new string('a', 100));
        Assert.Equal(SolverFailure.Garbage, Assert.Throws<SolverException>(() => new SExprReader(letters, 50).Read()).Trouble);
    }

    [Fact]
    public void Deep_nesting_is_safe()
    {
        var text = new string('(', 200_000) + "a" + new string(')', 200_000);
        Assert.Equal(text, Assert.Single(SExpr.ReadAll(text)).ToString());
    }

    [Fact]
    public void Any_text_is_read_or_refused() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(text => text is not null), text =>
        {
            try
            {
                var all = SExpr.ReadAll(text);
                return all.Select(one => one.ToString()).SequenceEqual(
                    SExpr.ReadAll(string.Join('\n', all)).Select(one => one.ToString()));
            }
            catch (SolverException e)
            {
                return e.Trouble == SolverFailure.Garbage;
            }
        }));
}
