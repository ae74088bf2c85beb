namespace Verify.Tests.Snapshots;

/// <summary>
/// Text that is the product, kept in files beside this one. <c>SNAPSHOTS=update</c> rewrites them; a missing one is
/// written, except under <c>CI=true</c>, where it fails.
/// </summary>
public static class Snapshot
{
    private static readonly string Folder = Path.Combine(Root(), "tests", "Verify.Tests", "Snapshots");

    /// <summary>Compares a text with the file of that name.</summary>
    public static void Matches(string name, string text)
    {
        var file = Path.Combine(Folder, name + ".txt");
        var isUpdate = Environment.GetEnvironmentVariable("SNAPSHOTS") == "update";
        if (!File.Exists(file) && Environment.GetEnvironmentVariable("CI") == "true" && !isUpdate)
        {
            Assert.Fail($"the snapshot {name}.txt is missing: run the tests with SNAPSHOTS=update and commit it");
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
