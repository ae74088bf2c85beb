using System.Text.RegularExpressions;
using Verify.Claims;
using Verify.Cli;

namespace Verify.Tests.Docs;

/// <summary>The page on engines speaks of every claim, and nobody contradicts anybody in it.</summary>
public sealed partial class EnginePageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "proofs", "ENGINES.md"));

    [Fact]
    public void Every_claim_is_compared_or_it_is_said_why_not()
    {
        var compared = Rows(Page).Select(row => row[0]);
        var leftOut = LeftOut().Matches(Page).Select(match => match.Groups[1].Value);
        Assert.Equal(Catalogue.Load().Claims.Select(claim => claim.Id).Order(StringComparer.Ordinal),
            compared.Concat(leftOut).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_two_engines_contradict_each_other()
    {
        Assert.Empty(Contradicted(Page));
        Assert.Contains("\n## Contradictions\n\nNone.\n", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_contradiction_would_be_seen()
    {
        var row = Rows(Page).First(row => row.Skip(1).Count(cell => cell.StartsWith("refuted", StringComparison.Ordinal)) > 1);
        var line = Page.Split('\n').Single(line => line.StartsWith($"| {row[0]} |", StringComparison.Ordinal));
        string[] forged = [RefutedIn().Replace(line, "proved", 1), RefutedIn().Replace(line, "refuted in 999", 1)];
        Assert.All(forged, other => Assert.Equal([row[0]], Contradicted(Page.Replace(line, other, StringComparison.Ordinal))));
    }

    [Fact]
    public void What_search_says_is_what_is_expected()
    {
        var expected = Catalogue.Load().Claims.ToDictionary(claim => claim.Id, claim => claim.Expected);
        Assert.All(Rows(Page), row => Assert.StartsWith(expected[row[0]].Word, row[1]));
        Assert.All(Rows(Page).Where(row => expected[row[0]] is Expectation.Refuted { Steps: not null }), row =>
            Assert.StartsWith($"refuted in {((Expectation.Refuted)expected[row[0]]).Steps},", row[1]));
    }

    [Fact]
    public void The_machine_and_the_solver_are_named() => Assert.Matches(@"\n.+ cores, .+\.NET .+; z3 [0-9.]+, seed [0-9]+\.\n", Page);

    private static List<string> Contradicted(string page) =>
    [
        .. Rows(page).Where(row => row.Skip(1).Select(cell => cell.Split(',')[0])
            .Where(answer => answer.StartsWith("proved", StringComparison.Ordinal)
                || answer.StartsWith("refuted", StringComparison.Ordinal)
                || answer.StartsWith("undefined", StringComparison.Ordinal))
            .Distinct().Count() > 1).Select(row => row[0]),
    ];

    private static IEnumerable<string[]> Rows(string page) => page.Split('\n')
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| claim |", StringComparison.Ordinal))
        .Select(line => line.Trim('|', ' ').Split(" | "));

    [GeneratedRegex("^- ([^ ]+): .+$", RegexOptions.Multiline)]
    private static partial Regex LeftOut();

    [GeneratedRegex("refuted in [0-9]+")]
    private static partial Regex RefutedIn();
}
