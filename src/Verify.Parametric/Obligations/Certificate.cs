using Verify.Claims;
using Verify.Solvers;

namespace Verify.Parametric.Obligations;

/// <summary>
/// The proof of a claim for every size as text: a header that identifies it, and obligations that any solver for
/// SMT-LIB 2 can check.
/// </summary>
/// <param name="Claim">The identifier of the claim.</param>
/// <param name="ModelDigest">A digest of the formulas of the model and the property.</param>
/// <param name="Obligations">The number of obligations.</param>
/// <param name="Text">The whole file.</param>
/// <param name="Proof">The text that solvers read.</param>
public sealed record Certificate(string Claim, string ModelDigest, int Obligations, string Text, string Proof)
{
    private const string FirstLine = "; A proof by Verify. Every (check-sat) has to answer unsat.";

    /// <summary>The extension of the files.</summary>
    public const string Ending = ".smt2";

    /// <summary>Creates the certificate of a proof.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="proof">The obligations.</param>
    /// <param name="version">The name and version of the tool that writes it.</param>
    public static Certificate Create(Claim claim, AnySizeProof proof, string version)
    {
        var switches = claim.Choices.Features.Select(name => $"feature:{name}")
            .Concat(claim.Choices.Faults.Select(name => $"fault:{name}"));
        var profile = claim.Choices.Profile ?? claim.Family.Profiles.FirstOrDefault()?.Name;
        var text = CertificateHeader.Write(FirstLine,
        [
            ("claim", claim.Id),
            ("sentence", claim.Sentence),
            ("property", claim.Property),
            ("model", $"{claim.Family.Name} {string.Join(' ', switches)} {profile}"),
            ("assumptions", string.Join(' ', claim.Choices.Assumptions.DefaultIfEmpty("none"))),
            ("sizes", string.Join(", ", proof.Sizes)),
            ("model digest", proof.ModelDigest),
        ], proof.Text, version);
        return new Certificate(claim.Id, proof.ModelDigest, proof.Count, text, proof.Text);
    }

    /// <summary>A digest of the whole text without the version of the tool.</summary>
    public string TextDigest => CertificateHeader.DigestOf(Text);

    /// <summary>The file name of a claim's certificate.</summary>
    public static string FileName(string claim) => CertificateHeader.FileNameOf(claim) + Ending;

    /// <summary>Reads a file and checks that it is complete.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="file">The path for diagnostics.</param>
    /// <exception cref="UserErrorException">VRF309: the file is damaged, truncated, or not a certificate.</exception>
    public static Certificate Read(string text, string file)
    {
        var header = CertificateHeader.Read(text, file, FirstLine);
        return new Certificate(header["claim"], header["model digest"], header.Obligations, text, header.Proof);
    }

    /// <summary>
    /// Checks that the certificate is the one that the current model and invariant give; the version of the tool may
    /// differ.
    /// </summary>
    /// <exception cref="UserErrorException">VRF309: the certificate belongs to another claim or does not match its
    /// text. VRF310: the model or the invariant has changed since.</exception>
    public void CheckAgainst(Certificate current, string file)
    {
        if (Claim != current.Claim)
        {
            throw UserErrorException.At(new SourceLocation(file, 2), ErrorCodes.BadCertificate,
                $"this is the certificate of {Claim}, not of {current.Claim}");
        }

        if (ModelDigest != current.ModelDigest)
        {
            throw UserErrorException.At(new SourceLocation(file, 1), ErrorCodes.StaleCertificate,
                $"the model of {Claim}, its property or its invariant has changed: "
                + $"the digest is {current.ModelDigest} now, and {ModelDigest} here");
        }

        CertificateHeader.CheckLines(Text, current.Text, file);
    }
}
