using Verify.Cli.Hosting;

namespace Verify.Cli.Output;

/// <summary>Writes files for the user.</summary>
internal static class TextFile
{
    /// <summary>Writes a file as a whole: if that fails, as on a full disk, the old one remains.</summary>
    /// <exception cref="UserErrorException">VRF402: the file cannot be written.</exception>
    public static void Write(string path, string text)
    {
        try
        {
            var target = new FileInfo(path);
            target = target.LinkTarget is null ? target : (FileInfo)target.ResolveLinkTarget(returnFinalTarget: true)!;
            Directory.CreateDirectory(target.DirectoryName!);
            if (Path.GetDirectoryName(target.FullName) == "/dev")
            {
                File.WriteAllText(target.FullName, text); // a device is not replaced
            }
            else
            {
                Replace(target, text);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw UserErrorException.At(null, ErrorCodes.BadFile, ErrorOutput.Joined(e.Message));
        }
    }

    private static void Replace(FileInfo target, string text)
    {
        var draft = $"{target.FullName}.{Environment.ProcessId}.new";
        try
        {
            File.WriteAllText(draft, text);
            if (target.Exists && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(draft, target.UnixFileMode);
            }

            File.Move(draft, target.FullName, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
