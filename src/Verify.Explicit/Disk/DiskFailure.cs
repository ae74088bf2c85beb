namespace Verify.Explicit.Disk;

/// <summary>What went wrong with a disk: not the fault of the search, but its end.</summary>
internal static class DiskFailure
{
    /// <summary>Whether it is that, and nothing else. Threads may have met it together.</summary>
    public static bool Is(Exception e) => Inner(e) is IOException or UnauthorizedAccessException;

    /// <summary>What stopped the search, as a verdict says it.</summary>
    public static string CauseOf(Exception e) => $"the disk ({ErrorCodes.DiskFailed.Id}: {Inner(e).Message})";

    private static Exception Inner(Exception e) => e is AggregateException { InnerException: { } inner } ? inner : e;
}
