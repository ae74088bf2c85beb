using System.Collections.Immutable;
using System.Globalization;
using Verify.Engines;
using Verify.Explicit.Storage;

namespace Verify.Explicit.Exploration;

/// <summary>How a search ended.</summary>
internal enum SearchEnd
{
    /// <summary>There are no more states.</summary>
    Exhausted,

    /// <summary>What was asked for was met, in the last level.</summary>
    Met,

    /// <summary>Something is undefined in a state of the last level.</summary>
    Undefined,

    /// <summary>A budget was reached.</summary>
    Cut,

    /// <summary>Somebody asked to stop.</summary>
    Cancelled,
}

/// <summary>What a search did.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Cause">What cut it, if something did.</param>
/// <param name="States">Distinct states.</param>
/// <param name="StoodFor">The states that they stand for; 0 without symmetry.</param>
/// <param name="Transitions">Steps taken from those that were expanded.</param>
/// <param name="Depth">The last level that has states.</param>
/// <param name="Covered">Every state of this level and above was looked at; -1 if there is no such level.</param>
/// <param name="RuleCounts">How often each rule fired.</param>
/// <param name="WitnessDepths">The first level of each witness; null where it was not met.</param>
/// <param name="Levels">The states of each level, if they were to be kept.</param>
internal sealed record SearchResult(
    SearchEnd End,
    string? Cause,
    long States,
    Int128 StoodFor,
    long Transitions,
    int Depth,
    int Covered,
    ImmutableArray<long> RuleCounts,
    ImmutableArray<int?> WitnessDepths,
    IReadOnlyList<Frontier> Levels)
{
    /// <summary>Whether states were told apart by 63 bits of their hashes alone.</summary>
    public bool IsCompact { get; init; }

    /// <summary>The words of the state in which something is undefined, if that ended it.</summary>
    public ulong[]? UndefinedIn { get; init; }

    /// <summary>How long it took, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>If states were told apart by hashes, a bound on the probability that one was taken for another.</summary>
    /// <remarks>Pairs of states, each of which has one hash with a probability of 2^-63.</remarks>
    public double MissedProbability => IsCompact ? Math.Min(1, (double)States * States / Math.Pow(2, 64)) : 0;

    /// <summary>The same as evidence for a verdict.</summary>
    public Evidence ToEvidence(CompiledModel model) => new()
    {
        Kind = End != SearchEnd.Exhausted ? EvidenceKind.Partial : IsCompact ? EvidenceKind.Hashed : EvidenceKind.Exhaustive,
        States = States,
        // Under partial order there are more that no state stands for.
        StatesStoodFor = StoodFor > 0 && StoodFor <= long.MaxValue && model.Steps is null ? (long)StoodFor : null,
        Transitions = Transitions,
        Depth = Depth,
        RuleCounts = model.WithoutLeftOut(RuleCounts),
        Witnesses = [.. model.Witnesses.Select((witness, i) => new Witness(witness.Name, WitnessDepths[i]))],
        NotLookedFor = model.NotLookedFor,
        SearchSeconds = Seconds,
        Identity = IsCompact
            ? string.Create(CultureInfo.InvariantCulture, $"{model.Identity}, told apart by 63 bits of their hashes")
                .Replace("exact states", "states", StringComparison.Ordinal)
            : model.Identity,
    };
}
