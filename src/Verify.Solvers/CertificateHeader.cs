using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Verify.Solvers;

/// <summary>
/// The header of a stored proof, as lines of comment: the subject of the proof, the number of its obligations, a digest
/// of them, and the tool that wrote it.
/// </summary>
public sealed class CertificateHeader
{
    private const string Tool = "; tool: ";
    private readonly SortedDictionary<string, string> fields;
    private readonly string file;
    private readonly int length;

    private CertificateHeader(SortedDictionary<string, string> fields, string file, int length, string proof, int obligations) =>
        (this.fields, this.file, this.length, Proof, Obligations) = (fields, file, length, proof, obligations);

    /// <summary>The text after the header, which solvers read.</summary>
    public string Proof { get; }

    /// <summary>The number of obligations in the proof.</summary>
    public int Obligations { get; }

    /// <summary>The value of a header line.</summary>
    /// <exception cref="UserErrorException">VRF309: the header has no such line.</exception>
    public string this[string name] => fields.TryGetValue(name, out var value)
        ? value
        : throw Damaged(file, length, $"the header does not name the {name}");

    /// <summary>Writes a header and its proof.</summary>
    /// <param name="firstLine">The first line, which identifies the kind of file.</param>
    /// <param name="fields">The lines before the number of obligations, in this order; each value becomes one
    /// line.</param>
    /// <param name="proof">The proof, which does not start with a comment.</param>
    /// <param name="version">The name and version of the tool that writes the file.</param>
    public static string Write(string firstLine, IEnumerable<(string Name, string Value)> fields, string proof, string version)
    {
        var header = new StringBuilder(firstLine).Append('\n');
        var count = Count(proof.Split('\n')).ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in
            fields.Concat([("obligations", count), ("proof digest", Fingerprint.Of(proof)), ("tool", version)]))
        {
            var words = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            header.Append(CultureInfo.InvariantCulture, $"; {name}: {string.Join(' ', words)}\n");
        }

        return header + proof;
    }

    /// <summary>Reads a file and checks that it is complete.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="file">The path for diagnostics.</param>
    /// <param name="firstLine">The expected first line.</param>
    /// <exception cref="UserErrorException">VRF309: the file is damaged, truncated, or of another kind.</exception>
    public static CertificateHeader Read(string text, string file, string firstLine)
    {
        var lines = text.Split('\n');
        if (lines[0] != firstLine)
        {
            throw Damaged(file, 1, "this is not a certificate: the first line differs");
        }

        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var position = 1;
        for (; position < lines.Length && lines[position].StartsWith("; ", StringComparison.Ordinal); position++)
        {
            // For some solvers a comment also ends at a carriage return, and the text after it could be an assertion.
            var parts = lines[position][2..].Split(": ", 2);
            if (parts.Length != 2 || lines[position].Any(char.IsControl) || !fields.TryAdd(parts[0], parts[1]))
            {
                throw Damaged(file, position + 1, $"the header is damaged: '{lines[position]}'");
            }
        }

        var proof = string.Join('\n', lines.Skip(position));
        var header = new CertificateHeader(fields, file, position, proof, Count(lines));
        if (header["proof digest"] != Fingerprint.Of(proof))
        {
            throw Damaged(file, position + 1, "the digest in the header does not match the proof");
        }

        return header["obligations"] == header.Obligations.ToString(CultureInfo.InvariantCulture)
            ? header
            : throw Damaged(file, position, $"the header announces {header["obligations"]} obligations, the file has {header.Obligations}");
    }

    /// <summary>
    /// Checks that each line of a file is as the tool would write it today; the version of the tool may differ.
    /// </summary>
    /// <exception cref="UserErrorException">VRF309: a line differs.</exception>
    public static void CheckLines(string text, string current, string file)
    {
        var (own, other) = (Lines(text), Lines(current));
        var line = Enumerable.Range(0, Math.Max(own.Length, other.Length))
            .Cast<int?>().FirstOrDefault(i => own.ElementAtOrDefault(i!.Value) != other.ElementAtOrDefault(i.Value));
        if (line is { } differs)
        {
            throw Damaged(file, differs + 1, "this line differs from the one that the model and the invariant give");
        }
    }

    /// <summary>
    /// The file name of a claim's certificate without its extension; it replaces characters of the identifier that a
    /// file name cannot contain.
    /// </summary>
    public static string FileNameOf(string claim) => claim.Replace(':', '.').Replace('/', '.');

    /// <summary>A digest of a file without the version of the tool.</summary>
    public static string DigestOf(string text) => Fingerprint.Whole(string.Join('\n', Lines(text)));

    private static UserErrorException Damaged(string file, int line, string what) =>
        UserErrorException.At(new SourceLocation(file, line), ErrorCodes.BadCertificate, what);

    private static int Count(IEnumerable<string> lines) => lines.Count(line => line == "(check-sat)");

    // A control character in the version could start an assertion, as in Read.
    private static ImmutableArray<string> Lines(string text) =>
    [
        .. text.Split('\n').Select(line =>
            line.StartsWith(Tool, StringComparison.Ordinal) && !line.Any(char.IsControl) ? Tool : line),
    ];
}
