using System.Collections.Immutable;

namespace Verify.Cli.Running;

/// <summary>The outcome of a gate.</summary>
/// <param name="Asked">The number of claims to decide.</param>
/// <param name="Outcomes">The outcomes of the claims; fewer only after an interrupt.</param>
/// <param name="Unread">The errors in lists of claims that cannot be read, and for families with the same name.</param>
/// <param name="Certificates">The results of the certificates of those claims.</param>
internal sealed record GateOutcome(
    int Asked, IReadOnlyList<Outcome> Outcomes, ImmutableArray<Diagnostic> Unread, IReadOnlyList<CheckedCertificate> Certificates)
{
    /// <summary>True if it was interrupted.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>The duration in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>The number of certificates that no solver has checked, because none is available.</summary>
    public int Skipped => Certificates.Count(one => one.LacksSolver);
}
