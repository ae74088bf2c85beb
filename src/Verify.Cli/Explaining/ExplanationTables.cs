using System.Collections.Immutable;
using System.Globalization;
using Verify.Cli.Hosting;
using Verify.Explain.Assumptions;
using Verify.Explain.Blame;
using Verify.Explain.Mutations;
using Verify.Modelling;

namespace Verify.Cli.Explaining;

/// <summary>The rows that text and Markdown show of an explanation.</summary>
internal static class ExplanationTables
{
    public static readonly string[] Assumptions = ["assumption", "needed", "enforced by"];
    public static readonly string[] Sets = ["under these alone", "the claim"];
    public static readonly string[] Changes = ["step", "changed", "the claim then"];
    public static readonly string[] Blame = ["", "step", "may come as", "no violation unless"];
    public static readonly string[] Rescues = ["would have prevented it", "at the latest before", "then"];

    /// <summary>Each assumption: whether the proofs need it.</summary>
    public static IEnumerable<string[]> AssumptionRows(ClaimExplanation of, AssumptionCores cores) =>
        cores.All.Select(one => new[] { one.Name, Needed(of, cores, one), one.EnforcedBy });

    /// <summary>The minimal sets that hold, then the maximal ones that do not.</summary>
    public static IEnumerable<string[]> SetRows(AssumptionCores cores) =>
        cores.Holding.Concat(cores.Failing).Concat(cores.Open).Select(set => new[] { Names(set.Assumptions), Text(set) });

    /// <summary>The changes of steps that break the claim.</summary>
    public static IEnumerable<string[]> BreakingRows(IEnumerable<StepReport> steps) => steps.SelectMany(step => step.Answers
        .Where(one => one.Breaks || one.Empties).Select(one => new[] { step.Step, one.Mutation.Text, one.Answer.Text }));

    /// <summary>The steps of a violation.</summary>
    public static IEnumerable<string[]> BlameRows(TraceBlame blame) => blame.Steps.Select((step, i) => new[]
    {
        Number(i + 1), $"{step.Name.Name} ({step.Name.Actor})",
        step.Earliest == step.Latest ? Number(i + 1) : $"{Number(step.Earliest)} to {Number(step.Latest)}", Race(step),
    });

    private static string Race(BlamedStep step) => string.Join(" and ", new[]
    {
        step.After is { } after ? $"after step {Number(after)}" : null, step.Before is { } before ? $"before step {Number(before)}" : null,
    }.OfType<string>().DefaultIfEmpty(""));

    /// <summary>The steps that would have prevented a violation.</summary>
    public static IEnumerable<string[]> RescueRows(TraceBlame blame, int most) => blame.Rescues.Take(most).Select(one => new[]
    {
        $"{one.Name.Name} ({one.Name.Actor}){(one.IsLate ? ", which came too late" : "")}", $"step {Number(one.Before)}",
        one.IsRestPossible ? "nothing is violated" : "the last step is not possible",
    });

    /// <summary>The answer for a set of assumptions.</summary>
    public static string Text(AssumptionSet set) => set.Answer.Text + (set.IsOpen ? "; a smaller set is not decided" : "");

    /// <summary>The names of a set of assumptions.</summary>
    public static string Names(ImmutableArray<Assumption> assumptions) =>
        assumptions.IsEmpty ? "none" : string.Join(", ", assumptions.Select(one => one.Name));

    /// <summary>The need of the proofs for an assumption, and the assumptions that imply it.</summary>
    public static string Needed(ClaimExplanation of, AssumptionCores cores, Assumption one)
    {
        var needing = cores.Needing(one);
        var implied = of.Implied.Where(pair => pair.Assumption == one).Select(pair => pair.By.Name).ToList();
        var also = implied.Count > 0 ? $"; {string.Join(", ", implied)} implies it" : "";
        return (cores.Idle.Contains(one) ? "changes nothing here"
            : !cores.Open.IsEmpty ? "open, as some sets are not decided"
            : cores.Holding.IsEmpty ? "holds under no set"
            : needing == cores.Holding.Length ? "always"
            : needing > 0 ? $"in {needing} of {Quantity.Of(cores.Holding.Length, "set")}"
            : "never") + also;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
