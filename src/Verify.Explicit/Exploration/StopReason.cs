using System.Globalization;
using Verify.Explicit.Disk;

namespace Verify.Explicit.Exploration;

/// <summary>The reason why a search stopped early.</summary>
/// <param name="End">The way in which the search ends: cut or cancelled.</param>
/// <param name="Text">The reason in words, as in "stopped by …".</param>
internal sealed record StopReason(SearchEnd End, string Text)
{
    /// <summary>The user interrupted the search.</summary>
    public static StopReason Interrupt { get; } = new(SearchEnd.Cancelled, "an interrupt");

    /// <summary>The search has reached the last level that was requested.</summary>
    public static StopReason LastLevel { get; } = new(SearchEnd.Cut, "level");

    /// <summary>Memory is full, and the search may not continue on disk.</summary>
    public static StopReason MemoryLimit { get; } = new(SearchEnd.Cut, "memory limit");

    /// <summary>The search has used its budget of bytes.</summary>
    public static StopReason MemoryBudget { get; } = new(SearchEnd.Cut, "memory budget");

    /// <summary>The search has used its budget of seconds.</summary>
    public static StopReason TimeBudget(double seconds) => Cut($"time budget of {seconds} s");

    /// <summary>The search has reached its maximum depth.</summary>
    public static StopReason DepthBudget(int levels) => Cut($"depth budget of {levels}");

    /// <summary>The search has used its budget of states, which is checked at the end of each level.</summary>
    public static StopReason StateBudget(long states) => Cut($"a budget of {Amount.Of(states, "state")}, checked at the end of each level");

    /// <summary>A file cannot be written or read.</summary>
    public static StopReason Disk(Exception failure) => new(SearchEnd.Cut, DiskFailure.CauseOf(failure));

    private static StopReason Cut(FormattableString text) => new(SearchEnd.Cut, text.ToString(CultureInfo.InvariantCulture));
}
