namespace Verify.Explicit.Storage;

/// <summary>A range of states of a level: complete blocks, except for the first states of the first block.</summary>
/// <param name="Block">The index of the first block.</param>
/// <param name="First">The index of the first state in that block.</param>
/// <param name="End">The index after the last block.</param>
internal readonly record struct BlockRange(int Block, int First, int End);
