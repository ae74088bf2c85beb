using Verify.Claims;
using Verify.Engines;

namespace Verify.Explicit.Exploration;

/// <summary>The interpreter's walk behind a proof by search.</summary>
internal static class InterpreterCheck
{
    /// <summary>Checks the visited states, if the run asks for it, and notes in the evidence how many it walked.</summary>
    /// <returns>False if it was interrupted.</returns>
    public static bool TryAdd(CompiledModel compiled, EngineOptions run, IStateSet visited, ref Evidence evidence)
    {
        if (run.Scrutiny is null)
        {
            return true;
        }

        evidence = evidence with { Checked = SearchCheck.Of(compiled.Model, compiled.Property, evidence, run, visited) };
        return evidence.Checked is not null;
    }
}
