using System.Collections.Immutable;

namespace Verify.Solvers.Library;

/// <summary>
/// Runs Z3 from the package Microsoft.Z3 in a child process of the tool. The child can be killed, a crash of the
/// library ends only the child, and each solver has memory of its own.
/// </summary>
/// <param name="path">The program that becomes the child; it calls <see cref="Z3Host.Run"/>.</param>
/// <param name="arguments">The arguments of the program.</param>
public sealed class MicrosoftZ3(string path, ImmutableArray<string> arguments) : ISolverSource
{
    private readonly Lazy<SolverProgram> program = new(() => Find(path, arguments));

    /// <inheritdoc/>
    public string Name => "microsoft-z3";

    /// <inheritdoc/>
    public SolverKind Kind => SolverKind.Z3;

    /// <inheritdoc/>
    public string Identity => program.Value.Identity;

    /// <inheritdoc/>
    public string? Unavailable => program.Value.Unavailable;

    /// <inheritdoc/>
    public ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default) =>
        program.Value.Start(seed, limits, cancellation);

    private static SolverProgram Find(string path, ImmutableArray<string> arguments)
    {
        var (version, unavailable) = new Z3Library().Find();
        return new SolverProgram(SolverKind.Z3, path, version, unavailable) { Name = "microsoft-z3", Arguments = arguments };
    }
}
