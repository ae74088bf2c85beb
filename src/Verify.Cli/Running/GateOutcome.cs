using System.Collections.Immutable;

namespace Verify.Cli.Running;

/// <summary>What became of a gate as a whole.</summary>
/// <param name="Asked">How many claims there were to decide.</param>
/// <param name="Outcomes">What became of them; fewer only after an interrupt.</param>
/// <param name="Unread">Lists of claims that cannot be read, and families that have one name.</param>
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
}
