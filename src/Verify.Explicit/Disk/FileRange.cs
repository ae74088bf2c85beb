namespace Verify.Explicit.Disk;

/// <summary>A part of a file of states.</summary>
/// <param name="File">The file.</param>
/// <param name="First">The number of its first state.</param>
/// <param name="Count">How many states.</param>
internal readonly record struct FileRange(StateFile File, long First, long Count);
