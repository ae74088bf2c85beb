namespace Verify.Solvers.Library;

/// <summary>
/// Runs Z3 from the package Microsoft.Z3 within this process. It starts no process, but it cannot be killed either: a
/// crash of the library ends the tool, and its memory is that of all contexts together. Options belong to the library
/// rather than a context, so each solver sets the options that it uses at its start.
/// </summary>
public sealed class MicrosoftZ3InProcess : ISolverSource
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Z3Library library;
    private readonly Lazy<(string Version, string? Unavailable)> found;

    /// <summary>Creates a source that loads the library on first use.</summary>
    /// <param name="onInterrupt">Called when the user interrupts from the terminal while the library handles the
    /// interrupt.</param>
    public MicrosoftZ3InProcess(Action? onInterrupt = null)
    {
        library = new Z3Library(onInterrupt);
        found = new(library.Find);
    }

    /// <inheritdoc/>
    public string Name => "microsoft-z3-in-process";

    /// <inheritdoc/>
    public SolverKind Kind => SolverKind.Z3;

    /// <inheritdoc/>
    public string Identity => found.Value.Version.Length == 0 ? Name : $"{Name} {found.Value.Version}";

    /// <inheritdoc/>
    public string? Unavailable => found.Value.Unavailable;

    /// <inheritdoc/>
    public ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default) =>
        new LibrarySolver(Identity, library, Preamble(seed), limits, Patience, cancellation);

    // Resets the options that an earlier solver of this process has set.
    private static string Preamble(ulong seed) => $"""
        (set-option :smt.random_seed {seed % int.MaxValue})
        (set-option :sat.random_seed {seed % int.MaxValue})
        (set-option :fp.spacer.random_seed 0)
        (set-option :timeout {uint.MaxValue})
        (set-option :unsat_core false)

        """;
}
