using Verify.Cli;
using Verify.Cli.Commands;
using Verify.Cli.Hosting;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Explicit;
using Verify.Solvers;

namespace Verify.Tests.Cli;

/// <summary>Tables on a terminal of 80 columns, and the line of progress.</summary>
public sealed class NarrowTests
{
    private const string LongId = "A-CLAIM-WITH-A-LONG-NAME/flag:I-ENTRY";

    [Theory]
    [InlineData("gate")]
    [InlineData("compare", "--engines", "explicit,kinduction,portfolio,schedules")]
    [InlineData("list")]
    public void A_table_fits_the_terminal(params string[] arguments)
    {
        var output = new StringWriter { NewLine = "\n" };
        var catalogue = TestClaims.Of(TestClaims.Full with { Id = LongId }, TestClaims.Local);
        var terminal = Terminal.Plain(output, TextWriter.Null) with { Columns = 80, IsOutLive = arguments[0] == "list" };
        IEngine[] engines = [new ExplicitEngine(), .. new[] { "kinduction", "portfolio", "schedules" }.Select(Slow)];
        var tool = new Tool(engines, [], () => catalogue, new SolverChoice([]));
        tool.Run(arguments, terminal, TestContext.Current.CancellationToken);
        var lines = output.ToString().Split('\n');
        Assert.Contains(lines, line => line.Contains("A-CLAIM-WITH-A-LONG", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
    }

    private static Pretender Slow(string name) => new(name, _ => new Verdict.HoldsUpTo(
        new ExplorationBound("stopped by budget", 3, 1), new Evidence { Kind = EvidenceKind.Partial, Depth = 3, States = 1 }));

    [Fact]
    public void A_certificate_is_broken_between_words()
    {
        var output = new StringWriter { NewLine = "\n" };
        var line = $"{LongId}  proved for every number of cpus, pages and frames: 12 obligations, z3 4.8.12 0.31 s, cvc5 1.0.3 1.20 s";
        var one = new CheckedCertificate("a file", line, [], null, 0);
        CertifyCommand.Write(Terminal.Plain(output, TextWriter.Null) with { Columns = 80 }, one, new HashSet<string>());
        Assert.All(output.ToString().Split('\n'), text => Assert.True(text.Length <= 80, text));
        Assert.StartsWith($"ok  {LongId}  proved", output.ToString());
        output.GetStringBuilder().Clear();
        CertifyCommand.Write(Terminal.Plain(output, TextWriter.Null), one, new HashSet<string>());
        Assert.Equal($"ok  {line}\n", output.ToString());
    }

    [Theory]
    [InlineData(0, 0, 0, 12.4, "VL-MARK  12 s")]
    [InlineData(5_000_000, 7, 1_234, 2, "VL-MARK  5,000,000 states, 2,500,000/s, level 7 of 1,234, 2 s")]
    [InlineData(1, 0, 0, 0.4, "VL-MARK  1 state, level 0, 0 s")]
    public void Progress_has_a_rate_the_frontier_and_the_time(long states, int depth, long frontier, double seconds, string line) =>
        Assert.Equal(line, ProgressDisplay.Line("VL-MARK", new Progress(states, 3 * states, depth, frontier), seconds));
}
