namespace Verify.Tests.Snapshots;

/// <summary>
/// Compares text output with files in this folder. <c>SNAPSHOTS=update</c> rewrites them; a missing file is written,
/// except under <c>CI=true</c>, where the test fails.
/// </summary>
public static class Snapshot
{
    private static readonly string Folder = Path.Combine(Root(), "tests", "Verify.Tests", "Snapshots");

    /// <summary>Compares a text with the file of a name.</summary>
    public static void Matches(string name, string text) => Compare(Path.Combine(Folder, name + ".txt"), text);

    /// <summary>Compares a text with a generated page of the repository.</summary>
    /// <param name="path">The path of the page, relative to the root.</param>
    /// <param name="text">The expected content.</param>
    public static void MatchesPage(string path, string text) => Compare(Path.Combine(Root(), path), text);

    private static void Compare(string file, string text)
    {
        var isUpdate = Environment.GetEnvironmentVariable("SNAPSHOTS") == "update";
        if (!File.Exists(file) && Environment.GetEnvironmentVariable("CI") == "true" && !isUpdate)
        {
            Assert.Fail($"{Path.GetFileName(file)} is missing: run the tests with SNAPSHOTS=update and commit it");
        }

        if (isUpdate || !File.Exists(file))
        {
            File.WriteAllText(file, text);
            return;
        }

        Assert.Equal(File.ReadAllText(file), text);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Verify.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests do not lie in the repository");
        }

        return folder;
    }
}
