namespace Verify.Cli.Compiling;

/// <summary>The user's own C# files do not compile.</summary>
/// <param name="folder">Their folder.</param>
/// <param name="lines">The errors, one line each.</param>
internal sealed class SourceErrorException(string folder, IReadOnlyList<string> lines) : UserErrorException(new Diagnostic(
    ErrorCodes.BuildFailed, $"{NameOf(folder)} does not compile: {lines[0]}", null, HintFor(lines)))
{
    // The words of the language, which are functions without an object.
    private static readonly string[] Words =
        ["ForAll", "Exists", "Count", "If", "Some", "None", "Fill", "New", "MemberOf", "ForAllOver", "ValueOf"];

    /// <summary>The errors, one line each.</summary>
    public IReadOnlyList<string> Lines { get; } = lines;

    private static string NameOf(string folder) =>
        Path.GetRelativePath(RepositoryRoot.Path, folder) is var name && name.StartsWith("..", StringComparison.Ordinal) ? folder : name;

    private static string HintFor(IReadOnlyList<string> lines)
    {
        bool Names(params string[] types) => lines.Any(line => Array.Exists(types, type =>
            line.Contains($"The type or namespace name '{type}' could not be found", StringComparison.Ordinal)));
        return lines.Any(line => Array.Exists(Words, word => line.Contains($"The name '{word}' does not exist", StringComparison.Ordinal)))
            ? "add 'using static Verify.Modelling.Dsl;' at the top of the file"
        : Names("ModelFamily", "ModelBuilder") ? "add 'using Verify.Modelling;' at the top of the file"
        : Names("ClaimList", "Claim") ? "add 'using Verify.Claims;' at the top of the file"
        : lines.Any(line => line.Contains("'Expr' to 'bool'", StringComparison.Ordinal))
            ? "C# cannot ask what a state has: write &, | and ! for conditions, If(c, a, b) for a value, t.If or t.Branch for a choice"
        : ErrorCodes.BuildFailed.Hint;
    }
}
