using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Verify.Parametric.Obligations;

/// <summary>An accepted proof of a claim for every size.</summary>
/// <param name="Claim">The identifier of the claim.</param>
/// <param name="ModelDigest">A digest of the formulas of the model and the property.</param>
/// <param name="TextDigest">A digest of the whole text of the certificate, as in
/// <see cref="Certificate.TextDigest"/>.</param>
/// <param name="Obligations">The number of obligations.</param>
/// <param name="Solvers">The solvers that answered <c>unsat</c> to every obligation, with their versions.</param>
public sealed record LockedCertificate(string Claim, string ModelDigest, string TextDigest, int Obligations, string Solvers);

/// <summary>
/// The accepted proofs for every size, one line per claim. The file holds digests only: models and invariants give the
/// text of a proof, and its digest must be the accepted one.
/// </summary>
public sealed partial class CertificateLock
{
    private const string FirstLine =
        "# Proofs for every size, as solvers accepted them. Written by 'verify prove CLAIM --any-size'.";

    private readonly ImmutableSortedDictionary<string, LockedCertificate> entries;

    private CertificateLock(ImmutableSortedDictionary<string, LockedCertificate> entries) => this.entries = entries;

    /// <summary>A lock without entries.</summary>
    public static CertificateLock Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, LockedCertificate>(StringComparer.Ordinal));

    /// <summary>The claims, in order.</summary>
    public IEnumerable<string> Claims => entries.Keys;

    /// <summary>The content of the file.</summary>
    public string Text => entries.Values.Aggregate(new StringBuilder(FirstLine).Append('\n'), (text, entry) =>
        text.Append(CultureInfo.InvariantCulture, $"{entry.Claim} model {entry.ModelDigest} text {entry.TextDigest} ")
            .Append(CultureInfo.InvariantCulture, $"obligations {entry.Obligations} solvers {entry.Solvers}\n")).ToString();

    /// <summary>Reads a file.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="file">The path for diagnostics.</param>
    /// <exception cref="UserErrorException">VRF309: it is damaged.</exception>
    public static CertificateLock Read(string text, string file)
    {
        var lines = text.Split('\n');
        if (lines[0] != FirstLine || lines[^1].Length > 0)
        {
            throw UserErrorException.At(new SourceLocation(file, 1), ErrorCodes.BadCertificate,
                "this is not a lock of certificates, or it is truncated");
        }

        var all = Empty.entries;
        for (var i = 1; i < lines.Length - 1; i++)
        {
            var parts = Entry().Match(lines[i]);
            if (!parts.Success || all.ContainsKey(parts.Groups[1].Value) || parts.Groups[4].Value.StartsWith('0')
                || !int.TryParse(parts.Groups[4].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var obligations))
            {
                throw UserErrorException.At(new SourceLocation(file, i + 1), ErrorCodes.BadCertificate,
                    "this line is damaged, or its claim has another line");
            }

            all = all.Add(parts.Groups[1].Value, new LockedCertificate(
                parts.Groups[1].Value, parts.Groups[2].Value, parts.Groups[3].Value, obligations, parts.Groups[5].Value));
        }

        return new CertificateLock(all);
    }

    /// <summary>A copy with a newly accepted proof, which replaces an older one of the same claim.</summary>
    /// <param name="certificate">The proof.</param>
    /// <param name="solvers">The solvers that accepted it.</param>
    public CertificateLock With(Certificate certificate, IEnumerable<string> solvers) =>
        new(entries.SetItem(certificate.Claim, new LockedCertificate(certificate.Claim, certificate.ModelDigest,
            certificate.TextDigest, certificate.Obligations, string.Join(", ", solvers))));

    /// <summary>Checks that a proof is the accepted one.</summary>
    /// <param name="current">The proof that the current model and invariant give.</param>
    /// <param name="file">The path of the lock for diagnostics.</param>
    /// <exception cref="UserErrorException">VRF309: no proof was accepted, or one with another text. VRF310: the model
    /// has changed since.</exception>
    public void Check(Certificate current, string file)
    {
        UserErrorException Not(ErrorCode code, string what) => UserErrorException.At(new SourceLocation(file, 1), code, what,
            $"prove it again: ./verify prove {current.Claim} --any-size");
        if (!entries.TryGetValue(current.Claim, out var accepted))
        {
            throw Not(ErrorCodes.BadCertificate, $"no proof of {current.Claim} for every size was accepted");
        }

        if (accepted.ModelDigest != current.ModelDigest)
        {
            throw Not(ErrorCodes.StaleCertificate, $"the model of {current.Claim} or its property has changed: "
                + $"the digest is {current.ModelDigest} now, and {accepted.ModelDigest} here");
        }

        if (accepted.TextDigest != current.TextDigest || accepted.Obligations != current.Obligations)
        {
            throw Not(ErrorCodes.BadCertificate, $"the model and the invariant of {current.Claim} do not give the text that was accepted");
        }
    }

    [GeneratedRegex("^([^ ]+) model ([0-9a-f]{12}) text ([0-9a-f]{64}) obligations ([0-9]+) solvers ([ -~]+)$")]
    private static partial Regex Entry();
}
