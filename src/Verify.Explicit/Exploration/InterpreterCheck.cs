using Verify.Claims;
using Verify.Engines;

namespace Verify.Explicit.Exploration;

/// <summary>Runs the interpreter's check of a proof by search.</summary>
internal static class InterpreterCheck
{
    /// <summary>
    /// Checks the visited states if the run demands it, and adds the extent of the check to the evidence.
    /// </summary>
    /// <returns>False if it was interrupted.</returns>
    public static bool TryAdd(CompiledModel compiled, EngineOptions run, IStateSet visited, ref Evidence evidence)
    {
        if (run.Scrutiny is null)
        {
            return true;
        }

        evidence = evidence with { Checked = SearchCheck.Check(compiled.Model, compiled.Property, evidence, run, visited) };
        return evidence.Checked is not null;
    }
}
