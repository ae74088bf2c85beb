namespace Verify.Harness;

/// <summary>Leads every thread of a run to its end once the run is over.</summary>
internal sealed class RunEndedException : Exception;
