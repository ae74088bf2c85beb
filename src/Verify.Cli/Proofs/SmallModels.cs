using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Cli.Proofs;

/// <summary>The instances that an invariant for every size is looked for on: small, and each of a size that there is a model of.</summary>
internal static class SmallModels
{
    /// <summary>Two of everything, then three of the first thing, then three of the others; or the next that there are models of.</summary>
    /// <exception cref="UserErrorException">There is no model of the claim itself either.</exception>
    public static ImmutableArray<Model> Of(Claim claim)
    {
        var own = claim.Family.Build(claim.Choices);
        var scalars = new Signature(own).Scalars.Select(scalar => scalar.Name).ToHashSet();
        ImmutableArray<SizeParameter> sizes = [.. claim.Family.Sizes.Where(size => scalars.Contains(size.Name))];
        if (sizes.IsEmpty)
        {
            return [own];
        }

        // Where no size from two on gives a model, the claim's does.
        var (two, first) = Upwards(claim, claim.Choices, sizes, 2) ?? (claim.Choices, own);
        var models = ImmutableArray.CreateBuilder<Model>();
        models.Add(first);
        foreach (var more in new[] { sizes[..1], sizes[1..] })
        {
            var least = more.Where(size => Instance.SizeIn(two, size) < size.High).Select(size => Instance.SizeIn(two, size) + 1);
            if (Upwards(claim, two, more, least.DefaultIfEmpty(int.MaxValue).Min()) is { } larger)
            {
                models.Add(larger.Model);
            }
        }

        return models.ToImmutable();
    }

    // The least model with so many of some things, or more of all of them.
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
                // The family has none of this size.
            }
        }

        return null;
    }
}
