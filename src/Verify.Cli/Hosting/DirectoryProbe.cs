namespace Verify.Cli.Hosting;

/// <summary>
/// Checks at the start whether files can be written into a folder, instead of failing after a long run.
/// </summary>
internal static class DirectoryProbe
{
    /// <summary>Creates the folder if necessary, and writes and removes a file in it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="complaint">The error message before the reason.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="UserErrorException">VRF402: the folder cannot be used.</exception>
    public static string Prepare(string folder, string complaint)
    {
        try
        {
            var path = Directory.CreateDirectory(folder).FullName;
            using var probe = new FileStream(Path.Combine(path, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write,
                FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw UserErrorException.At(null, ErrorCodes.BadFile, $"{complaint}: {e.Message}");
        }
    }
}
