using System.Globalization;
using Verify.Explicit.Disk;

namespace Verify.Explicit.Exploration;

/// <summary>What stopped a search before it had seen all states: how it ends then, and what a verdict says of it.</summary>
/// <param name="End">Cut, or cancelled.</param>
/// <param name="Text">As in "stopped by …".</param>
internal sealed record StopReason(SearchEnd End, string Text)
{
    /// <summary>The user.</summary>
    public static StopReason Interrupt { get; } = new(SearchEnd.Cancelled, "an interrupt");

    /// <summary>The last level that was to be reached.</summary>
    public static StopReason LastLevel { get; } = new(SearchEnd.Cut, "level");

    /// <summary>Memory, where the search may not go on on disk.</summary>
    public static StopReason MemoryLimit { get; } = new(SearchEnd.Cut, "memory limit");

    /// <summary>A budget of bytes.</summary>
    public static StopReason MemoryBudget { get; } = new(SearchEnd.Cut, "memory budget");

    /// <summary>A budget of seconds.</summary>
    public static StopReason TimeBudget(double seconds) => Cut($"time budget of {seconds} s");

    /// <summary>A budget of levels.</summary>
    public static StopReason DepthBudget(int levels) => Cut($"depth budget of {levels}");

    /// <summary>A budget of states, which is looked at when a level is finished.</summary>
    public static StopReason StateBudget(long states) => Cut($"a budget of {states:N0} states, looked at when a level is finished");

    /// <summary>A file that cannot be written or read.</summary>
    public static StopReason Disk(Exception failure) => new(SearchEnd.Cut, DiskFailure.CauseOf(failure));

    private static StopReason Cut(FormattableString text) => new(SearchEnd.Cut, text.ToString(CultureInfo.InvariantCulture));
}
