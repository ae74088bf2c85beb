namespace Verify.Harness;

/// <summary>Unwinds the threads of a run after the run has ended.</summary>
internal sealed class RunEndedException : Exception;
