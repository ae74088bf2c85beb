namespace Verify.Solving;

/// <summary>
/// Z3 within this process, by the package Microsoft.Z3. No process has to be started, but none can be killed either: a
/// crash of the library is one of the tool, and memory is that of all its contexts together. Options are the library's,
/// not a context's; each solver says at its start how the ones that are used stand.
/// </summary>
public sealed partial class MicrosoftZ3 : ISolverSource
{
    private const string NotBuilt = "built without the package Microsoft.Z3, which was in no configured feed; add a feed that has "
        + "it, remove the folder artifacts/launcher, and run ./verify again";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ISolverLibrary library = new NoLibrary();
    private readonly Lazy<(string Version, string? Unavailable)> found;

    /// <summary>The library, which is loaded when it is first needed.</summary>
    /// <param name="onInterrupt">Called when the user interrupts from the terminal while the library keeps that to itself.</param>
    public MicrosoftZ3(Action? onInterrupt = null)
    {
        Provide(onInterrupt ?? (() => { }), ref library);
        found = new(Find);
    }

    /// <inheritdoc/>
    public string Name => "microsoft-z3";

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

    private (string Version, string? Unavailable) Find()
    {
        try
        {
            return (library.Version, null);
        }
        catch (SolverException e)
        {
            return ("", e.Message);
        }
    }

    // Has a body where the package is built in.
    static partial void Provide(Action onInterrupt, ref ISolverLibrary library);

    private sealed class NoLibrary : ISolverLibrary
    {
        public string Version => throw new SolverException(SolverTrouble.Missing, NotBuilt);

        public ISolverContext Open() => throw new SolverException(SolverTrouble.Missing, NotBuilt);
    }
}
