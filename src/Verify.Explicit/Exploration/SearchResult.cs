using System.Collections.Immutable;
using System.Globalization;
using Verify.Engines;
using Verify.Explicit.Storage;

namespace Verify.Explicit.Exploration;

/// <summary>The ways in which a search ends.</summary>
internal enum SearchEnd
{
    /// <summary>The search visited all states.</summary>
    Exhausted,

    /// <summary>The last level contains a target state.</summary>
    Found,

    /// <summary>A state of the last level is undefined.</summary>
    Undefined,

    /// <summary>A budget ended the search.</summary>
    Cut,

    /// <summary>The run was cancelled.</summary>
    Cancelled,
}

/// <summary>The result of a search.</summary>
/// <param name="End">The way in which it ended.</param>
/// <param name="Cause">The reason of an early end; else null.</param>
/// <param name="States">The number of distinct states.</param>
/// <param name="StatesRepresented">The number of states that the representatives stand for; 0 without symmetry.</param>
/// <param name="Transitions">The number of steps from the expanded states.</param>
/// <param name="Depth">The depth of the last level that has states.</param>
/// <param name="Covered">The last level whose states are all checked; -1 if there is none.</param>
/// <param name="RuleCounts">The number of times each rule fired.</param>
/// <param name="WitnessDepths">The depth of the first state of each witness; null if none was found.</param>
/// <param name="Levels">The states of each level, if they were kept.</param>
internal sealed record SearchResult(
    SearchEnd End,
    string? Cause,
    long States,
    Int128 StatesRepresented,
    long Transitions,
    int Depth,
    int Covered,
    ImmutableArray<long> RuleCounts,
    ImmutableArray<int?> WitnessDepths,
    IReadOnlyList<Frontier> Levels)
{
    /// <summary>True if the search distinguished states by 63 bits of their hashes.</summary>
    public bool IsCompact { get; init; }

    /// <summary>The words of the undefined state that ended the search; else null.</summary>
    public ulong[]? UndefinedIn { get; init; }

    /// <summary>The duration in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>In compact mode, a bound on the probability that a hash collision hid a state; else 0.</summary>
    /// <remarks>The number of pairs of states times 2^-63, the probability that a pair has equal hashes.</remarks>
    public double MissedProbability => IsCompact ? Math.Min(1, (double)States * States / Math.Pow(2, 64)) : 0;

    /// <summary>The result as evidence for a verdict.</summary>
    public Evidence ToEvidence(CompiledModel model) => new()
    {
        Kind = End != SearchEnd.Exhausted ? EvidenceKind.Partial : IsCompact ? EvidenceKind.Hashed : EvidenceKind.Exhaustive,
        States = States,
        // Under partial order the model has more states, which no representative stands for.
        StatesRepresented = StatesRepresented > 0 && StatesRepresented <= long.MaxValue && model.Steps is null
            ? (long)StatesRepresented
            : null,
        Transitions = Transitions,
        Depth = Depth,
        RuleCounts = model.WithoutLeftOut(RuleCounts),
        Witnesses = [.. model.Witnesses.Select((witness, i) => new Witness(witness.Name, WitnessDepths[i]))],
        NotLookedFor = model.NotLookedFor,
        SearchSeconds = Seconds,
        Identity = IsCompact
            ? string.Create(CultureInfo.InvariantCulture, $"{model.Identity}, distinguished by 63 bits of their hashes")
                .Replace("exact states", "states", StringComparison.Ordinal)
            : model.Identity,
    };
}
