using System.Text.RegularExpressions;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Tests.Snapshots;

namespace Verify.Tests.Docs;

/// <summary>The page on engines covers the current claims, and its answers do not contradict each other.</summary>
public sealed partial class EnginePageTests
{
    private const string File = "proofs/ENGINES.md";
    private static readonly EnginePage Page = new(Repository.Text(File));

    private static readonly IReadOnlyDictionary<string, string> Digests =
        Catalogue.Load().Claims.ToDictionary(claim => claim.Id, claim => claim.Family.Build(claim.Choices).Digest);

    [Fact]
    public void Rows_and_reasons_are_about_the_claims_and_models_of_today()
    {
        var isUpdate = Environment.GetEnvironmentVariable("SNAPSHOTS") == "update";
        var stale = Page.Stale(Digests);
        Assert.True(isUpdate || stale.Count == 0, $"{File} tells of other models than there are, of {string.Join(", ", stale)}: "
            + "write it anew with the command on it, or take these rows out with SNAPSHOTS=update");
        Snapshot.MatchesPage(File, Page.Of(Digests).Text);
        var now = isUpdate ? Page.Of(Digests) : Page;
        var named = now.Rows.Select(row => row[0]).Concat(now.NotCompared).ToList();
        Assert.Equal(named.Distinct(), named);
        Assert.Empty(named.Except(Digests.Keys));
    }

    [Fact]
    public void A_row_of_another_model_is_named_and_taken_out()
    {
        var page = Page.Of(Digests);
        var row = page.Rows[1];
        var changed = Digests.ToDictionary(pair => pair.Key, pair => pair.Key == row[0] ? "another" : pair.Value);
        Assert.Contains(row[0], page.Stale(changed));
        var left = page.Of(changed);
        Assert.DoesNotContain(left.Rows, other => other[0] == row[0]);
        Assert.EndsWith($"- {row[0]}: its model has changed since\n", left.Text, StringComparison.Ordinal);
        Assert.Contains($"\n{page.Rows.Count - 1} of {Digests.Count} claims compared: ", left.Text, StringComparison.Ordinal);
        Assert.Equal(left.Text, left.Of(changed).Text);

        var without = Digests.Where(pair => pair.Key != row[0] && pair.Key != page.NotCompared[0])
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        var other = page.Of(without);
        Assert.DoesNotContain($" {row[0]}: ", other.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"- {page.NotCompared[0]}: ", other.Text, StringComparison.Ordinal);
        Assert.Contains($"\n{page.Rows.Count - 1} of {without.Count} claims compared: ", other.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_two_engines_contradict_each_other()
    {
        Assert.Empty(Page.Contradicted);
        Assert.Contains("\n## Contradictions\n\nNone.\n", Page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_contradiction_would_be_seen()
    {
        var row = Page.Rows.First(row => row.Skip(2).Count(cell => cell.StartsWith("refuted", StringComparison.Ordinal)) > 1);
        var line = Page.Text.Split('\n').Single(line => line.StartsWith($"| {row[0]} |", StringComparison.Ordinal));
        string[] forged = [RefutedIn().Replace(line, "proved", 1), RefutedIn().Replace(line, "refuted in 999", 1)];
        Assert.All(forged, other =>
            Assert.Equal([row[0]], new EnginePage(Page.Text.Replace(line, other, StringComparison.Ordinal)).Contradicted));
    }

    [Fact]
    public void The_search_gives_the_expected_result()
    {
        var expected = Catalogue.Load().Claims.ToDictionary(claim => claim.Id, claim => claim.Expected);
        var rows = Page.Rows.Where(row => expected.ContainsKey(row[0])).ToList();
        Assert.All(rows, row => Assert.StartsWith(expected[row[0]].Word, row[2]));
        Assert.All(rows.Where(row => expected[row[0]] is Expectation.Refuted { Steps: not null }), row =>
            Assert.StartsWith($"refuted in {((Expectation.Refuted)expected[row[0]]).Steps},", row[2]));
    }

    [Fact]
    public void The_machine_and_the_solver_are_named() =>
        Assert.Matches(@"\n.+ cores, .+\.NET .+; z3 [0-9.]+, seed [0-9]+\.\n", Page.Text);

    [GeneratedRegex("refuted in [0-9]+")]
    private static partial Regex RefutedIn();
}
