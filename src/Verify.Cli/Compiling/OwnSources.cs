using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;

namespace Verify.Cli.Compiling;

/// <summary>
/// The user's own models and claims: C# files in a folder of their own, outside of the product. They are compiled when they
/// have changed, and not again if that failed.
/// </summary>
internal static class OwnSources
{
    /// <summary>The environment variable that names the folder; if it is empty, there are no own sources.</summary>
    public const string Variable = "VERIFY_MINE";

    /// <summary>The usual folder, at the root of the repository.</summary>
    public const string Usual = "mine";

    private const string Name = "Verify.Mine";

    // The libraries that own sources may use.
    private static readonly string[] Usable =
    [
        "Verify.Core", "Verify.Models", "Verify.Proofs", "Verify.Harness", "Verify.Scheduling", "Verify.Parametric", "Verify.Coyote",
    ];

    /// <summary>The folder; null if there is none.</summary>
    /// <exception cref="UserErrorException">VRF402: the named folder does not exist.</exception>
    public static string? Folder
    {
        get
        {
            var named = Environment.GetEnvironmentVariable(Variable);
            var usual = Path.Combine(RepositoryRoot.Path, Usual);
            return named is null ? Directory.Exists(usual) ? usual : null
                : named.Length == 0 ? null
                : Directory.Exists(named) ? Path.GetFullPath(named)
                : throw UserErrorException.At(null, ErrorCodes.BadFile, $"{Variable} names '{named}', which is not a folder");
        }
    }

    /// <summary>True if a file is one of the own sources.</summary>
    public static bool Contains(string file) => Folder is { } folder
        && Path.GetFullPath(file, RepositoryRoot.Path).StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The library of the own sources; null if there are none.</summary>
    /// <exception cref="SourceErrorException">VRF404: the files do not compile.</exception>
    public static Assembly? Load() => Folder is { } folder ? Load(folder, Path.Combine(RepositoryRoot.Path, "artifacts", Usual)) : null;

    /// <summary>The library of the C# files in a folder; null if it has none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="cache">The folder for the library.</param>
    public static Assembly? Load(string folder, string cache)
    {
        var sources = Sources(folder);
        if (sources.Count == 0)
        {
            return null;
        }

        string[] references = [.. Usable.Select(name => Path.Combine(AppContext.BaseDirectory, $"{name}.dll")).Where(File.Exists)];
        cache = Writable(cache);
        // What was compiled from other texts has another name, so that several runs at once do not disturb each other.
        var stem = Path.Combine(cache, Digest(sources, references));
        var (library, failed) = (Path.Combine(stem, $"{Name}.dll"), stem + ".errors");
        if (File.Exists(failed))
        {
            throw new SourceErrorException(folder, File.ReadAllLines(failed));
        }

        if (!File.Exists(library))
        {
            RemoveOlder(cache);
            Compile(folder, sources, references, stem, failed);
        }

        return new AssemblyLoadContext(Name).LoadFromAssemblyPath(library);
    }

    private static void Compile(string folder, List<string> sources, string[] references, string stem, string failed)
    {
        var draft = Directory.CreateDirectory($"{stem}.{Environment.ProcessId}").FullName;
        var errors = CSharpCompiler.Compile(sources, references, Path.Combine(draft, $"{Name}.dll"));
        if (errors.Count > 0)
        {
            Directory.Delete(draft, recursive: true);
            string[] lines = [.. errors.Select(error => error.ToString())];
            if (errors.All(error => error.Where is not null))
            {
                File.WriteAllLines(failed, lines);
            }

            throw new SourceErrorException(folder, lines);
        }

        try
        {
            Directory.Move(draft, stem);
        }
        catch (IOException) when (Directory.Exists(stem))
        {
            Directory.Delete(draft, recursive: true); // another run was faster
        }
    }

    // Outputs of an IDE or of a project around the files are no sources.
    private static List<string> Sources(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)
                .Any(part => part is "bin" or "obj" || part.StartsWith('.')))
            .Order(StringComparer.Ordinal),
    ];

    private static string Digest(List<string> sources, string[] references)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var source in sources)
        {
            var text = File.ReadAllBytes(source);
            hash.AppendData(Encoding.UTF8.GetBytes($"{source}\0{text.Length}\0"));
            hash.AppendData(text);
        }

        foreach (var file in references.Select(path => new FileInfo(path)))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.FullName}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}\0"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    // A read-only copy of the product compiles into the folder for temporary files.
    private static string Writable(string cache)
    {
        try
        {
            Directory.CreateDirectory(cache);
            var probe = Path.Combine(cache, $"probe.{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return cache;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"verify-mine-{Environment.UserName}")).FullName;
        }
    }

    private static void RemoveOlder(string cache)
    {
        var longAgo = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-1);
        foreach (var old in new DirectoryInfo(cache).EnumerateFileSystemInfos().Where(one => one.LastWriteTimeUtc < longAgo))
        {
            try
            {
                if (old is DirectoryInfo folder)
                {
                    folder.Delete(recursive: true);
                }
                else
                {
                    old.Delete();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another run removes it too, or uses it.
            }
        }
    }
}
