using System.Collections.Immutable;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;

namespace Verify.Tests.Laws;

/// <summary>Every family can be built, and its steps are defined, at the least and the largest of its sizes.</summary>
public sealed class SizeLaws
{
    private const long MaxStates = 1_000;

    // Families whose claims are tried at other sizes as well, each with its own choices.
    private static readonly string[] Whole = ["temporary-mm", "kernel-alias", "rare-alloc"];
    private static readonly Catalogue Catalogue = Catalogue.Load();
    private static readonly ImmutableArray<ModelFamily> Families =
        [.. Catalogue.Claims.Select(claim => claim.Family).DistinctBy(family => family.Name)];

    public static TheoryData<string> Names => [.. Families.Select(family => family.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_family_runs_at_every_corner_of_its_sizes(string name)
    {
        var family = Families.Single(one => one.Name == name);
        Assert.All(Corners(family), corner => Run(family, corner.Aggregate(Choices.Default, Sized)));
    }

    [Fact]
    public void A_claim_can_be_asked_of_the_least_and_the_largest_instance() => Assert.All(
        Catalogue.Claims.Where(claim => Whole.Contains(claim.Family.Name)).DistinctBy(claim => claim.Id.Split(':')[0]),
        claim => Assert.All([Corners(claim.Family)[0], Corners(claim.Family)[^1]],
            corner => Run(claim.Family, corner.Aggregate(claim.Choices, Sized))));

    private static List<ImmutableArray<(string Name, int Value)>> Corners(ModelFamily family) => [.. family.Sizes.Aggregate(
        (IEnumerable<ImmutableArray<(string, int)>>)[[]],
        (all, size) => all.SelectMany(some => new[] { size.Low, size.High }.Distinct().Select(value => some.Add((size.Name, value)))))];

    private static Choices Sized(Choices choices, (string Name, int Value) size) => choices.Size(size.Name, size.Value);

    // A model may refuse a combination of sizes with a message; an undefined step is an error.
    private static void Run(ModelFamily family, Choices choices)
    {
        try
        {
            var model = family.Build(choices);
            var verdict = new ExplicitEngine().Decide(model, model.Properties.First(property => property is Property.Always),
                EngineOptions.Default with { Budget = new Budget(States: MaxStates) });
            Assert.IsNotType<Verdict.Unknown>(verdict);
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.Contradiction)
        {
        }
    }
}
