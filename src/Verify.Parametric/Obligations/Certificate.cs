using Verify.Claims;
using Verify.Solvers;

namespace Verify.Parametric.Obligations;

/// <summary>
/// The proof of a claim for every size, as text: a header that says what it is of, and obligations that any solver for
/// SMT-LIB 2 can check.
/// </summary>
/// <param name="Claim">The id of the claim.</param>
/// <param name="ModelDigest">Of the formulas of the model and the property.</param>
/// <param name="Obligations">How many there are.</param>
/// <param name="Text">The whole file.</param>
/// <param name="Proof">What a solver reads.</param>
public sealed record Certificate(string Claim, string ModelDigest, int Obligations, string Text, string Proof)
{
    private const string FirstLine = "; A proof by Verify. Every (check-sat) has to answer unsat.";

    /// <summary>The ending of the files.</summary>
    public const string Ending = ".smt2";

    /// <summary>The certificate of a proof.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="proof">What has to be shown.</param>
    /// <param name="version">Name and version of the tool that writes it.</param>
    public static Certificate Of(Claim claim, AnySizeProof proof, string version)
    {
        var faults = claim.Choices.Faults.Select(fault => $"fault:{fault}");
        var profile = claim.Choices.Profile ?? claim.Family.Profiles.FirstOrDefault()?.Name;
        var text = CertificateHeader.Write(FirstLine,
        [
            ("claim", claim.Id),
            ("sentence", claim.Sentence),
            ("property", claim.Property),
            ("model", $"{claim.Family.Name} {string.Join(' ', faults)} {profile}"),
            ("assumptions", string.Join(' ', claim.Choices.Assumptions.DefaultIfEmpty("none"))),
            ("sizes", string.Join(", ", proof.Sizes)),
            ("model digest", proof.ModelDigest),
        ], proof.Text, version);
        return new Certificate(claim.Id, proof.ModelDigest, proof.Count, text, proof.Text);
    }

    /// <summary>A digest of the whole text but for the version of the tool that wrote it.</summary>
    public string TextDigest => CertificateHeader.DigestOf(Text);

    /// <summary>The name of the file that a claim's certificate is in.</summary>
    public static string FileName(string claim) => CertificateHeader.FileNameOf(claim) + Ending;

    /// <summary>Reads a file, and sees whether it is whole.</summary>
    /// <param name="text">What is in it.</param>
    /// <param name="file">Its path, for diagnostics.</param>
    /// <exception cref="UserErrorException">VRF309: it is damaged, cut short, or not a certificate.</exception>
    public static Certificate Read(string text, string file)
    {
        var header = CertificateHeader.Read(text, file, FirstLine);
        return new Certificate(header["claim"], header["model digest"], header.Obligations, text, header.Proof);
    }

    /// <summary>Sees whether it is what the model and the invariant give today; the version of the tool may differ.</summary>
    /// <exception cref="UserErrorException">VRF309: it is another claim's, or not what it says. VRF310: it is of something
    /// that has changed since.</exception>
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
