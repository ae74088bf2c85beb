namespace Verify.Engines;

/// <summary>What an engine may spend. Reaching any of it turns a proof into "holds up to".</summary>
/// <param name="States">States; the level in which it is reached is finished, so that the result does not depend on threads.</param>
/// <param name="Bytes">Bytes for states, in memory and on disk.</param>
/// <param name="Seconds">Seconds of time.</param>
/// <param name="Depth">Steps from an initial state.</param>
public sealed record Budget(long? States = null, long? Bytes = null, double? Seconds = null, int? Depth = null)
{
    /// <summary>No limit but the machine's own.</summary>
    public static Budget Unlimited { get; } = new();
}
