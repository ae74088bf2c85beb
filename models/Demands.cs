using Verify.Modelling;

namespace Verify.Models;

/// <summary>Rejects choices that would have no effect.</summary>
internal static class Demands
{
    /// <summary>Refuses a fault, or a feature, without the other one that it is about.</summary>
    /// <exception cref="UserErrorException">VRF304.</exception>
    public static void Demand(this ModelBuilder m, Switch one, Switch other) =>
        m.Demand(one, m.Has(other), $"it needs '{other.Name}'", $"add --{other.Kind} {other.Name}");

    /// <summary>Refuses a fault, or a feature, where something is not as it has to be.</summary>
    /// <exception cref="UserErrorException">VRF304.</exception>
    public static void Demand(this ModelBuilder m, Switch one, bool isMet, string message, string? hint = null)
    {
        if (m.Has(one) && !isMet)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, $"{one.Kind} '{one.Name}': {message}", hint);
        }
    }
}
