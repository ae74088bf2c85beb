namespace Verify.Explicit.Packing;

/// <summary>A callback for a packed state; it may permute the state but must not keep the pointer.</summary>
internal unsafe delegate void VisitState(ulong* state);
