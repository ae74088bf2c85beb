namespace Verify.Cli.Compiling;

/// <summary>Locates the repository of which the tool is a part.</summary>
internal static class RepositoryRoot
{
    /// <summary>The nearest folder above the tool that contains the solution; null if there is none.</summary>
    public static string? Folder { get; } = Above(AppContext.BaseDirectory);

    /// <summary>The root of the repository, else the current folder.</summary>
    public static string Path { get; } = Folder ?? Directory.GetCurrentDirectory();

    private static string? Above(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Verify.sln")))
            {
                return at.FullName;
            }
        }

        return null;
    }
}
