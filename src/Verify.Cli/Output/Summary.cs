using Verify.Cli.Hosting;
using Verify.Cli.Running;

namespace Verify.Cli.Output;

/// <summary>The numbers that close a report on several claims.</summary>
internal static class Summary
{
    public static string Of(IReadOnlyCollection<Outcome> outcomes)
    {
        var decisions = outcomes.Select(outcome => outcome.Decision).OfType<ClaimDecision>().ToList();
        var other = decisions.Where(d => !d.IsExpected).ToList();
        var own = decisions.Where(d => d.IsExpected).ToList();
        var pending = own.Count(d => d.Report.Main is null);
        var expected = own.Count(d => d.Report.Main is not null && d.Report.IsAsExpected);
        var undecided = own.Count(d => d.ExitCode == ExitCode.Undecided) - pending;
        var parts = new List<string>();
        if (own.Count > 0)
        {
            parts.Add($"{expected} as expected");
            parts.Add($"{own.Count - pending - undecided - expected} not");
        }

        AddIfAny(parts, undecided, "undecided");
        AddIfAny(parts, pending, "pending");
        parts.AddRange(other.GroupBy(d => d.Report.Main!.Verdict.Word).Select(g => $"{g.Count()} {g.Key}"));
        AddIfAny(parts, outcomes.Count - decisions.Count, "in error");
        return $"{Quantity.Of(outcomes.Count, "claim")}: {string.Join(", ", parts)}";
    }

    private static void AddIfAny(List<string> parts, int number, string word)
    {
        if (number > 0)
        {
            parts.Add($"{number} {word}");
        }
    }
}
