namespace Verify.Explicit.Storage;

/// <summary>States of a level: all of some blocks, but for the first of the first.</summary>
/// <param name="Block">The first block.</param>
/// <param name="First">The first state in it.</param>
/// <param name="End">The block behind the last one.</param>
internal readonly record struct BlockRange(int Block, int First, int End);
