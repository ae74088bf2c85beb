using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Cli.Proofs;

/// <summary>
/// The instances on which the search for an invariant works: small ones, of sizes that the family has a model for.
/// </summary>
internal static class SmallModels
{
    /// <summary>
    /// Size two for everything, then three for the first size, then three for the others; or the next sizes that have a
    /// model.
    /// </summary>
    /// <exception cref="UserErrorException">The claim's own choices have no model either.</exception>
    public static ImmutableArray<Model> Of(Claim claim) => [.. InstancesOf(claim).Select(one => one.Model)];

    /// <summary>The same with the choices of each instance.</summary>
    /// <exception cref="UserErrorException">The claim's own choices have no model either.</exception>
    public static ImmutableArray<(Choices Choices, Model Model)> InstancesOf(Claim claim)
    {
        var own = claim.Family.Build(claim.Choices);
        var scalars = new Signature(own).Scalars.Select(scalar => scalar.Name).ToHashSet();
        ImmutableArray<SizeParameter> sizes = [.. claim.Family.Sizes.Where(size => scalars.Contains(size.Name))];
        if (sizes.IsEmpty)
        {
            return [(claim.Choices, own)];
        }

        // If no size from two on has a model, the claim's own is used.
        var (two, first) = Upwards(claim, claim.Choices, sizes, 2) ?? (claim.Choices, own);
        var models = ImmutableArray.CreateBuilder<(Choices, Model)>();
        models.Add((two, first));
        foreach (var more in new[] { sizes[..1], sizes[1..] })
        {
            var least = more.Where(size => Instance.SizeIn(two, size) < size.High).Select(size => Instance.SizeIn(two, size) + 1);
            if (Upwards(claim, two, more, least.DefaultIfEmpty(int.MaxValue).Min()) is { } larger)
            {
                models.Add(larger);
            }
        }

        return models.ToImmutable();
    }

    // The smallest model with the given sizes, or larger ones.
    private static (Choices Choices, Model Model)? Upwards(Claim claim, Choices from, ImmutableArray<SizeParameter> sizes, int least)
    {
        for (var count = least; count <= sizes.Select(size => size.High).DefaultIfEmpty().Max(); count++)
        {
            var choices = sizes.Aggregate(from, (so, size) => so.Size(size.Name, Math.Clamp(count, size.Low, size.High)));
            try
            {
                return (choices, claim.Family.Build(choices));
            }
            catch (UserErrorException)
            {
                // The family has no model of this size.
            }
        }

        return null;
    }
}
