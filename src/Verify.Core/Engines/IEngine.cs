using Verify.Modelling;

namespace Verify.Engines;

/// <summary>One way to decide a property of an instance.</summary>
public interface IEngine
{
    /// <summary>The name of the engine, as in <c>--engine name</c>.</summary>
    string Name { get; }

    /// <summary>One sentence that describes the engine.</summary>
    string Summary { get; }

    /// <summary>The reason why the engine cannot be used here; null if it can.</summary>
    string? Unavailable { get; }

    /// <summary>The reason why the engine cannot decide a property; null if it can.</summary>
    string? WhyNot(Model model, Property property);

    /// <summary>Decides a property within the budget.</summary>
    /// <exception cref="UserErrorException">VRF104, VRF120, VRF121: the model is not well defined in a reachable state.</exception>
    Verdict Decide(Model model, Property property, EngineOptions run);
}

/// <summary>The options of one run of an engine.</summary>
/// <param name="Budget">The limits of the run.</param>
/// <param name="Seed">The seed of the random choices.</param>
/// <param name="Threads">The number of threads; 0 means one per core. It affects the time and nothing else.</param>
/// <param name="Progress">Receives progress reports from time to time.</param>
/// <param name="Reductions">The reductions that the search may use; none changes the verdict.</param>
/// <param name="Cancellation">Stops the run; the engine still reports the part that it has covered.</param>
public sealed record EngineOptions(
    Budget Budget,
    ulong Seed = 1,
    int Threads = 0,
    IProgress<Progress>? Progress = null,
    Reductions Reductions = Reductions.None,
    CancellationToken Cancellation = default)
{
    /// <summary>No limit, no progress, no cancellation.</summary>
    public static EngineOptions Default { get; } = new(Budget.Unlimited);

    /// <summary>The number of threads that the run uses: the requested number, or one per core.</summary>
    public int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;

    /// <summary>
    /// True if the search may store a hash of 63 bits in place of states that are longer than a word. It may then miss
    /// states, so that the best possible verdict is "holds up to".
    /// </summary>
    public bool IsCompact { get; init; }

    /// <summary>
    /// The bytes of memory that the process may use before a search continues on disk; null for four fifths of the free
    /// memory. The limit affects the time and nothing else.
    /// </summary>
    /// <remarks>A search for a <c>LeadsTo</c> works in memory only; the limit ends it.</remarks>
    public long? MemoryBytes { get; init; }

    /// <summary>
    /// The parent of the temporary directory that a search on disk uses; null for <c>TMPDIR</c> or <c>/var/tmp</c>. The
    /// search removes its directory at the end.
    /// </summary>
    public string? SpillDirectory { get; init; }

    /// <summary>
    /// The directory in which a search saves its progress, so that a later run can resume it; null for none. States
    /// that do not fit into memory go there too. Existing files must belong to the same property of the same model.
    /// </summary>
    /// <remarks>A search for a <c>LeadsTo</c> saves nothing.</remarks>
    public string? CheckpointDirectory { get; init; }

    /// <summary>
    /// The extent to which the interpreter checks a proof by search; null for no check. An engine that visits every
    /// state runs the check before it proves anything.
    /// </summary>
    /// <remarks>A report rejects a proof by search without this check.</remarks>
    public Scrutiny? Scrutiny { get; init; }

    /// <summary>The minimum time between two checkpoints. It grows if writing a checkpoint takes long.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>The progress of a run.</summary>
/// <param name="States">Distinct states so far.</param>
/// <param name="Transitions">Steps taken so far.</param>
/// <param name="Depth">The level that the search is working on.</param>
/// <param name="Frontier">The number of states of that level.</param>
public readonly record struct Progress(long States, long Transitions, int Depth, long Frontier);

/// <summary>Reductions of the state space that preserve the verdict.</summary>
[Flags]
public enum Reductions
{
    /// <summary>The search visits every state.</summary>
    None = 0,

    /// <summary>One representative of all states that differ only in a permutation of scalar-set members.</summary>
    Symmetry = 1,

    /// <summary>Only the variables and rules that the property can depend on.</summary>
    ConeOfInfluence = 2,

    /// <summary>One order of independent steps.</summary>
    PartialOrder = 4,
}
