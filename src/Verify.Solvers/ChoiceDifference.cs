using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;

namespace Verify.Solvers;

/// <summary>The differences between a set of choices and those of a claim.</summary>
/// <param name="Sizes">Sizes that differ, as <c>cpu=3</c>, in the order of the family.</param>
/// <param name="Features">Features that are on in addition.</param>
/// <param name="Faults">Faults that are on in addition.</param>
/// <param name="Assumptions">Assumptions that are made in addition.</param>
/// <param name="Dropped">Features, faults and assumptions of the claim that are left out.</param>
/// <param name="Profile">The profile if it differs, else null.</param>
public sealed record ChoiceDifference(ImmutableArray<string> Sizes, ImmutableArray<string> Features,
    ImmutableArray<string> Faults, ImmutableArray<string> Assumptions, ImmutableArray<string> Dropped, string? Profile)
{
    /// <summary>True if there is none.</summary>
    public bool IsEmpty => Profile is null
        && Sizes.IsEmpty && Features.IsEmpty && Faults.IsEmpty && Assumptions.IsEmpty && Dropped.IsEmpty;

    /// <summary>Compares the choices of a claim with others of the same family.</summary>
    public static ChoiceDifference Of(Claim claim, Choices choices)
    {
        var (family, own) = (claim.Family, claim.Choices);
        var plain = family.Profiles.FirstOrDefault()?.Name;
        var profile = choices.Profile ?? plain;
        return new(
            [
                .. family.Sizes.Where(size => Instance.SizeIn(choices, size) != Instance.SizeIn(own, size))
                    .Select(size => Instance.DescribeSize(choices, size)),
            ],
            [.. choices.Features.Except(own.Features)],
            [.. choices.Faults.Except(own.Faults)],
            [.. choices.Assumptions.Except(own.Assumptions)],
            [.. own.Switched.Except(choices.Switched).Concat(own.Assumptions.Except(choices.Assumptions))],
            profile == (own.Profile ?? plain) ? null : profile);
    }
}
