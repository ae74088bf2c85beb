using Verify.Modelling;

namespace Verify.Engines;

/// <summary>One way to decide a property of an instance.</summary>
public interface IEngine
{
    /// <summary>The name, as in <c>--engine name</c>.</summary>
    string Name { get; }

    /// <summary>What it does, in a sentence.</summary>
    string Summary { get; }

    /// <summary>Why it cannot be used here; null when it can.</summary>
    string? Unavailable { get; }

    /// <summary>Why it cannot decide a property; null when it can.</summary>
    string? WhyNot(Model model, Property property);

    /// <summary>Decides a property, as far as the budget goes.</summary>
    /// <exception cref="UserErrorException">VRF104, VRF120, VRF121: the model is not well defined in a reachable state.</exception>
    Verdict Decide(Model model, Property property, EngineOptions run);
}

/// <summary>The circumstances of one run of an engine.</summary>
/// <param name="Budget">What it may spend.</param>
/// <param name="Seed">What its random choices start from.</param>
/// <param name="Threads">Threads; 0 for one a core. They change the time and nothing else.</param>
/// <param name="Progress">Told from time to time how far it is.</param>
/// <param name="Reductions">What may be left out of the search without changing the verdict.</param>
/// <param name="Cancellation">Stops it; what was covered is still reported.</param>
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

    /// <summary>The threads that are meant: as many as asked for, or one a core.</summary>
    public int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;

    /// <summary>
    /// Whether of states of several words a hash of 63 bits may be kept. Two states may then be taken for one, and what
    /// is found is "holds up to".
    /// </summary>
    public bool IsCompact { get; init; }

    /// <summary>
    /// Bytes of memory that the process may take before a search goes on on disk; null for four fifths of what is free.
    /// It changes the time and nothing else.
    /// </summary>
    /// <remarks>A <c>LeadsTo</c> is decided in memory alone; there the limit ends the search.</remarks>
    public long? MemoryBytes { get; init; }

    /// <summary>
    /// Where a search makes a directory of its own to go on in; null for <c>TMPDIR</c> or <c>/var/tmp</c>. It is removed
    /// in the end.
    /// </summary>
    public string? SpillDirectory { get; init; }

    /// <summary>
    /// Where a search writes down how far it is, so that another run goes on from there; null for nowhere. States that
    /// do not fit into memory are kept there too. What is there when it begins must be from the same question to the
    /// same model.
    /// </summary>
    /// <remarks>A search for a <c>LeadsTo</c> writes nothing down.</remarks>
    public string? CheckpointDirectory { get; init; }

    /// <summary>
    /// How much of a proof by search the interpreter walks once more; null for nothing. An engine that visits every state
    /// has the walk done before it proves anything.
    /// </summary>
    /// <remarks>A report refuses a proof by search whose states were not checked.</remarks>
    public Scrutiny? Scrutiny { get; init; }

    /// <summary>The time between two checkpoints, if writing one takes much less.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>How far a run is.</summary>
/// <param name="States">Distinct states so far.</param>
/// <param name="Transitions">Steps taken so far.</param>
/// <param name="Depth">The level that is being looked at.</param>
/// <param name="Frontier">States of that level.</param>
public readonly record struct Progress(long States, long Transitions, int Depth, long Frontier);

/// <summary>Ways to look at fewer states with the same verdict.</summary>
[Flags]
public enum Reductions
{
    /// <summary>Every state.</summary>
    None = 0,

    /// <summary>One state for all that differ only in which identity of a scalar set is which.</summary>
    Symmetry = 1,

    /// <summary>Only the parts of a state, and the rules, that the property can depend on.</summary>
    ConeOfInfluence = 2,

    /// <summary>One order of steps that do not see each other, where another makes no difference.</summary>
    PartialOrder = 4,
}
