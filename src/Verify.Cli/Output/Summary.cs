using Verify.Cli.Hosting;
using Verify.Cli.Running;

namespace Verify.Cli.Output;

/// <summary>The last line of a report on several claims.</summary>
internal static class Summary
{
    /// <summary>The number of claims per verdict.</summary>
    public static string Of(IReadOnlyCollection<Outcome> outcomes)
    {
        var decisions = outcomes.Select(outcome => outcome.Report).OfType<ClaimReport>().ToList();
        var other = decisions.Where(d => !d.IsExpected).ToList();
        var own = decisions.Where(d => d.IsExpected).ToList();
        var pending = own.Count(d => d.Main is null);
        var expected = own.Count(d => d.Main is not null && d.IsAsExpected);
        var undecided = own.Count(d => ExitCode.Of(d) == ExitCode.Undecided) - pending;
        var parts = new List<string>();
        if (own.Count > 0)
        {
            parts.Add($"{expected} as expected");
            parts.Add($"{own.Count - pending - undecided - expected} not");
        }

        AddIfAny(parts, undecided, "undecided");
        AddIfAny(parts, pending, "pending");
        parts.AddRange(other.GroupBy(d => $"{d.Main!.Verdict.Word} {d.Caveat}".TrimEnd()).Select(g => $"{g.Count()} {g.Key}"));
        AddIfAny(parts, outcomes.Count - decisions.Count, "in error");
        return $"{Quantity.Of(outcomes.Count, "claim")}: {string.Join(", ", parts)}";
    }

    /// <summary>The summary of a gate in one line.</summary>
    public static string Of(GateOutcome gate)
    {
        var skipped = gate.Certificates.FirstOrDefault(one => one.LacksSolver) is { } first
            ? $", but {Quantity.Of(gate.Skipped, "certificate")} not asked of any solver: {first.Problems[0]}"
            : "";
        var word = ExitCode.Of(gate) switch
        {
            ExitCode.AsExpected => "all as expected",
            ExitCode.Undecided when gate.IsInterrupted => "undecided, interrupted",
            ExitCode.Undecided => "undecided",
            ExitCode.Otherwise => "NOT as expected",
            ExitCode.BadInput => "NOT as expected because of an error",
            _ => "NOT as expected because of an internal error",
        };
        return $"{word}: {Quantity.Of(gate.Outcomes.Count, "claim")}, {Quantity.Of(gate.Certificates.Count, "certificate")}"
            + $" ({Quantity.InSeconds(gate.Seconds)}){skipped}";
    }

    private static void AddIfAny(List<string> parts, int number, string word)
    {
        if (number > 0)
        {
            parts.Add($"{number} {word}");
        }
    }
}
