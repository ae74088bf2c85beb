using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Verify.Scheduling;

namespace Verify.Tests.Laws;

/// <summary>Every family builds and runs at the extremes of its sizes: no offered size is an error.</summary>
public sealed class CornerLaws
{
    private const long Walks = 8; // per instance; each walk is long enough to run a thread's program several times

    private static readonly EngineOptions Run = new(new Budget(Depth: 200), Threads: 1);

    private static readonly ImmutableArray<ModelFamily> Families = Product.Families;

    private static readonly ImmutableArray<Claim> Claims = Product.Claims;

    public static TheoryData<string> Names => [.. Families.Select(family => family.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_family_runs_at_every_corner_of_its_sizes(string name)
    {
        var family = Families.Single(family => family.Name == name);
        var errors = new List<string>();
        var ran = 0;
        foreach (var choices in Plain(family).SelectMany(plain => Corners(family, plain))
            .Concat(Claimed(family).SelectMany(claimed => Ends(family, claimed)))
            .DistinctBy(choices => Describe(family, choices)))
        {
            try
            {
                var model = family.Build(choices);
                new RandomEngine(Walks).Decide(model, model.Properties.First(IsForWalks), Run);
                ran++;
            }
            catch (UserErrorException refused) when (refused.Diagnostic.Code == ErrorCodes.Contradiction)
            {
                // Combinations that are not allowed, such as flush generations on an architecture without them.
            }
            catch (UserErrorException error)
            {
                errors.Add($"{Describe(family, choices)}: {error.Message}");
            }
        }

        Assert.True(errors.Count == 0, string.Join(Environment.NewLine, errors));
        Assert.True(ran > 0);
    }

    // A walk ends where the property is violated, so a property that is violated late is best.
    private static bool IsForWalks(Property property) => property is Property.NoDeadlock or Property.Always;

    private static IEnumerable<Choices> Plain(ModelFamily family) => family.Profiles.IsEmpty
        ? [Choices.Default]
        : family.Profiles.Select(Choices.Default.On);

    // The valid combinations of faults and assumptions are those of the claims, and those with one element removed.
    private static IEnumerable<Choices> Claimed(ModelFamily family) => Claims
        .Where(claim => claim.Family.Name == family.Name).Select(claim => claim.Choices);

    private static IEnumerable<Choices> Corners(ModelFamily family, Choices variant) => family.Sizes.Aggregate(
        (IEnumerable<Choices>)[variant],
        (corners, size) => corners.SelectMany(_ => (int[])[size.Low, size.High],
            (corner, value) => corner.Size(size.Name, value)));

    private static IEnumerable<Choices> Ends(ModelFamily family, Choices variant) =>
    [
        family.Sizes.Aggregate(variant, (corner, size) => corner.Size(size.Name, size.Low)),
        family.Sizes.Aggregate(variant, (corner, size) => corner.Size(size.Name, size.High)),
    ];

    private static string Describe(ModelFamily family, Choices choices) => string.Create(CultureInfo.InvariantCulture,
        $"{family.Name} {string.Join(",", choices.Sizes.Select(size => $"{size.Key}={size.Value}"))} "
        + $"{string.Join(" ", choices.Switched.Concat(choices.Assumptions))} {choices.Profile}");
}
