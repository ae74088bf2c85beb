namespace Verify.Solvers;

/// <summary>Where solvers come from: a program of this machine, or a library.</summary>
public interface ISolverSource
{
    /// <summary>What the command line calls it.</summary>
    string Name { get; }

    /// <summary>Whose options it understands.</summary>
    SolverKind Kind { get; }

    /// <summary>Name and version, as evidence records them: <c>z3 4.8.12</c>.</summary>
    string Identity { get; }

    /// <summary>Why there is none; null when there is one.</summary>
    string? Unavailable { get; }

    /// <summary>Whether the environment names it outright. Then no other solver stands in for it.</summary>
    bool IsNamed => false;

    /// <summary>A fresh solver that knows nothing.</summary>
    /// <param name="seed">Where its random choices start.</param>
    /// <param name="limits">What it may spend.</param>
    /// <param name="cancellation">Stops it.</param>
    ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default);
}

/// <summary>A solver that is looked for when it is first needed, which takes a process.</summary>
/// <param name="kind">Which one.</param>
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
