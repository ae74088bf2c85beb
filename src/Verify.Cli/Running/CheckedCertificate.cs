using System.Collections.Immutable;

namespace Verify.Cli.Running;

/// <summary>The result of checking one certificate.</summary>
/// <param name="File">The path of the file.</param>
/// <param name="Line">The result in one line.</param>
/// <param name="Problems">The problems, one line each.</param>
/// <param name="Failure">The error in the file itself; null if there is none.</param>
/// <param name="ExitCode">The exit code.</param>
internal sealed record CheckedCertificate(
    string File, string Line, ImmutableArray<string> Problems, Diagnostic? Failure, int ExitCode)
{
    /// <summary>True if the text is current, but no solver is available to check it.</summary>
    public bool LacksSolver { get; init; }

    /// <summary>The solvers that checked it, each with its version.</summary>
    public ImmutableArray<string> Solvers { get; init; } = [];
}
