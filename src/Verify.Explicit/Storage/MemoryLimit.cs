using Verify.Engines;

namespace Verify.Explicit.Storage;

/// <summary>Computes the memory that the states of a search may use.</summary>
internal static class MemoryLimit
{
    /// <summary>The limit of a run in bytes.</summary>
    /// <remarks>
    /// The requested limit applies to the whole process. The memory that it uses before the first state, mostly for the
    /// runtime, is subtracted; but at least half of the limit is for states.
    /// </remarks>
    public static long Of(EngineOptions run) => run.MemoryBytes is { } asked
        ? Math.Max(asked - Environment.WorkingSet, asked / 2)
        : Free() / 5 * 4;

    // The runtime knows the size of the memory and its own limit, if one is set.
    private static long Free() =>
        Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, new FreeMemory("/").Bytes() ?? long.MaxValue);
}
