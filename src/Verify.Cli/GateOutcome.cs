using System.Collections.Immutable;
using Verify.Cli.Output;
using Verify.Cli.Proofs;

namespace Verify.Cli;

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
    public int ExitCode => Cli.ExitCode.Worst(
    [
        // A claim that is pending is as expected here: it says itself that this version does not decide it.
        .. Outcomes.Select(one => one.Decision is { Report.Main: null } ? Cli.ExitCode.AsExpected : one.ExitCode),
        .. Unread.Select(Cli.ExitCode.Of),
        // The claim was decided, and the text is today's: that nobody could be asked again is said, and is no failure.
        .. Certificates.Select(one => one.LacksSolver ? Cli.ExitCode.AsExpected : one.ExitCode),
        IsInterrupted ? Cli.ExitCode.Undecided : Cli.ExitCode.AsExpected,
    ]);

    /// <summary>All of it in one line.</summary>
    public string Sentence
    {
        get
        {
            var skipped = Certificates.FirstOrDefault(one => one.LacksSolver) is { } first
                ? $", but {Tally.Count(Skipped, "certificate")} not asked of any solver: {first.Problems[0]}"
                : "";
            var word = ExitCode switch
            {
                Cli.ExitCode.AsExpected => "all as expected",
                Cli.ExitCode.Undecided when IsInterrupted => "undecided, interrupted",
                Cli.ExitCode.Undecided => "undecided",
                Cli.ExitCode.Otherwise => "NOT as expected",
                Cli.ExitCode.BadInput => "NOT as expected, something is in error",
                _ => "NOT as expected, by a mistake of ours",
            };
            return $"{word}: {Tally.Count(Outcomes.Count, "claim")}, {Tally.Count(Certificates.Count, "certificate")}"
                + $" ({ResultText.Seconds(Seconds)}){skipped}";
        }
    }
}
