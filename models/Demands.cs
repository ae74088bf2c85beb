using Verify.Modelling;

namespace Verify.Models;

/// <summary>Refuses choices that would be ignored in silence.</summary>
internal static class Demands
{
    /// <summary>Refuses a fault without the other fault that it is about.</summary>
    /// <exception cref="UserErrorException">VRF304.</exception>
    public static void Demand(this ModelBuilder m, Fault fault, Fault other) =>
        m.Demand(fault, m.Has(other), $"it needs '{other.Name}'", $"add --fault {other.Name}");

    /// <summary>Refuses a fault where something is not as it has to be.</summary>
    /// <exception cref="UserErrorException">VRF304.</exception>
    public static void Demand(this ModelBuilder m, Fault fault, bool isMet, string message, string? hint = null)
    {
        if (m.Has(fault) && !isMet)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, $"fault '{fault.Name}': {message}", hint);
        }
    }
}
