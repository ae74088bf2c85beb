namespace Verify.Solvers;

/// <summary>The folder below <c>artifacts</c> where <c>./verify</c> unpacks solvers that the system lacks.</summary>
internal static class LocalTools
{
    // A program is built into artifacts/bin/PROJECT/CONFIGURATION.
    private static readonly string Folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "tools"));

    /// <summary>Programs, each of which finds its libraries.</summary>
    public static string Programs => Path.Combine(Folder, "bin");

    /// <summary>Shared libraries.</summary>
    public static string Libraries => Path.Combine(Folder, "lib");
}
