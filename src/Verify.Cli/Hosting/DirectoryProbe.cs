namespace Verify.Cli.Hosting;

/// <summary>A folder for what will be known later: that nothing can be written there should show now, and not after an hour.</summary>
internal static class DirectoryProbe
{
    /// <summary>Makes the folder, unless it is there, and writes a file that is gone again.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="complaint">What is said if that does not go, before the reason.</param>
    /// <returns>The whole path.</returns>
    /// <exception cref="UserErrorException">VRF402: it does not go.</exception>
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
