using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Z3;

namespace Verify.Solvers.Library;

/// <summary>Loads libz3 through the package Microsoft.Z3.</summary>
/// <param name="onInterrupt">Called when the user interrupts from the terminal while the library handles the
/// interrupt.</param>
internal sealed class Z3Library(Action? onInterrupt = null) : ISolverLibrary
{
    /// <summary>The environment variable for the path of the library.</summary>
    public const string Setting = "VERIFY_LIBZ3";

    static Z3Library() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Load);

    /// <inheritdoc/>
    public string Version => Loaded(() =>
    {
        uint major = 0, minor = 0, build = 0, revision = 0;
        Native.Z3_get_version(ref major, ref minor, ref build, ref revision);
        return $"{major}.{minor}.{build}";
    });

    /// <inheritdoc/>
    public ISolverContext Open() => Loaded(() => new Z3Context(onInterrupt ?? (() => { })));

    /// <summary>The version of the library, or the reason why it cannot be used.</summary>
    public (string Version, string? Unavailable) Find()
    {
        try
        {
            return (Version, null);
        }
        catch (SolverException e)
        {
            return ("", e.Message);
        }
    }

    // Debian's run-time package has no libz3.so, only a name with a version, which the runtime does not try.
    private static IntPtr Load(string name, Assembly assembly, DllImportSearchPath? path)
    {
        var (named, versioned) = (Environment.GetEnvironmentVariable(Setting), $"{name}.so.4");
        string[] candidates = named is { Length: > 0 } ? [named] : [name, versioned, Path.Combine(LocalTools.Libraries, versioned)];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var library))
            {
                return library;
            }
        }

        throw new DllNotFoundException(named is { Length: > 0 } ? $"{named}, which {Setting} names, cannot be loaded"
            : "libz3 cannot be loaded; install the package 'libz3-4' (Debian, Ubuntu) or 'z3-libs' (Fedora), or name the file in "
            + Setting);
    }

    private static T Loaded<T>(Func<T> first)
    {
        try
        {
            return first();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException
            or TypeInitializationException)
        {
            throw new SolverException(SolverFailure.Missing, (e.InnerException ?? e).Message.ReplaceLineEndings(" "));
        }
    }
}
