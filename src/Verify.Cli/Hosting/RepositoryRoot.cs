namespace Verify.Cli.Hosting;

/// <summary>Locates the repository of which the tool is a part.</summary>
internal static class RepositoryRoot
{
    /// <summary>The nearest folder above the tool that contains the solution; null if there is none.</summary>
    public static string? Folder { get; } = Above(AppContext.BaseDirectory);

    private static string? Above(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Verify.sln")))
            {
                return at.FullName;
            }
        }

        return null;
    }
}
