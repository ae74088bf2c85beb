using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Verify.Claims;

/// <summary>
/// The stored proof of a claim for every size: a header that says what it is of, and obligations that any solver for
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
    private const string Tool = "; tool: ";

    /// <summary>The ending of the files.</summary>
    public const string Ending = ".smt2";

    /// <summary>The certificate of a proof.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="proof">What has to be shown.</param>
    /// <param name="version">Name and version of the tool that writes it.</param>
    public static Certificate Of(Claim claim, AnySizeProof proof, string version)
    {
        var header = new StringBuilder(FirstLine).Append('\n');
        void Say(string what, string value)
        {
            var words = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            header.Append(CultureInfo.InvariantCulture, $"; {what}: {string.Join(' ', words)}\n");
        }

        var faults = claim.Choices.Faults.Select(fault => $"fault:{fault}");
        var profile = claim.Choices.Profile ?? claim.Family.Profiles.FirstOrDefault()?.Name;
        Say("claim", claim.Id);
        Say("sentence", claim.Sentence);
        Say("property", claim.Property);
        Say("model", $"{claim.Family.Name} {string.Join(' ', faults)} {profile}");
        Say("assumptions", string.Join(' ', claim.Choices.Assumptions.DefaultIfEmpty("none")));
        Say("sizes", string.Join(", ", proof.Sizes));
        Say("model digest", proof.ModelDigest);
        Say("obligations", proof.Count.ToString(CultureInfo.InvariantCulture));
        Say("proof digest", Fingerprint.Of(proof.Text));
        Say("tool", version);
        return new Certificate(claim.Id, proof.ModelDigest, proof.Count, header + proof.Text, proof.Text);
    }

    /// <summary>The name of the file that a claim's certificate is in.</summary>
    public static string FileName(string claim) => $"{claim.Replace(':', '.').Replace('/', '.')}{Ending}";

    /// <summary>Reads a file, and sees whether it is whole.</summary>
    /// <param name="text">What is in it.</param>
    /// <param name="file">Its path, for diagnostics.</param>
    /// <exception cref="ModelException">VRF309: it is damaged, cut short, or not a certificate.</exception>
    public static Certificate Read(string text, string file)
    {
        ModelException Damaged(int line, string what) => ModelException.At(new SourceSpot(file, line), Codes.BadCertificate, what);
        var lines = text.Split('\n');
        if (lines[0] != FirstLine)
        {
            throw Damaged(1, "this is no certificate: the first line is another one");
        }

        var header = new Dictionary<string, string>(StringComparer.Ordinal);
        var position = 1;
        for (; position < lines.Length && lines[position].StartsWith("; ", StringComparison.Ordinal); position++)
        {
            var parts = lines[position][2..].Split(": ", 2);
            if (parts.Length != 2 || !header.TryAdd(parts[0], parts[1]))
            {
                throw Damaged(position + 1, $"the header is damaged: '{lines[position]}'");
            }
        }

        string Field(string name) => header.TryGetValue(name, out var value)
            ? value
            : throw Damaged(position, $"the header does not name the {name}");
        var proof = string.Join('\n', lines.Skip(position));
        var count = lines.Count(line => line == "(check-sat)");
        if (Field("proof digest") != Fingerprint.Of(proof))
        {
            throw Damaged(position + 1, "the proof is not the one that the header has the digest of");
        }

        return Field("obligations") == count.ToString(CultureInfo.InvariantCulture)
            ? new Certificate(Field("claim"), Field("model digest"), count, text, proof)
            : throw Damaged(position, $"the header promises {Field("obligations")} obligations, there are {count}");
    }

    /// <summary>Sees whether it is what the model and the invariant give today; the version of the tool may differ.</summary>
    /// <exception cref="ModelException">VRF309: it is another claim's, or not what it says. VRF310: it is of something
    /// that has changed since.</exception>
    public void CheckAgainst(Certificate current, string file)
    {
        if (Claim != current.Claim)
        {
            throw ModelException.At(new SourceSpot(file, 2), Codes.BadCertificate,
                $"this is the certificate of {Claim}, not of {current.Claim}");
        }

        if (ModelDigest != current.ModelDigest)
        {
            throw ModelException.At(new SourceSpot(file, 1), Codes.StaleCertificate,
                $"the model of {Claim}, its property or its invariant has changed: "
                + $"the digest is {current.ModelDigest} now, and {ModelDigest} here");
        }

        var (own, other) = (Lines(Text), Lines(current.Text));
        var line = Enumerable.Range(0, Math.Max(own.Length, other.Length))
            .Cast<int?>().FirstOrDefault(i => own.ElementAtOrDefault(i!.Value) != other.ElementAtOrDefault(i.Value));
        if (line is { } differs)
        {
            throw ModelException.At(new SourceSpot(file, differs + 1), Codes.BadCertificate,
                "this line is not what the model and the invariant give");
        }
    }

    // A comment ends at a carriage return too, for some solvers: behind one, a version could be an assertion.
    private static ImmutableArray<string> Lines(string text) =>
    [
        .. text.Split('\n').Select(line =>
            line.StartsWith(Tool, StringComparison.Ordinal) && !line.Any(char.IsControl) ? Tool : line),
    ];
}
