using System.Collections.Immutable;
using System.Globalization;
using Verify.Modelling;

namespace Verify.Tests.Laws.Generators;

/// <summary>
/// A family drawn from a seed whose text depends on its sizes in all the ways there are: what variables start with, ranges,
/// rules and threads that are there at some sizes only, sorts of other builders, and names that collide
/// (<see cref="FamilyText"/>).
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="beyond">The number of additional values of each size that are offered; the text of the family does not
/// depend on it.</param>
internal sealed class GeneratedFamily(int seed, int beyond = 0) : ModelFamily
{
    private const string Prefix = "family ";

    private static readonly ImmutableArray<SizeParameter> All =
        [new("cpu", 2, 1, 4, "processors"), new("page", 1, 1, 3, "pages"), new("n", 2, 1, 5, "a number")];

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{seed}");

    public override string Summary => "a family of the laws";

    public override ImmutableArray<SizeParameter> Sizes =>
    [
        .. All.Take(1 + new Prng((ulong)seed).Below(All.Length)).Concat(All.TakeLast(seed % 2)).Distinct()
            .Select(size => size with { High = size.High + beyond }),
    ];

    /// <summary>The model of a seed at its default sizes.</summary>
    public static Model From(int seed)
    {
        try
        {
            return new GeneratedFamily(seed).Build(Choices.Default);
        }
        catch (UserErrorException)
        {
            return GeneratedModel.From(seed); // the family has no model at these sizes
        }
    }

    /// <summary>The seed of the family that a model belongs to; null for other models.</summary>
    public static int? SeedOf(Model model) => model.Name.StartsWith(Prefix, StringComparison.Ordinal)
        && int.TryParse(model.Name.AsSpan(Prefix.Length), CultureInfo.InvariantCulture, out var seed) ? seed : null;

    protected override void Describe(ModelBuilder m) =>
        new FamilyText(m, new Prng((ulong)seed + 1), [.. Sizes.Select(size => size.Name)], seed % 5 == 0).Write();
}
