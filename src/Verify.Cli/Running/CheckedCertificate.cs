using System.Collections.Immutable;

namespace Verify.Cli.Running;

/// <summary>What became of one certificate.</summary>
/// <param name="File">Its path.</param>
/// <param name="Line">What is said of it.</param>
/// <param name="Problems">What is wrong, one line each.</param>
/// <param name="Failure">What is wrong with the file itself, if anything.</param>
/// <param name="ExitCode">The exit code.</param>
internal sealed record CheckedCertificate(
    string File, string Line, ImmutableArray<string> Problems, Diagnostic? Failure, int ExitCode)
{
    /// <summary>Whether it is today's text, and there is no solver here to ask.</summary>
    public bool LacksSolver { get; init; }

    /// <summary>The solvers that were asked, each with its version.</summary>
    public ImmutableArray<string> Solvers { get; init; } = [];
}
