namespace Verify.Explicit.Disk;

/// <summary>Recognises failures of the disk, which end a search without being its fault.</summary>
internal static class DiskFailure
{
    /// <summary>
    /// True if an exception is caused by disk failures only. Several threads may have failed together.
    /// </summary>
    public static bool Is(Exception e) => Inner(e) is IOException or UnauthorizedAccessException;

    /// <summary>The reason in the words of a verdict.</summary>
    public static string CauseOf(Exception e) => $"the disk ({ErrorCodes.DiskFailed.Id}: {Inner(e).Message})";

    private static Exception Inner(Exception e) => e is AggregateException { InnerException: { } inner } ? inner : e;
}
