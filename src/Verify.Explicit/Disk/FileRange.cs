namespace Verify.Explicit.Disk;

/// <summary>A range of states in a file.</summary>
/// <param name="File">The file.</param>
/// <param name="First">The index of the first state.</param>
/// <param name="Count">The number of states.</param>
internal readonly record struct FileRange(StateFile File, long First, long Count);
