namespace Verify.Explicit.Packing;

/// <summary>Is called with a packed state, which it may permute and must not keep.</summary>
internal unsafe delegate void VisitState(ulong* state);
