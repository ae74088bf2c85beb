using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Verify.Parametric.Obligations;

/// <summary>An accepted proof of a claim for every size.</summary>
/// <param name="Claim">The id of the claim.</param>
/// <param name="ModelDigest">Of the formulas of the model and the property.</param>
/// <param name="TextDigest">Of the whole text of the certificate, as <see cref="Certificate.TextDigest"/>.</param>
/// <param name="Obligations">How many there are.</param>
/// <param name="Solvers">The solvers that answered <c>unsat</c> to each, with their versions.</param>
public sealed record LockedCertificate(string Claim, string ModelDigest, string TextDigest, int Obligations, string Solvers);

/// <summary>
/// The proofs for every size that were accepted, one line for each claim. It has no text of a proof: models and invariants
/// give the text, and what they give today has to have the digest that was accepted.
/// </summary>
public sealed partial class CertificateLock
{
    private const string FirstLine =
        "# Proofs for every size, as solvers accepted them. Written by 'verify prove CLAIM --any-size'.";

    private readonly ImmutableSortedDictionary<string, LockedCertificate> entries;

    private CertificateLock(ImmutableSortedDictionary<string, LockedCertificate> entries) => this.entries = entries;

    /// <summary>Without any proof.</summary>
    public static CertificateLock Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, LockedCertificate>(StringComparer.Ordinal));

    /// <summary>The claims, in order.</summary>
    public IEnumerable<string> Claims => entries.Keys;

    /// <summary>The file.</summary>
    public string Text => entries.Values.Aggregate(new StringBuilder(FirstLine).Append('\n'), (text, entry) =>
        text.Append(CultureInfo.InvariantCulture, $"{entry.Claim} model {entry.ModelDigest} text {entry.TextDigest} ")
            .Append(CultureInfo.InvariantCulture, $"obligations {entry.Obligations} solvers {entry.Solvers}\n")).ToString();

    /// <summary>Reads a file.</summary>
    /// <param name="text">What is in it.</param>
    /// <param name="file">Its path, for diagnostics.</param>
    /// <exception cref="UserErrorException">VRF309: it is damaged.</exception>
    public static CertificateLock Read(string text, string file)
    {
        var lines = text.Split('\n');
        if (lines[0] != FirstLine || lines[^1].Length > 0)
        {
            throw UserErrorException.At(new SourceLocation(file, 1), ErrorCodes.BadCertificate,
                "this is no lock of certificates, or cut short");
        }

        var all = Empty.entries;
        for (var i = 1; i < lines.Length - 1; i++)
        {
            var parts = Entry().Match(lines[i]);
            if (!parts.Success || all.ContainsKey(parts.Groups[1].Value) || parts.Groups[4].Value.StartsWith('0')
                || !int.TryParse(parts.Groups[4].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var obligations))
            {
                throw UserErrorException.At(new SourceLocation(file, i + 1), ErrorCodes.BadCertificate,
                    "this line is damaged, or of a claim that has one");
            }

            all = all.Add(parts.Groups[1].Value, new LockedCertificate(
                parts.Groups[1].Value, parts.Groups[2].Value, parts.Groups[3].Value, obligations, parts.Groups[5].Value));
        }

        return new CertificateLock(all);
    }

    /// <summary>The same with a proof that was just accepted, in place of an older one of the claim.</summary>
    /// <param name="certificate">The proof.</param>
    /// <param name="solvers">The solvers that accepted it.</param>
    public CertificateLock With(Certificate certificate, IEnumerable<string> solvers) =>
        new(entries.SetItem(certificate.Claim, new LockedCertificate(certificate.Claim, certificate.ModelDigest,
            certificate.TextDigest, certificate.Obligations, string.Join(", ", solvers))));

    /// <summary>Sees whether a proof is the one that was accepted.</summary>
    /// <param name="current">What the model and the invariant give today.</param>
    /// <param name="file">The path of the lock, for diagnostics.</param>
    /// <exception cref="UserErrorException">VRF309: none was, or one with another text. VRF310: the one of a model that has
    /// changed since.</exception>
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
