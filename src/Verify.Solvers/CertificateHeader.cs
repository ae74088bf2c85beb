using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Verify.Solvers;

/// <summary>
/// The lines of comment before a stored proof: what it is of, how many obligations follow, a digest of them, and the tool
/// that wrote it.
/// </summary>
public sealed class CertificateHeader
{
    private const string Tool = "; tool: ";
    private readonly SortedDictionary<string, string> fields;
    private readonly string file;
    private readonly int length;

    private CertificateHeader(SortedDictionary<string, string> fields, string file, int length, string proof, int obligations) =>
        (this.fields, this.file, this.length, Proof, Obligations) = (fields, file, length, proof, obligations);

    /// <summary>What a solver reads: the text behind the header.</summary>
    public string Proof { get; }

    /// <summary>The number of obligations in it.</summary>
    public int Obligations { get; }

    /// <summary>What a line says.</summary>
    /// <exception cref="UserErrorException">VRF309: there is no such line.</exception>
    public string this[string name] => fields.TryGetValue(name, out var value)
        ? value
        : throw Damaged(file, length, $"the header does not name the {name}");

    /// <summary>A header and the proof that it is of.</summary>
    /// <param name="firstLine">What tells this kind of file from others.</param>
    /// <param name="fields">What is said before the obligations are counted, in this order; each value becomes one line.</param>
    /// <param name="proof">The proof, which does not begin with a comment.</param>
    /// <param name="version">Name and version of the tool that writes it.</param>
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

    /// <summary>Reads a file, and sees whether it is whole.</summary>
    /// <param name="text">What is in it.</param>
    /// <param name="file">Its path, for diagnostics.</param>
    /// <param name="firstLine">How it has to begin.</param>
    /// <exception cref="UserErrorException">VRF309: it is damaged, cut short, or not such a file.</exception>
    public static CertificateHeader Read(string text, string file, string firstLine)
    {
        var lines = text.Split('\n');
        if (lines[0] != firstLine)
        {
            throw Damaged(file, 1, "this is no certificate: the first line is another one");
        }

        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var position = 1;
        for (; position < lines.Length && lines[position].StartsWith("; ", StringComparison.Ordinal); position++)
        {
            // For some solvers a comment ends at a carriage return too, and what is behind one could be an assertion.
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
            throw Damaged(file, position + 1, "the proof is not the one that the header has the digest of");
        }

        return header["obligations"] == header.Obligations.ToString(CultureInfo.InvariantCulture)
            ? header
            : throw Damaged(file, position, $"the header promises {header["obligations"]} obligations, there are {header.Obligations}");
    }

    /// <summary>Sees whether a file is, line by line, what would be written today; the version of the tool may differ.</summary>
    /// <exception cref="UserErrorException">VRF309: some line is not.</exception>
    public static void CheckLines(string text, string current, string file)
    {
        var (own, other) = (Lines(text), Lines(current));
        var line = Enumerable.Range(0, Math.Max(own.Length, other.Length))
            .Cast<int?>().FirstOrDefault(i => own.ElementAtOrDefault(i!.Value) != other.ElementAtOrDefault(i.Value));
        if (line is { } differs)
        {
            throw Damaged(file, differs + 1, "this line is not what the model and the invariant give");
        }
    }

    /// <summary>The file name of a claim's certificate, without its ending: an id may hold what a file name may not.</summary>
    public static string FileNameOf(string claim) => claim.Replace(':', '.').Replace('/', '.');

    /// <summary>A digest of a file but for the version of the tool.</summary>
    public static string DigestOf(string text) => Fingerprint.Whole(string.Join('\n', Lines(text)));

    private static UserErrorException Damaged(string file, int line, string what) =>
        UserErrorException.At(new SourceLocation(file, line), ErrorCodes.BadCertificate, what);

    private static int Count(IEnumerable<string> lines) => lines.Count(line => line == "(check-sat)");

    // Behind a control character a version could be an assertion: see Read.
    private static ImmutableArray<string> Lines(string text) =>
    [
        .. text.Split('\n').Select(line =>
            line.StartsWith(Tool, StringComparison.Ordinal) && !line.Any(char.IsControl) ? Tool : line),
    ];
}
