using Verify.Engines;

namespace Verify.Explicit.Storage;

/// <summary>How much memory the states of a search may take.</summary>
internal static class MemoryLimit
{
    /// <summary>The limit of a run in bytes.</summary>
    /// <remarks>
    /// What is asked for is what the process may take. What it takes before the first state, most of it for the runtime,
    /// is left out; but half is for states in any case.
    /// </remarks>
    public static long Of(EngineOptions run) => run.MemoryBytes is { } asked
        ? Math.Max(asked - Environment.WorkingSet, asked / 2)
        : Free() / 5 * 4;

    // The runtime knows how much there is at all, and a limit of its own if it was given one.
    private static long Free() =>
        Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, new FreeMemory("/").Bytes() ?? long.MaxValue);
}
