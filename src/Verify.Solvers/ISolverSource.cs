namespace Verify.Solvers;

/// <summary>A way to start a solver: a program on this machine or a library.</summary>
public interface ISolverSource
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>The kind of solver, whose options it accepts.</summary>
    SolverKind Kind { get; }

    /// <summary>The name and version for evidence: <c>z3 4.8.12</c>.</summary>
    string Identity { get; }

    /// <summary>The reason why the solver is missing; null if it is available.</summary>
    string? Unavailable { get; }

    /// <summary>True if an environment variable names the solver. Then no other solver replaces it.</summary>
    bool IsNamed => false;

    /// <summary>Starts a solver with an empty state.</summary>
    /// <param name="seed">The seed of its random choices.</param>
    /// <param name="limits">The limits of the solver.</param>
    /// <param name="cancellation">Stops the solver.</param>
    ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default);
}

/// <summary>A solver that is located on first use, because that needs a process.</summary>
/// <param name="kind">The kind of solver.</param>
public sealed class LazySolver(SolverKind kind) : ISolverSource
{
    private readonly Lazy<SolverProgram> program = new(() => SolverProgram.Find(kind));

    /// <inheritdoc/>
    public string Name => SolverProgram.NameOf(kind);

    /// <inheritdoc/>
    public SolverKind Kind => kind;

    /// <inheritdoc/>
    public string Identity => program.Value.Identity;

    /// <inheritdoc/>
    public string? Unavailable => program.Value.Unavailable;

    /// <inheritdoc/>
    public bool IsNamed => Environment.GetEnvironmentVariable(SolverProgram.Setting(kind)) is { Length: > 0 };

    /// <inheritdoc/>
    public ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default) =>
        program.Value.Start(seed, limits, cancellation);
}
