namespace Verify.Tests;

/// <summary>The files of the repository, without build outputs.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = [".git", "artifacts", "mine", ".vs", ".idea", ".vscode"];

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All files, as paths relative to the root with <c>/</c> as separator.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        .. Directory.EnumerateFileSystemEntries(Root)
            .Where(entry => !NotOurs.Contains(Path.GetFileName(entry)))
            .SelectMany(entry => Directory.Exists(entry)
                ? Directory.EnumerateFiles(entry, "*", SearchOption.AllDirectories)
                : [entry])
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    public static IEnumerable<string> FilesWith(params string[] endings) =>
        Files.Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)));

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Verify.sln")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("the tests do not lie in the repository");
        }

        return folder;
    }
}
