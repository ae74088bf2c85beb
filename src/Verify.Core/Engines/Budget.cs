namespace Verify.Engines;

/// <summary>
/// The limits of an engine. A search that reaches one of them reports "holds up to" in place of a proof.
/// </summary>
/// <param name="States">The maximum number of states; the search finishes the level that reaches it, so that the result
/// does not depend on threads.</param>
/// <param name="Bytes">The maximum number of bytes for states, in memory and on disk.</param>
/// <param name="Seconds">The maximum time in seconds.</param>
/// <param name="Depth">The maximum number of steps from an initial state.</param>
public sealed record Budget(long? States = null, long? Bytes = null, double? Seconds = null, int? Depth = null)
{
    /// <summary>No limits except those of the machine.</summary>
    public static Budget Unlimited { get; } = new();
}
