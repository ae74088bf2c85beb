using Verify.Modelling;

namespace Verify.Models;

/// <summary>Rejects choices that would have no effect.</summary>
internal static class Demands
{
    /// <summary>Rejects a fault without the other fault that it modifies.</summary>
    /// <exception cref="UserErrorException">VRF304.</exception>
    public static void Demand(this ModelBuilder m, Fault fault, Fault other) =>
        m.Demand(fault, m.Has(other), $"it needs '{other.Name}'", $"add --fault {other.Name}");

    /// <summary>Rejects a fault if a condition does not hold.</summary>
    /// <exception cref="UserErrorException">VRF304.</exception>
    public static void Demand(this ModelBuilder m, Fault fault, bool isMet, string message, string? hint = null)
    {
        if (m.Has(fault) && !isMet)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, $"fault '{fault.Name}': {message}", hint);
        }
    }
}
