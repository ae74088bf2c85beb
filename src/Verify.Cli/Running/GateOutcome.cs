using System.Collections.Immutable;
using Verify.Cli.Hosting;

namespace Verify.Cli.Running;

/// <summary>What became of a gate as a whole.</summary>
/// <param name="Asked">How many claims there were to decide.</param>
/// <param name="Outcomes">What became of them; fewer only after an interrupt.</param>
/// <param name="Unread">Lists of claims that cannot be read.</param>
/// <param name="Certificates">What became of the certificates of those claims.</param>
internal sealed record GateOutcome(
    int Asked, IReadOnlyList<Outcome> Outcomes, ImmutableArray<Diagnostic> Unread, IReadOnlyList<CheckedCertificate> Certificates)
{
    /// <summary>Whether it was interrupted.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>How long it took.</summary>
    public double Seconds { get; init; }

    /// <summary>Certificates that nobody could be asked about, for want of a solver.</summary>
    public int Skipped => Certificates.Count(one => one.LacksSolver);

    /// <summary>The exit code.</summary>
    public int ExitCode => Hosting.ExitCode.Worst(
    [
        // A claim that is pending is as expected here: it says itself that this version does not decide it.
        .. Outcomes.Select(one => one.Decision is { Report.Main: null } ? Hosting.ExitCode.AsExpected : one.ExitCode),
        .. Unread.Select(Hosting.ExitCode.Of),
        // The claim was decided, and the text is today's: that nobody could be asked again is said, and is no failure.
        .. Certificates.Select(one => one.LacksSolver ? Hosting.ExitCode.AsExpected : one.ExitCode),
        IsInterrupted ? Hosting.ExitCode.Undecided : Hosting.ExitCode.AsExpected,
    ]);

    /// <summary>All of it in one line.</summary>
    public string Sentence
    {
        get
        {
            var skipped = Certificates.FirstOrDefault(one => one.LacksSolver) is { } first
                ? $", but {Quantity.Of(Skipped, "certificate")} not asked of any solver: {first.Problems[0]}"
                : "";
            var word = ExitCode switch
            {
                Hosting.ExitCode.AsExpected => "all as expected",
                Hosting.ExitCode.Undecided when IsInterrupted => "undecided, interrupted",
                Hosting.ExitCode.Undecided => "undecided",
                Hosting.ExitCode.Otherwise => "NOT as expected",
                Hosting.ExitCode.BadInput => "NOT as expected, something is in error",
                _ => "NOT as expected, by a mistake of ours",
            };
            return $"{word}: {Quantity.Of(Outcomes.Count, "claim")}, {Quantity.Of(Certificates.Count, "certificate")}"
                + $" ({Quantity.InSeconds(Seconds)}){skipped}";
        }
    }
}
