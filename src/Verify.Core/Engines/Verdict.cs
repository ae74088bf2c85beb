using System.Collections.Immutable;
using Verify.Traces;

namespace Verify.Engines;

/// <summary>What an engine found out. It says no more than was done.</summary>
public abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>What was looked at.</summary>
    public abstract Evidence Evidence { get; init; }

    /// <summary>The word for it in JSON and in reports.</summary>
    public abstract string Word { get; }

    /// <summary>Holds: every reachable state of the instance was visited, or an inductive invariant was checked.</summary>
    /// <param name="Evidence">What backs it.</param>
    /// <param name="Witness">For a <c>Reachable</c> property, the run that reaches it.</param>
    public sealed record Proved(Evidence Evidence, Trace? Witness = null) : Verdict
    {
        /// <inheritdoc/>
        public override Evidence Evidence { get; init; } = Evidence;

        /// <inheritdoc/>
        public override string Word => "proved";
    }

    /// <summary>No violation in what was looked at, and not everything was looked at.</summary>
    /// <param name="Bound">How far it went and what stopped it.</param>
    /// <param name="Evidence">What was looked at.</param>
    public sealed record HoldsUpTo(ExplorationBound Bound, Evidence Evidence) : Verdict
    {
        /// <inheritdoc/>
        public override Evidence Evidence { get; init; } = Evidence;

        /// <inheritdoc/>
        public override string Word => "holds-up-to";
    }

    /// <summary>Does not hold. Shown only after the trace was replayed in the reference interpreter.</summary>
    /// <param name="Trace">The violation; null only for a <c>Reachable</c> property of an exhausted instance.</param>
    /// <param name="Evidence">What was looked at.</param>
    public sealed record Refuted(Trace? Trace, Evidence Evidence) : Verdict
    {
        /// <inheritdoc/>
        public override Evidence Evidence { get; init; } = Evidence;

        /// <inheritdoc/>
        public override string Word => "refuted";
    }

    /// <summary>Nothing can be said.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Evidence">What was looked at all the same.</param>
    public sealed record Unknown(string Reason, Evidence Evidence) : Verdict
    {
        /// <inheritdoc/>
        public override Evidence Evidence { get; init; } = Evidence;

        /// <inheritdoc/>
        public override string Word => "unknown";
    }
}

/// <summary>How far a search went that was cut.</summary>
/// <param name="Cause">What cut it, in a few words.</param>
/// <param name="Depth">Every state within this many steps of the start was looked at.</param>
/// <param name="States">States looked at, some of which may lie deeper.</param>
public sealed record ExplorationBound(string Cause, int Depth, long States);

/// <summary>What backs a verdict.</summary>
public sealed record Evidence
{
    /// <summary>No evidence: nothing was looked at.</summary>
    public static Evidence Nothing { get; } = new() { Kind = EvidenceKind.None };

    /// <summary>How it was come by.</summary>
    public required EvidenceKind Kind { get; init; }

    /// <summary>Distinct states visited.</summary>
    public long States { get; init; }

    /// <summary>Steps taken from them, those to known states included.</summary>
    public long Transitions { get; init; }

    /// <summary>The number of steps to the farthest state visited.</summary>
    public int Depth { get; init; }

    /// <summary>
    /// Under symmetry, the states that those visited stand for: as many as a search without it visits. Null otherwise.
    /// </summary>
    public long? StatesStoodFor { get; init; }

    /// <summary>
    /// How often each rule fired, in the order of the model's rules; <see cref="NotCounted"/> for a rule that a reduction
    /// left out; empty when nothing was counted.
    /// </summary>
    public ImmutableArray<long> RuleCounts { get; init; } = [];

    /// <summary>The count of a rule that was not looked at, which says nothing about whether it fires.</summary>
    public const long NotCounted = -1;

    /// <summary>The <c>Reachable</c> properties that were looked for and where each was first met.</summary>
    public ImmutableArray<Witness> Witnesses { get; init; } = [];

    /// <summary>The <c>Reachable</c> properties that a reduction left out: whether they are met is not known.</summary>
    public ImmutableArray<string> NotLookedFor { get; init; } = [];

    /// <summary>
    /// The states, not all distinct, that were looked at to find witnesses and firing rules that a reduction had left out;
    /// null when nobody did. What was met there is among <see cref="Witnesses"/> and <see cref="RuleCounts"/>.
    /// </summary>
    public long? StatesForTheRest { get; init; }

    /// <summary>
    /// What a reduction left out and nobody looked for since, a phrase each: whether a proof is vacuous is open. What rules that
    /// shall never fire do is no matter of that (<see cref="NotJudged"/>).
    /// </summary>
    public ImmutableArray<string> LeftOut(Modelling.Model model)
    {
        static IEnumerable<string> Phrase(string what, IReadOnlyCollection<string> names) =>
            names.Count == 0 ? [] : [$"{what}: {string.Join(", ", names.Select(name => $"'{name}'"))}"];

        var uncounted = model.Rules.Where((rule, i) => rule.Never is null && i < RuleCounts.Length && RuleCounts[i] == NotCounted);
        return [.. Phrase("not looked for", NotLookedFor), .. Phrase("not counted", [.. uncounted.Select(rule => rule.Name)])];
    }

    /// <summary>The rules that shall never fire, and nobody looked whether they do.</summary>
    public IEnumerable<Modelling.Rule> NotJudged(Modelling.Model model) =>
        model.Rules.Where((rule, i) => rule.Never is not null && (i >= RuleCounts.Length || RuleCounts[i] == NotCounted));

    /// <summary>Whether something was left out that a search of all parts of the model would tell.</summary>
    public bool IsOpen(Modelling.Model model) => !LeftOut(model).IsEmpty || NotJudged(model).Any();

    /// <summary>The runs that were drawn, up to the one that met what is looked for; null when none were.</summary>
    public long? Schedules { get; init; }

    /// <summary>How many pairs of rules were taken one right after the other in runs that were drawn; null when none were.</summary>
    public int? RulePairs { get; init; }

    /// <summary>
    /// The seconds that visiting states took, without making the model ready for it and without looking for a trace
    /// afterwards; null if no such search was made.
    /// </summary>
    public double? SearchSeconds { get; init; }

    /// <summary>The certificate that can be checked again, if there is one.</summary>
    public string? Certificate { get; init; }

    /// <summary>
    /// The proof as SMT-LIB 2 text that any solver can check: every answer has to be <c>unsat</c>. Null if there is none.
    /// </summary>
    public string? Obligations { get; init; }

    /// <summary>The solver that was asked, its version and its seed; null if none was.</summary>
    public string? Solver { get; init; }

    /// <summary>Which engine was chosen or was first, and why; null if there was no choice.</summary>
    public string? Selection { get; init; }

    /// <summary>What the interpreter walked of a search before its proof was told; null if nothing was proved by one.</summary>
    public Checked? Checked { get; init; }

    /// <summary>The <see cref="Identity"/> of runs whose states were not counted; then <see cref="States"/> is 0.</summary>
    public const string StatesNotCounted = "states not counted";

    /// <summary>How states were told apart, in a few words.</summary>
    public string Identity { get; init; } = "exact states";
}

/// <summary>How evidence was come by.</summary>
public enum EvidenceKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Every reachable state was visited, or with reductions every one that they leave.</summary>
    Exhaustive,

    /// <summary>Some reachable states were visited.</summary>
    Partial,

    /// <summary>Runs were drawn.</summary>
    Sampled,

    /// <summary>Every reachable state was visited that was not taken for another one with the same hash.</summary>
    Hashed,

    /// <summary>An inductive invariant was checked.</summary>
    Inductive,
}

/// <summary>A <c>Reachable</c> property and where it was first met.</summary>
/// <param name="Property">Its name.</param>
/// <param name="Depth">After how many steps; null when it was not met.</param>
public sealed record Witness(string Property, int? Depth)
{
    /// <summary>Whether it is what a <c>LeadsTo</c> begins with; a property of the model may have that name too.</summary>
    public bool IsTrigger { get; init; }
}
