namespace Verify.Cli.Output;

/// <summary>The numbers that close a report on several claims.</summary>
internal static class Tally
{
    public static string Of(IReadOnlyCollection<Decision> decisions)
    {
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

        if (undecided > 0)
        {
            parts.Add($"{undecided} undecided");
        }

        if (pending > 0)
        {
            parts.Add($"{pending} pending");
        }

        if (other.Count > 0)
        {
            parts.AddRange(other.GroupBy(d => d.Report.Main!.Verdict.Word).Select(g => $"{g.Count()} {g.Key}"));
        }

        return $"{(decisions.Count == 1 ? "1 claim" : $"{decisions.Count} claims")}: {string.Join(", ", parts)}";
    }
}
