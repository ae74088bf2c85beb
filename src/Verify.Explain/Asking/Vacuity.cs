using Verify.Engines;
using Verify.Modelling;

namespace Verify.Explain.Asking;

/// <summary>The witnesses and rules that a variation of a model no longer reaches.</summary>
internal static class Vacuity
{
    /// <summary>A witness that is not reached, or a rule that never fires, in a few words; null if there is none.</summary>
    public static string? In(Model model, Evidence evidence)
    {
        if (evidence.Witnesses.FirstOrDefault(witness => witness.Depth is null) is { } unmet)
        {
            return $"'{unmet.Property}' is not reached";
        }

        var idle = model.Rules.Where((rule, i) =>
            rule.Never is null && i < evidence.RuleCounts.Length && evidence.RuleCounts[i] == 0);
        return idle.FirstOrDefault() is { } rule ? $"'{rule.Name}' never fires" : null;
    }
}
