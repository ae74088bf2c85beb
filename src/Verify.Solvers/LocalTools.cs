namespace Verify.Solvers;

/// <summary>The folder under <c>artifacts</c> where <c>./verify</c> unpacks solvers that the system lacks.</summary>
internal static class LocalTools
{
    // Programs are built into artifacts/bin/PROJECT/CONFIGURATION.
    private static readonly string Folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "tools"));

    /// <summary>The folder of programs, which find their libraries themselves.</summary>
    public static string Programs => Path.Combine(Folder, "bin");

    /// <summary>The folder of shared libraries.</summary>
    public static string Libraries => Path.Combine(Folder, "lib");
}
