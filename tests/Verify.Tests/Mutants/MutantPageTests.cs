using System.Collections.Immutable;
using Verify.Cli.Hosting;
using Verify.Models.FilePages;
using Verify.Proofs;
using Verify.Tests.Snapshots;

namespace Verify.Tests.Mutants;

/// <summary>
/// The page of dropped guards is about the models and claims of today, and what no claim notices has a reason in the code.
/// </summary>
public sealed class MutantPageTests
{
    private static readonly MutantPage Page = MutantPage.Read();
    private static readonly MutantResults Results =
        new("device-mirror", "0123456789ab", 5, ["rule: kept"], ["rule: a", "rule: bb", "rule: c"]);

    [Fact]
    public void The_page_is_about_the_models_and_claims_of_today()
    {
        var stale = Catalogue.Load().Claims.GroupBy(claim => claim.Family.Name).Select(claims => new FamilyMutants([.. claims]))
            .Where(family => Page.IsAbout(family.Name) && Page.KeyOf(family.Name) != family.Key).Select(family => family.Name).ToList();
        Assert.True(stale.Count == 0, $"{MutantPage.File} tells of other models or claims of {string.Join(", ", stale)}: "
            + "run ./verify test --mutants --update, which takes some minutes");
    }

    [Fact]
    public void The_page_has_the_reasons_of_the_code() => Snapshot.MatchesPage(MutantPage.File, Page.Text());

    [Fact]
    public void Each_survivor_has_a_reason_and_each_reason_a_survivor() => Assert.Empty(Page.Mistakes);

    [Fact]
    public void A_survivor_without_a_reason_is_named() => Assert.Equal(
        ["device-mirror: no reason why no claim notices that this is dropped: rule: c"], MistakesWith("rule: a", "rule: b…"));

    [Fact]
    public void A_reason_for_what_is_noticed_is_named() => Assert.Equal(
        ["device-mirror: a reason for a part that a claim notices, or for none of the model: rule: noticed"],
        MistakesWith("rule: a", "rule: b…", "rule: c", "rule: noticed"));

    [Fact]
    public void A_reason_for_what_reaches_the_same_states_is_named() => Assert.Single(MistakesWith("rule: …", "rule: kept"));

    [Fact]
    public void A_part_that_is_in_no_instance_whose_states_are_counted_is_not_said_to_keep_them()
    {
        var claims = Catalogue.Load().Claims.Where(claim => claim.Id == "RW-ALLOC-UNPROTECTED-NOWILD:I-RO").ToList();
        var family = new FamilyMutants(claims);
        var part = family.All.Single(mutant => mutant.ToString() == "speculative walk: pte[frame].HasValue");
        Assert.True(family.KeepsStates(part));
        Assert.False(new FamilyMutants(claims, maxCounted: 1).KeepsStates(part));
    }

    [Fact]
    public void A_second_reason_is_named() => Assert.Equal(["device-mirror: two reasons for rule: bb"],
        new MutantPage([Results], [new Listed(["rule: a", "rule: bb"], ["rule: b…", "rule: c"])]).Mistakes);

    [Fact]
    public void What_the_page_says_is_read_again()
    {
        var text = new MutantPage([Results], [new Listed(["rule: c", "rule: a"])]).Text();
        Assert.Contains("| device-mirror | 1 | 1 | 2 | 1 | 5 | 0123456789ab |\n", text, StringComparison.Ordinal);
        var read = Assert.Single(MutantPage.Parse(text.Split('\n')));
        Assert.Equal(Results.Kept, read.Kept);
        Assert.Equal(Results.Survivors, read.Survivors);
        Assert.Equal((Results.Key, 1), (read.Key, read.Noticed));
    }

    private static IReadOnlyList<string> MistakesWith(params string[] parts) => new MutantPage([Results], [new Listed(parts)]).Mistakes;

    private sealed class Listed(params string[][] groups) : SurvivorReasons(new DeviceMirror())
    {
        public override ImmutableArray<SurvivorReason> Reasons => [.. groups.Select(parts => Because("It is so.", [.. parts]))];
    }
}
