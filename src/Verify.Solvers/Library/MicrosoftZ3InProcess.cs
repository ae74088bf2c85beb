namespace Verify.Solvers.Library;

/// <summary>
/// Z3 within this process, by the package Microsoft.Z3. No process has to be started, but none can be killed either: a
/// crash of the library is one of the tool, and memory is that of all its contexts together. Options are the library's,
/// not a context's; each solver sets at its start those that are used.
/// </summary>
public sealed class MicrosoftZ3InProcess : ISolverSource
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Z3Library library;
    private readonly Lazy<(string Version, string? Unavailable)> found;

    /// <summary>The library, which is loaded when it is first needed.</summary>
    /// <param name="onInterrupt">Called when the user interrupts from the terminal while the library keeps that to itself.</param>
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

    // What an earlier solver of this process has set is taken back.
    private static string Preamble(ulong seed) => $"""
        (set-option :smt.random_seed {seed % int.MaxValue})
        (set-option :sat.random_seed {seed % int.MaxValue})
        (set-option :fp.spacer.random_seed 0)
        (set-option :timeout {uint.MaxValue})
        (set-option :unsat_core false)

        """;
}
